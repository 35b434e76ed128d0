/** Custom resources, as a real server keeps them: what was recorded of one is what is expected here. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../../src/json.js";
import { askSandbox, until, type Asking, type Reply } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
  await define("plains", "Plain", [version("v1", { spec })]);
  await define("widgets", "Widget", [
    { ...version("v1beta1", { spec, status }), storage: false, deprecated: true, subresources },
    { ...version("v1", { spec, status }), subresources },
  ]);
});
afterAll(() => sandbox.close());

const text: JsonObject = { type: "string" };
const spec: JsonObject = {
  type: "object",
  properties: {
    text,
    replicas: { type: "integer" },
    loose: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    embedded: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
  },
};
const status: JsonObject = {
  type: "object",
  properties: { ready: { type: "boolean" }, replicas: { type: "integer" } },
};
const subresources: JsonObject = {
  status: {},
  scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
};

function version(name: string, properties: JsonObject): JsonObject {
  return { name, served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties } } };
}

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

async function define(plural: string, kind: string, versions: JsonObject[], more: JsonObject = {}) {
  const name = `${plural}.custom.example`;
  const names = { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List`, ...more };
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    spec: { group: "custom.example", scope: "Namespaced", names, versions },
  };
  expect((await sandbox.apply(`${crds}/${name}`, crd)).status).toBeLessThan(300);
  await until(
    () => sandbox.get(`/apis/custom.example/v1/namespaces/default/${plural}`),
    (reply) => reply.status === 200,
  );
}

const pathOf = (plural: string, name = "", at = "v1"): string =>
  `/apis/custom.example/${at}/namespaces/default/${plural}${name === "" ? "" : `/${name}`}`;
const merge = (path: string, body: Json): Promise<Reply> =>
  sandbox.ask("PATCH", path, body, "application/merge-patch+json");

let made = 0;
/** A new object of a kind, under a name of its own. */
async function make(plural: string, kind: string, body: JsonObject, at = "v1"): Promise<string> {
  const name = `it-${++made}`;
  const metadata = { name, ...(body["metadata"] as JsonObject | undefined) };
  const object = { apiVersion: `custom.example/${at}`, kind, ...body, metadata };
  expect((await sandbox.post(`${pathOf(plural, "", at)}?fieldManager=maker`, object)).status).toBe(201);
  return name;
}
const widget = (body: JsonObject, at?: string): Promise<string> => make("widgets", "Widget", body, at);
const manifest = (kind: string, name: string, body: JsonObject): JsonObject => ({
  apiVersion: "custom.example/v1",
  kind,
  metadata: { name },
  ...body,
});

const cause = ({ body }: Reply): Json | undefined => getPath(body, ["details", "causes", 0]);
const generation = ({ body }: Reply): Json | undefined => getPath(body, ["metadata", "generation"]);
const versionOf = ({ body }: Reply): Json | undefined => getPath(body, ["metadata", "resourceVersion"]);
const ownersOf = ({ body }: Reply): Json | undefined => getPath(body, ["metadata", "managedFields"]);

describe("a body", () => {
  const post = (body: JsonObject): Promise<Reply> =>
    sandbox.post(pathOf("plains"), { metadata: { name: "typed" }, ...body });

  test("has to say its kind and version", async () => {
    const kindless = await post({ apiVersion: "custom.example/v1" });
    expect(kindless.status).toBe(400);
    expect(kindless.body["message"]).toContain("Object 'Kind' is missing in");
    const bare = await post({ kind: "Plain", metadata: { name: "typed", bogus: 1 } });
    expect(bare).toMatchObject({
      status: 400,
      body: {
        message: "the API version in the data () does not match the expected API version (custom.example/v1)",
      },
    });
    expect(bare.headers.get("warning")).toBe('299 - "unknown field \\"metadata.bogus\\""');
  });

  test("of another kind is refused as one of that kind", async () => {
    const refused = { kind: "Other", group: "custom.example", causes: [{ field: "kind" }] };
    const reply = await post({ apiVersion: "custom.example/v1", kind: "Other" });
    expect(reply).toMatchObject({ status: 422, body: { details: refused } });
    const path = pathOf("plains", await make("plains", "Plain", { spec: {} }));
    expect(await merge(path, { kind: "Other" })).toMatchObject({ status: 422, body: { details: refused } });
    expect(cause(await merge(path, { kind: null }))).toMatchObject({ field: "patch" });
  });
});

