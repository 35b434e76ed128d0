/** What goes on between requests: namespaces, owners, CRDs. And writes that make it go on. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, until, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

const gone = ({ status }: { status: number }): boolean => status === 404;
const merge = (path: string, body: JsonObject) =>
  sandbox.ask("PATCH", path, body, "application/merge-patch+json");

describe("a namespace", () => {
  const make = (name: string) => sandbox.post("/api/v1/namespaces", { metadata: { name } });

  test("gets a default service account and the authority of the server", async () => {
    await make("new");
    const account = "/api/v1/namespaces/new/serviceaccounts/default";
    await until(
      () => sandbox.get(account),
      ({ status }) => status === 200,
    );
    const { body } = await sandbox.get("/api/v1/namespaces/new/configmaps/kube-root-ca.crt");
    expect(getPath(body, ["data", "ca.crt"])).toContain("BEGIN CERTIFICATE");
  });

  test("that is deleted takes everything in it along, and lets nothing new in meanwhile", async () => {
    await make("old");
    const inside = "/api/v1/namespaces/old/configmaps";
    await sandbox.post(inside, configMap("held", { metadata: { finalizers: ["example.com/hold"] } }));
    await sandbox.post(inside, configMap("free"));
    const { body } = await sandbox.ask("DELETE", "/api/v1/namespaces/old");
    expect(body).toMatchObject({ kind: "Namespace", status: { phase: "Terminating" } });
    await until(() => sandbox.get(`${inside}/free`), gone);
    expect(await sandbox.post(inside, configMap("late"))).toMatchObject({
      status: 403,
      body: { reason: "Forbidden", details: { causes: [{ reason: "NamespaceTerminating" }] } },
    });
    await merge(`${inside}/held`, { metadata: { finalizers: null } });
    await until(() => sandbox.get("/api/v1/namespaces/old"), gone);
  });

  test("that no cluster is without can't be deleted", async () => {
    expect(await sandbox.ask("DELETE", "/api/v1/namespaces/default")).toMatchObject({ status: 403 });
  });
});

describe("owner references", () => {
  const owned = async (name: string, owner: JsonObject, blocks = false): Promise<void> => {
    const uid = getPath(owner, ["metadata", "uid"]) ?? "";
    const ownerName = getPath(owner, ["metadata", "name"]) ?? "";
    const reference = {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: ownerName,
      uid,
      blockOwnerDeletion: blocks,
    };
    await sandbox.post(configMaps, configMap(name, { metadata: { ownerReferences: [reference] } }));
  };
  const make = async (name: string) => (await sandbox.post(configMaps, configMap(name))).body;
  const remove = (name: string, policy: string) =>
    sandbox.ask("DELETE", `${configMaps}/${name}?propagationPolicy=${policy}`);

  test("in the background, what is owned goes after its owner", async () => {
    await owned("child", await make("parent"));
    expect(await remove("parent", "Background")).toMatchObject({ status: 200, body: { kind: "Status" } });
    await until(() => sandbox.get(`${configMaps}/child`), gone);
  });

  test("in the foreground, the owner waits for what it owns", async () => {
    await owned("child-2", await make("parent-2"), true);
    await merge(`${configMaps}/child-2`, { metadata: { finalizers: ["example.com/hold"] } });
    await remove("parent-2", "Foreground");
    await until(
      () => sandbox.get(`${configMaps}/child-2`),
      ({ body }) => getPath(body, ["metadata", "deletionTimestamp"]) !== undefined,
    );
    const parent = await sandbox.get(`${configMaps}/parent-2`);
    expect(getPath(parent.body, ["metadata", "finalizers"])).toEqual(["foregroundDeletion"]);
    await merge(`${configMaps}/child-2`, { metadata: { finalizers: null } });
    await until(() => sandbox.get(`${configMaps}/parent-2`), gone);
  });

  test("orphans stay, without their owner", async () => {
    await owned("child-3", await make("parent-3"));
    await remove("parent-3", "Orphan");
    await until(() => sandbox.get(`${configMaps}/parent-3`), gone);
    const { body } = await sandbox.get(`${configMaps}/child-3`);
    expect(getPath(body, ["metadata"])).not.toHaveProperty("ownerReferences");
  });

  test("what is owned by nobody that is there is collected", async () => {
    await owned("foundling", { metadata: { name: "nobody", uid: "0" } });
    await until(() => sandbox.get(`${configMaps}/foundling`), gone);
  });
});

describe("a deletion", () => {
  test("asks for the UID and version that it was told", async () => {
    const { body } = await sandbox.post(configMaps, configMap("precise"));
    const options = (preconditions: JsonObject) => ({ preconditions });
    expect(await sandbox.ask("DELETE", `${configMaps}/precise`, options({ uid: "x" }))).toMatchObject({
      status: 409,
    });
    expect(
      await sandbox.ask("DELETE", `${configMaps}/precise`, options({ resourceVersion: "1" })),
    ).toMatchObject({
      status: 409,
    });
    const uid = getPath(body, ["metadata", "uid"]) ?? "";
    expect(await sandbox.ask("DELETE", `${configMaps}/precise?dryRun=All`)).toMatchObject({ status: 200 });
    expect(await sandbox.ask("DELETE", `${configMaps}/precise`, options({ uid }))).toMatchObject({
      status: 200,
    });
    expect(await sandbox.ask("DELETE", `${configMaps}/precise`)).toMatchObject({ status: 404 });
  });

  test("of a collection takes what is selected", async () => {
    for (const name of ["x-1", "x-2"])
      await sandbox.post(configMaps, configMap(name, { metadata: { labels: { x: "y" } } }));
    const { body } = await sandbox.ask("DELETE", `${configMaps}?labelSelector=x%3Dy`);
    expect(body).toMatchObject({ kind: "ConfigMapList", items: [{}, {}] });
    expect(await sandbox.get(`${configMaps}/x-1`)).toMatchObject({ status: 404 });
  });
});

describe("a CustomResourceDefinition", () => {
  const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: { size: { type: "integer", minimum: 1, default: 3 }, name: { type: "string" } },
      },
      status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  };
  const crd = {
    metadata: { name: "gadgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { kind: "Gadget", plural: "gadgets", shortNames: ["gd"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
        { name: "v1beta1", served: true, storage: false, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
  const gadgets = "/apis/example.com/v1/namespaces/default/gadgets";

  test("serves its kind once it is established: pruned, defaulted, validated, in all its versions", async () => {
    expect(await sandbox.get("/apis/example.com/v1/namespaces/default/gadgets/a").catch(() => "text")).toBe(
      "text",
    );
    expect((await sandbox.post(crds, crd)).status).toBe(201);
    await until(
      () => sandbox.get(`${crds}/gadgets.example.com`),
      ({ body }) => JSON.stringify(getPath(body, ["status", "conditions"])).includes('"Established"'),
    );
    const made = await sandbox.post(gadgets, {
      apiVersion: "example.com/v1",
      kind: "Gadget",
      metadata: { name: "a" },
      spec: { other: 1 },
    });
    expect(made).toMatchObject({ status: 201, body: { spec: { size: 3 }, metadata: { generation: 1 } } });
    expect(made.headers.get("warning")).toContain('unknown field \\"spec.other\\"');
    expect(made.body).not.toHaveProperty("spec.other");
    const beta = await sandbox.get("/apis/example.com/v1beta1/namespaces/default/gadgets/a");
    expect(beta.body).toMatchObject({ apiVersion: "example.com/v1beta1", spec: { size: 3 } });
    expect(await merge(`${gadgets}/a`, { spec: { size: 0 } })).toMatchObject({
      status: 422,
      body: { reason: "Invalid", details: { causes: [{ field: "spec.size" }] } },
    });
    expect(
      await sandbox.ask("PATCH", `${gadgets}/a`, {}, "application/strategic-merge-patch+json"),
    ).toMatchObject({
      status: 415,
    });
  });

  test("keeps the status of its objects apart from all else", async () => {
    const changed = await merge(`${gadgets}/a`, { spec: { size: 5 }, status: { phase: "Made" } });
    expect(changed.body).toMatchObject({ spec: { size: 5 }, metadata: { generation: 2 } });
    expect(changed.body).not.toHaveProperty("status");
    const status = await merge(`${gadgets}/a/status`, { spec: { size: 9 }, status: { phase: "Made" } });
    expect(status.body).toMatchObject({
      spec: { size: 5 },
      status: { phase: "Made" },
      metadata: { generation: 2 },
    });
  });

  test("that is deleted takes its objects along, and its kind is gone", async () => {
    await sandbox.ask("DELETE", `${crds}/gadgets.example.com`);
    await until(() => sandbox.get(`${crds}/gadgets.example.com`), gone);
    await expect(sandbox.get(`${gadgets}/a`)).rejects.toThrow();
  });
});
