/** Writing: bodies, validation, dry runs, versions, names, subresources, tokens. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath, type Json } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

const send = (method: string, path: string, body: string, type: string) =>
  fetch(sandbox.url + path, { method, body, headers: { "content-type": type } });
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const deployment = (name: string, spec: Json = {}): Json => ({
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "web", image: "nginx:1.29" }] },
    },
    ...(spec as object),
  },
});

describe("a body", () => {
  test("may be YAML", async () => {
    const text = 'metadata:\n  name: yaml\ndata:\n  mode: "0644"\n';
    const response = await send("POST", configMaps, text, "application/yaml");
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ kind: "ConfigMap", data: { mode: "0644" } });
  });

  test.each([
    ["text/plain", "{}", 415, "UnsupportedMediaType"],
    ["application/json", "{", 400, "BadRequest"],
    ["application/json", "[]", 400, "BadRequest"],
    ["application/json", '{"kind":"Secret","apiVersion":"v1"}', 400, "BadRequest"],
    ["application/json", '{"metadata":{"name":"a","namespace":"other"}}', 400, "BadRequest"],
    ["application/json", '{"metadata":{"name":"a"},"data":{"a":1}}', 400, "BadRequest"],
    ["application/json", "{}", 422, "Invalid"],
  ])("%s %s is answered with %d %s", async (type, body, code, reason) => {
    const response = await send("POST", configMaps, body, type);
    expect(await response.json()).toMatchObject({ kind: "Status", status: "Failure", code, reason });
    expect(response.status).toBe(code);
  });

  test("larger than the server takes is 413, and the server goes on", async () => {
    const response = await send(
      "POST",
      configMaps,
      `{"data":{"a":"${"x".repeat(4 * 1024 * 1024)}"}}`,
      "application/json",
    );
    expect(response.status).toBe(413);
    expect((await sandbox.get("/version")).status).toBe(200);
  });
});

describe("a field that the type does not have", () => {
  const unknown = configMap("unknown", { nope: 1 });
  const post = (mode: string) => sandbox.post(`${configMaps}?dryRun=All&fieldValidation=${mode}`, unknown);

  test("is refused where reading is strict", async () => {
    const { status, body } = await post("Strict");
    expect(status).toBe(400);
    expect(body["message"]).toContain('strict decoding error: unknown field "nope"');
  });
  test("is dropped with a warning, or without one", async () => {
    const warned = await post("Warn");
    expect(warned.headers.get("warning")).toBe('299 - "unknown field \\"nope\\""');
    expect(warned.body).not.toHaveProperty("nope");
    expect((await post("Ignore")).headers.get("warning")).toBeNull();
  });
});

test("a dry run answers as if, and stores nothing", async () => {
  expect(await sandbox.post(`${configMaps}?dryRun=All`, configMap("dry"))).toMatchObject({ status: 201 });
  expect(await sandbox.apply(`${configMaps}/dry`, configMap("dry"))).toMatchObject({ status: 201 });
  const changed = await sandbox.ask(
    "PUT",
    `${configMaps}/dry?dryRun=All`,
    configMap("dry", { data: { a: "b" } }),
  );
  expect(changed.body).toMatchObject({ data: { a: "b" } });
  expect((await sandbox.get(`${configMaps}/dry`)).body).not.toHaveProperty("data");
  expect(await sandbox.post(`${configMaps}?dryRun=Some`, configMap("dry-2"))).toMatchObject({ status: 422 });
});

test("a name is made of generateName", async () => {
  const { body } = await sandbox.post(configMaps, { metadata: { generateName: "job-" } });
  expect(getPath(body, ["metadata", "name"])).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

describe("a version", () => {
  test("that is not the live one is a conflict, and so is another UID", async () => {
    const { body } = await sandbox.post(configMaps, configMap("versioned"));
    const old = getPath(body, ["metadata", "resourceVersion"]) ?? "";
    const put = (metadata: object, data: object) =>
      sandbox.ask("PUT", `${configMaps}/versioned`, configMap("versioned", { metadata, data } as never));
    expect(await put({ resourceVersion: old }, { a: "1" })).toMatchObject({ status: 200 });
    expect(await put({ resourceVersion: old }, { a: "2" })).toMatchObject({
      status: 409,
      body: { reason: "Conflict" },
    });
    expect(await put({ uid: "other" }, { a: "2" })).toMatchObject({ status: 409 });
  });

  test("stays where nothing changes", async () => {
    const first = await sandbox.apply(`${configMaps}/still`, configMap("still", { data: { a: "b" } }));
    const again = await sandbox.apply(`${configMaps}/still`, configMap("still", { data: { a: "b" } }));
    expect(again).toMatchObject({ status: 200, body: first.body });
  });
});

describe("server-side apply", () => {
  test("tells whose field it is, and takes it by force", async () => {
    await sandbox.apply(`${configMaps}/shared`, configMap("shared", { data: { a: "1" } }), "one");
    const refused = await sandbox.apply(
      `${configMaps}/shared`,
      configMap("shared", { data: { a: "2" } }),
      "two",
    );
    expect(refused).toMatchObject({
      status: 409,
      body: {
        details: {
          causes: [{ reason: "FieldManagerConflict", field: ".data.a", message: 'conflict with "one"' }],
        },
      },
    });
    const forced = await sandbox.apply(
      `${configMaps}/shared`,
      configMap("shared", { data: { a: "2" } }),
      "two&force=true",
    );
    expect(forced.body).toMatchObject({ data: { a: "2" } });
    const managers = getPath(forced.body, ["metadata", "managedFields"]) as { manager: string }[];
    expect(managers.map(({ manager }) => manager)).toEqual(["two"]);
  });

  test("removes what its manager applies no more", async () => {
    await sandbox.apply(`${configMaps}/less`, configMap("less", { data: { a: "1", b: "2" } }));
    const { body } = await sandbox.apply(`${configMaps}/less`, configMap("less", { data: { a: "1" } }));
    expect(body["data"]).toEqual({ a: "1" });
  });

  test("needs a manager, and a type that it can read", async () => {
    const path = `${configMaps}/untyped`;
    const type = "application/apply-patch+yaml";
    expect(await sandbox.ask("PATCH", path, configMap("untyped"), type)).toMatchObject({ status: 422 });
    expect(await sandbox.apply(path, configMap("untyped", { nope: 1 }))).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining(".nope: field not declared in schema") as string },
    });
  });
});

describe("a Deployment", () => {
  test("is defaulted, counts its changes, and keeps its selector", async () => {
    const { body } = await sandbox.post(deployments, deployment("web"));
    expect(body).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        replicas: 1,
        strategy: { type: "RollingUpdate" },
        template: { spec: { restartPolicy: "Always" } },
      },
      status: {},
    });
    const merge = (patch: Json) =>
      sandbox.ask("PATCH", `${deployments}/web`, patch, "application/merge-patch+json");
    expect((await merge({ spec: { replicas: 2 } })).body).toMatchObject({ metadata: { generation: 2 } });
    expect(await merge({ spec: { selector: { matchLabels: { app: "other" } } } })).toMatchObject({
      status: 422,
    });
  });

  test("is patched by strategy and by steps", async () => {
    await sandbox.post(deployments, deployment("patched"));
    const strategic = {
      spec: { template: { spec: { containers: [{ name: "side", image: "busybox:1" }] } } },
    };
    const merged = await sandbox.ask(
      "PATCH",
      `${deployments}/patched`,
      strategic,
      "application/strategic-merge-patch+json",
    );
    const containers = getPath(merged.body, ["spec", "template", "spec", "containers"]) as { name: string }[];
    expect(containers.map(({ name }) => name).sort()).toEqual(["side", "web"]);
    const steps = [{ op: "replace", path: "/spec/replicas", value: 4 }];
    const stepped = await sandbox.ask(
      "PATCH",
      `${deployments}/patched`,
      steps,
      "application/json-patch+json",
    );
    expect(stepped.body).toMatchObject({ spec: { replicas: 4 } });
  });

  test("is scaled by its subresource", async () => {
    await sandbox.post(deployments, deployment("scaled"));
    const scale = await sandbox.ask(
      "PATCH",
      `${deployments}/scaled/scale`,
      { spec: { replicas: 5 } },
      "application/merge-patch+json",
    );
    expect(scale.body).toMatchObject({
      kind: "Scale",
      spec: { replicas: 5 },
      status: { selector: "app=scaled" },
    });
    expect((await sandbox.get(`${deployments}/scaled`)).body).toMatchObject({ spec: { replicas: 5 } });
  });

  test("has its status written apart", async () => {
    await sandbox.post(deployments, { ...(deployment("status") as object), status: { replicas: 9 } });
    const { body } = await sandbox.ask(
      "PATCH",
      `${deployments}/status/status`,
      { status: { replicas: 3 }, spec: { replicas: 7 } },
      "application/merge-patch+json",
    );
    expect(body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 3 } });
  });
});

test("a token of a service account is that account, until it goes", async () => {
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await sandbox.post(accounts, { metadata: { name: "robot" } });
  const { body } = await sandbox.post(`${accounts}/robot/token`, { spec: {} });
  const token = getPath(body, ["status", "token"]) as string;
  const whoami = () =>
    fetch(`${sandbox.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    });
  expect(await (await whoami()).json()).toMatchObject({
    status: { userInfo: { username: "system:serviceaccount:default:robot" } },
  });
  await sandbox.ask("DELETE", `${accounts}/robot`);
  expect((await whoami()).status).toBe(401);
});