describe("metadata.generation", () => {
  test("counts a status that has no subresource", async () => {
    await define("stateds", "Stated", [version("v1", { spec, status })]);
    const path = pathOf("stateds", await make("stateds", "Stated", { spec: {} }));
    expect(generation(await merge(path, { status: { ready: true } }))).toBe(2);
  });

  test("does not count one that has, nor labels", async () => {
    const path = pathOf("widgets", await widget({ spec: {} }));
    await merge(`${path}/status`, { status: { ready: true } });
    expect(generation(await merge(path, { metadata: { labels: { a: "b" } } }))).toBe(1);
    expect(generation(await merge(path, { spec: { text: "a" } }))).toBe(2);
  });
});

describe("what is wrong", () => {
  test("is told of the resource where a version is missing, and of the kind else", async () => {
    const name = await widget({ spec: {} });
    const path = pathOf("widgets", name);
    const missing = await sandbox.ask("PUT", path, manifest("Widget", name, { spec: {} }));
    expect(missing).toMatchObject({ status: 422, body: { details: { kind: "widgets" } } });
    const wrong = await merge(path, { spec: { text: 1 } });
    expect(wrong).toMatchObject({ status: 422, body: { details: { kind: "Widget" } } });
  });

  test("is a null that an apply leaves where it empties a map", async () => {
    const path = pathOf("plains", "emptied");
    await sandbox.apply(path, manifest("Plain", "emptied", { spec: { loose: { a: "b" } } }));
    const reply = await sandbox.apply(path, manifest("Plain", "emptied", { spec: { loose: {} } }));
    expect(reply.status).toBe(422);
    expect(cause(reply)).toMatchObject({ field: "spec.loose", reason: "FieldValueTypeInvalid" });
  });

  test("is judged of a status by its own schema, which does not know where it stands", async () => {
    const path = pathOf("widgets", await widget({ spec: {} }));
    const reply = await merge(`${path}/status`, { status: { ready: "yes" } });
    expect(cause(reply)).toMatchObject({
      field: "status.ready",
      message: 'Invalid value: "string": ready in body must be of type boolean: "string"',
    });
  });

  test("may be in the metadata of a resource within", async () => {
    const embedded = { apiVersion: "v1", kind: "ConfigMap", metadata: { labels: { "-": "b" } } };
    const path = pathOf("plains", await make("plains", "Plain", { spec: {} }));
    expect(cause(await merge(path, { spec: { embedded } }))).toMatchObject({
      field: "spec.embedded.metadata.labels",
    });
    const nameless = { ...embedded, kind: "Not_One", metadata: {} };
    expect(cause(await merge(path, { spec: { embedded: nameless } }))).toMatchObject({
      field: "spec.embedded.kind",
    });
    expect((await merge(path, { spec: { embedded: { ...embedded, metadata: {} } } })).status).toBe(200);
  });

  test.each([
    [-1, "Invalid value: -1: should be a non-negative integer"],
    [2 ** 31, "Invalid value: 2147483648: should be less than or equal to 2147483647"],
  ])("are %d replicas", async (replicas, message) => {
    const path = pathOf("widgets", await widget({ spec: {} }));
    expect(cause(await merge(path, { spec: { replicas } }))).toMatchObject({
      field: ".spec.replicas",
      message,
    });
  });

  test("and was so before is let pass", async () => {
    await define("strictens", "Stricten", [version("v1", { spec })]);
    const name = await make("strictens", "Stricten", { spec: { text: "long", replicas: 1 } });
    const path = pathOf("strictens", name);
    const short = { ...spec, properties: { text: { ...text, maxLength: 1 }, replicas: { type: "integer" } } };
    await define("strictens", "Stricten", [version("v1", { spec: short })]);
    expect((await merge(path, { spec: { replicas: 2 } })).status).toBe(200);
    expect(cause(await merge(path, { spec: { text: "other" } }))).toMatchObject({ field: "spec.text" });
  });
});

