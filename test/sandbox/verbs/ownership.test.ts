/** Who owns what after writes that say something special about it: as a real server recorded it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, type Asking, type Reply } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

function role(name: string, rules?: Json): JsonObject {
  const more: JsonObject = rules === undefined ? {} : { rules };
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name }, ...more };
}

function deployment(name: string, more: JsonObject = {}): JsonObject {
  const labels = { app: "a" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "one", image: "a:1" }] } };
  const spec = { selector: { matchLabels: labels }, template, ...more };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

const scale = (name: string, replicas: number): JsonObject => ({
  apiVersion: "autoscaling/v1",
  kind: "Scale",
  metadata: { name },
  spec: { replicas },
});

/** Entries without times, as `manager operation subresource: fields`. */
function owners({ body }: Reply): string[] {
  const entries = getPath(body, ["metadata", "managedFields"]) as Record<string, string>[] | undefined;
  return (entries ?? []).map(({ manager, operation, subresource, fieldsV1 }) =>
    [manager, operation, subresource, JSON.stringify(fieldsV1)]
      .filter((part) => part !== undefined)
      .join(" "),
  );
}

test.each([["[]", []] as const, ["[{}]", [{}]] as const])(
  "managed fields of %s in a PUT make the object nobody's",
  async (title, managedFields) => {
    const name = `reset-${title.length}`;
    await sandbox.post(`${configMaps}?fieldManager=one`, configMap(name, { data: { a: "1" } }));
    const sent = configMap(name, { data: { a: "2" }, metadata: { managedFields: [...managedFields] } });
    const reply = await sandbox.ask("PUT", `${configMaps}/${name}?fieldManager=one`, sent);
    expect(reply.status).toBe(200);
    expect(getPath(reply.body, ["metadata", "managedFields"])).toBeUndefined();
  },
);

test("a JSON patch may empty the managed fields", async () => {
  await sandbox.post(`${configMaps}?fieldManager=one`, configMap("patched", { data: { a: "1" } }));
  const operations = [{ op: "replace", path: "/metadata/managedFields", value: [] }];
  const reply = await sandbox.ask(
    "PATCH",
    `${configMaps}/patched`,
    operations,
    "application/json-patch+json",
  );
  expect(owners(reply)).toEqual([]);
});

test("an empty list that is always written is owned by who sends it, and stored as none", async () => {
  const sent = await sandbox.post(`${roles}?fieldManager=one`, role("empty", []));
  expect(owners(sent)).toEqual(['one Update {"f:rules":{}}']);
  expect(sent.body["rules"]).toBeNull();
  const absent = await sandbox.post(`${roles}?fieldManager=one`, role("absent"));
  expect(owners(absent)).toEqual([]);
  expect(absent.body["rules"]).toBeNull();
});

test("bytes of null are no bytes, and owned by who sends them", async () => {
  const secrets = "/api/v1/namespaces/default/secrets";
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "null" } };
  await sandbox.apply(`${secrets}/null`, { ...secret, data: { a: "" } }, "one");
  const operations = [{ op: "add", path: "/data/a", value: null }];
  const path = `${secrets}/null?fieldManager=two`;
  const reply = await sandbox.ask("PATCH", path, operations, "application/json-patch+json");
  expect(reply.body["data"]).toEqual({ a: "" });
  expect(owners(reply)).toEqual(['two Update {"f:data":{"f:a":{}}}']);
});

test("an apply to a scale conflicts with who owns the replicas, in the version of scales", async () => {
  await sandbox.post(`${deployments}?fieldManager=one`, deployment("contested", { replicas: 1 }));
  const reply = await sandbox.apply(`${deployments}/contested/scale`, scale("contested", 3), "two");
  expect(reply.status).toBe(409);
  expect(reply.body["message"]).toBe(
    'Apply failed with 1 conflict: conflict with "one" using autoscaling/v1: .spec.replicas',
  );
});

test("who changes a scale owns the replicas of the object, and whoever had them does not", async () => {
  await sandbox.apply(`${deployments}/scaled`, deployment("scaled", { replicas: 1 }), "one");
  const reply = await sandbox.ask("PUT", `${deployments}/scaled/scale?fieldManager=two`, scale("scaled", 3));
  expect(reply.body["spec"]).toEqual({ replicas: 3 });
  expect(getPath(reply.body, ["metadata", "managedFields"])).toBeUndefined();
  const [first, second] = owners(await sandbox.get(`${deployments}/scaled`));
  expect(first).toMatch(/^one Apply /);
  expect(first).not.toContain("f:replicas");
  expect(second).toBe('two Update scale {"f:spec":{"f:replicas":{}}}');
});

test("owners that are there twice are kept once, with a warning", async () => {
  const owner = await sandbox.post(configMaps, configMap("owner"));
  const uid = getPath(owner.body, ["metadata", "uid"]) ?? "";
  const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid };
  const ownerReferences = [reference, reference];
  const made = await sandbox.post(configMaps, configMap("owned", { metadata: { ownerReferences } }));
  expect(getPath(made.body, ["metadata", "ownerReferences"])).toEqual([reference]);
  expect(made.headers.get("warning")).toContain(
    ".metadata.ownerReferences contains duplicate entries; API server dedups",
  );
  await sandbox.post(configMaps, configMap("patched-owners"));
  const patch = { metadata: { ownerReferences } };
  const path = `${configMaps}/patched-owners`;
  const patched = await sandbox.ask("PATCH", path, patch, "application/merge-patch+json");
  expect(getPath(patched.body, ["metadata", "ownerReferences"])).toEqual([reference]);
  expect(patched.headers.get("warning")).toContain("duplicate entries after mutating admission happens;");
});
