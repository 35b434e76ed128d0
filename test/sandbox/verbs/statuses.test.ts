/** Writes of a status: what they change, what they leave, what is refused of them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../../src/json.js";
import { askSandbox, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

const services = "/api/v1/namespaces/default/services";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

function service(name: string, spec: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

function deployment(name: string): JsonObject {
  const labels = { app: "a" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "one", image: "a:1" }] } };
  const spec = { selector: { matchLabels: labels }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

const merge = "application/merge-patch+json";

test("the addresses of a load balancer are for load balancers", async () => {
  const status = { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } };
  await sandbox.post(services, service("plain"));
  const refused = await sandbox.ask("PATCH", `${services}/plain/status`, { status }, merge);
  expect(getPath(refused.body, ["details", "causes"])).toEqual([
    {
      reason: "FieldValueForbidden",
      message: "Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
      field: "status.loadBalancer.ingress",
    },
  ]);
  await sandbox.post(services, service("balanced", { type: "LoadBalancer" }));
  const taken = await sandbox.ask("PATCH", `${services}/balanced/status`, { status }, merge);
  expect(taken.body["status"]).toEqual({ loadBalancer: { ingress: [{ ip: "1.2.3.4", ipMode: "VIP" }] } });
});

test("a Deployment can't have more ready replicas than replicas", async () => {
  await sandbox.post(deployments, deployment("counted"));
  const patch = { status: { replicas: 1, readyReplicas: 2 } };
  const { status, body } = await sandbox.ask("PATCH", `${deployments}/counted/status`, patch, merge);
  expect(status).toBe(422);
  expect(body["message"]).toContain(
    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
  );
});

test("a status brings what its kind does not leave: of a Deployment annotations and no labels", async () => {
  await sandbox.post(deployments, deployment("marked"));
  const metadata = { annotations: { a: "1" }, labels: { a: "1" } };
  const reply = await sandbox.ask("PATCH", `${deployments}/marked/status`, { metadata }, merge);
  expect(reply.body["metadata"]).toMatchObject({ annotations: { a: "1" }, generation: 1 });
  expect(getPath(reply.body, ["metadata", "labels"])).toBeUndefined();
});

test("of a Service it brings labels too, and whoever applies them owns them", async () => {
  await sandbox.post(services, service("labelled"));
  const manifest = { ...service("labelled"), metadata: { name: "labelled", labels: { a: "1" } } };
  const { body } = await sandbox.apply(`${services}/labelled/status`, manifest, "one");
  expect(getPath(body, ["metadata", "labels"])).toEqual({ a: "1" });
  expect(getPath(body, ["metadata", "managedFields", "0", "fieldsV1"])).toEqual({
    "f:metadata": { "f:labels": { "f:a": {} } },
  });
});

test("an applied status makes what a PUT would make, and else is not found", async () => {
  const named = (apiVersion: string, kind: string): JsonObject => ({
    apiVersion,
    kind,
    metadata: { name: "missing" },
  });
  const judged = await sandbox.apply(`${services}/missing/status`, named("v1", "Service"));
  expect(judged.body["message"]).toBe('Service "missing" is invalid: spec.ports: Required value');
  const missing = await sandbox.apply(`${deployments}/missing/status`, named("apps/v1", "Deployment"));
  expect(missing.status).toBe(404);
});