describe("versions", () => {
  const more: JsonObject = { ...spec, properties: { text: { ...text, default: "new" }, extra: text } };

  test("an object that was stored before is read as the CRD is now", async () => {
    await define("changers", "Changer", [version("v1", { spec })]);
    const path = pathOf("changers", await make("changers", "Changer", { spec: { replicas: 3 } }));
    await define("changers", "Changer", [version("v1", { spec: more })]);
    expect((await sandbox.get(path)).body["spec"]).toEqual({ text: "new" });
    const { body } = await sandbox.get(pathOf("changers"));
    expect(getPath(body, ["items", 0, "spec"])).toEqual({ text: "new" });
  });

  test("a version that is not stored shows only what it declares, and so do its watches", async () => {
    await define("narrows", "Narrow", [
      { ...version("v1beta1", { spec }), storage: false },
      version("v1", { spec: more }),
    ]);
    const name = await make("narrows", "Narrow", { spec: { text: "a", extra: "b" } });
    const expected = { apiVersion: "custom.example/v1beta1", spec: { text: "a" } };
    const { body } = await sandbox.get(pathOf("narrows", name, "v1beta1"));
    expect({ apiVersion: body["apiVersion"], spec: body["spec"] }).toEqual(expected);
    const [event] = await sandbox.watch(
      `${pathOf("narrows", "", "v1beta1")}?watch=true&resourceVersion=0&timeoutSeconds=2`,
      1,
    );
    expect(event).toMatchObject({ type: "ADDED", object: { apiVersion: "custom.example/v1beta1" } });
    expect(event?.object["spec"]).toEqual(expected.spec);
  });

  test("one that changes nothing is no write in another version either", async () => {
    const name = await widget({ spec: { text: "a" } });
    const before = await sandbox.get(pathOf("widgets", name));
    const after = await merge(pathOf("widgets", name, "v1beta1"), { spec: { text: "a" } });
    expect(versionOf(after)).toBe(versionOf(before));
  });

  test("a deprecated one is warned of, and the next one told", async () => {
    const { headers } = await sandbox.get(pathOf("widgets", "", "v1beta1"));
    expect(headers.get("warning")).toBe(
      '299 - "custom.example/v1beta1 Widget is deprecated; use custom.example/v1 Widget"',
    );
    expect((await sandbox.get(pathOf("widgets"))).headers.get("warning")).toBeNull();
  });

  test("whoever owns the status in another version loses it to a write of the object", async () => {
    const name = await widget({ spec: { text: "a" } });
    const path = pathOf("widgets", name);
    await merge(`${path}/status?fieldManager=status`, { status: { ready: true } });
    const live = await sandbox.get(path);
    const next = {
      ...manifest("Widget", name, { spec: { text: "b" } }),
      apiVersion: "custom.example/v1beta1",
    };
    const metadata = { name, resourceVersion: versionOf(live) ?? "" };
    const reply = await sandbox.ask("PUT", `${pathOf("widgets", name, "v1beta1")}?fieldManager=maker`, {
      ...next,
      metadata,
    });
    expect(reply.body["status"]).toEqual({ ready: true });
    expect(ownersOf(reply)).not.toContainEqual(expect.objectContaining({ manager: "status" }));
  });
});

describe("managed fields", () => {
  test("an empty list does not reset them", async () => {
    const name = await make("plains", "Plain", { spec: { text: "a" } });
    const path = pathOf("plains", name);
    const live = await sandbox.get(path);
    const metadata = { name, resourceVersion: versionOf(live) ?? "", managedFields: [] };
    const reply = await sandbox.ask("PUT", path, {
      ...manifest("Plain", name, { spec: { text: "a" } }),
      metadata,
    });
    expect(ownersOf(reply)).toEqual(ownersOf(live));
    expect(versionOf(reply)).toBe(versionOf(live));
  });

  test("an object whose status was sent as something else has none", async () => {
    const name = await widget({ spec: { text: "a" }, status: 1.5 });
    expect(ownersOf(await sandbox.get(pathOf("widgets", name)))).toBeUndefined();
  });
});

describe("the scale", () => {
  const scale = (replicas?: number): JsonObject => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    spec: replicas === undefined ? {} : { replicas },
  });

  test("is none where the object says nothing of replicas, and can't be patched to nothing", async () => {
    const path = `${pathOf("widgets", await widget({ spec: {} }))}/scale`;
    expect(await sandbox.get(path)).toMatchObject({ status: 500, body: { reason: "InternalError" } });
    expect((await merge(path, { metadata: { labels: { a: "b" } } })).status).toBe(400);
    const reply = await merge(path, { spec: { replicas: 2 } });
    expect(reply.body).toMatchObject({ kind: "Scale", spec: { replicas: 2 }, status: { replicas: 0 } });
    expect(ownersOf(reply)).toBeUndefined();
  });

  test("is applied only where somebody owns it, and says what is there", async () => {
    const name = await widget({ spec: { text: "a" } });
    const path = pathOf("widgets", name);
    await merge(`${path}/scale?fieldManager=nobody`, { spec: { replicas: 2 } });
    const nobodys = await sandbox.apply(`${path}/scale`, scale(2), "other");
    expect(nobodys.status).toBe(500);
    expect(nobodys.body["message"]).toContain("failed to create manager for existing fields");
    await merge(`${path}?fieldManager=owner`, { spec: { replicas: 3 } });
    expect((await sandbox.apply(`${path}/scale`, scale(4), "other")).status).toBe(409);
    expect((await sandbox.apply(`${path}/scale`, scale(3), "other")).status).toBe(200);
    expect(ownersOf(await sandbox.get(path))).toContainEqual(
      expect.objectContaining({ manager: "other", operation: "Apply", subresource: "scale" }),
    );
    const forced = await sandbox.ask(
      "PATCH",
      `${path}/scale?fieldManager=other&force=true`,
      scale(4),
      "application/apply-patch+yaml",
    );
    expect(forced.status).toBe(500);
    expect(forced.body["message"]).toContain("failed to convert new object");
  });
});

test("a subresource that the CRD does not declare is not found, as an object that is not there", async () => {
  const name = await make("plains", "Plain", { spec: {} });
  expect(await sandbox.get(`${pathOf("plains", name)}/status`)).toMatchObject({
    status: 404,
    body: { message: `plains.custom.example "${name}" not found` },
  });
});

test("a list says that there is no more of it", async () => {
  const { body } = await sandbox.get(pathOf("plains"));
  expect(getPath(body, ["metadata", "continue"])).toBe("");
});

test("finalizers without a domain are warned of when they are new", async () => {
  const path = pathOf("plains", await make("plains", "Plain", { spec: {} }));
  const finalizers = (...names: string[]): Promise<Reply> => merge(path, { metadata: { finalizers: names } });
  expect((await finalizers("hold")).headers.get("warning")).toContain(
    "prefer a domain-qualified finalizer name to",
  );
  expect((await finalizers("hold", "a.b/c")).headers.get("warning")).toBeNull();
  const dotted = await finalizers("hold", "a.b");
  expect(dotted.headers.get("warning")).toContain("finalizer name including a path (/)");
  await finalizers();
});

test("the last finalizer's going answers with the object of the write", async () => {
  const name = await make("plains", "Plain", { metadata: { finalizers: ["example.com/hold"] } });
  const path = pathOf("plains", name);
  await sandbox.ask("DELETE", path);
  const before = await sandbox.get(path);
  const reply = await merge(path, { metadata: { finalizers: [] } });
  expect(versionOf(reply)).toBe(versionOf(before));
  expect((await sandbox.get(path)).status).toBe(404);
});

test("the accepted names of a CRD follow those that it asks for", async () => {
  await define("nameds", "Named", [version("v1", { spec })]);
  await define("nameds", "Named", [version("v1", { spec })], { shortNames: ["nm"], categories: ["all"] });
  const path = `${crds}/nameds.custom.example`;
  const names = await until(
    () => sandbox.get(path),
    ({ body }) => getPath(body, ["status", "acceptedNames", "shortNames"]) !== undefined,
  );
  expect(getPath(names.body, ["status", "acceptedNames"])).toMatchObject({
    shortNames: ["nm"],
    categories: ["all"],
  });
  const migrated = await merge(`${path}/status`, { status: { storedVersions: ["v9"] } });
  expect(migrated.status).toBe(200);
});
