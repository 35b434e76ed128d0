/** Services beside each other: what one has, another can't get. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../../src/json.js";
import { askSandbox, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

const services = "/api/v1/namespaces/default/services";

function service(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

test("a node port that another Service has is refused", async () => {
  const spec = { type: "NodePort", ports: [{ port: 80, nodePort: 30001 }] };
  expect((await sandbox.post(services, service("first", spec))).status).toBe(201);
  const { status, body } = await sandbox.post(services, service("second", spec));
  expect(status).toBe(422);
  expect(body["message"]).toBe(
    'Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
  );
});

test("a node port is in the range, but for a dry run", async () => {
  const sent = service("far", { type: "NodePort", ports: [{ port: 80, nodePort: 99999 }] });
  expect((await sandbox.post(services, sent)).status).toBe(422);
  expect((await sandbox.post(`${services}?dryRun=All`, sent)).status).toBe(201);
});

test("what was drawn is none of the ports that are left to those who ask", async () => {
  const { body } = await sandbox.post(
    services,
    service("drawn", { type: "NodePort", ports: [{ port: 80 }] }),
  );
  expect(getPath(body, ["spec", "ports", "0", "nodePort"])).toBeGreaterThan(30085);
});

test("the addresses of a load balancer go with it", async () => {
  await sandbox.post(services, service("former", { type: "LoadBalancer", ports: [{ port: 80 }] }));
  const merge = "application/merge-patch+json";
  const status = { loadBalancer: { ingress: [{ hostname: "a.example.com" }] } };
  await sandbox.ask("PATCH", `${services}/former/status`, { status }, merge);
  const { body } = await sandbox.ask("PATCH", `${services}/former`, { spec: { type: "ClusterIP" } }, merge);
  expect(body["status"]).toEqual({ loadBalancer: {} });
});

test("a second family is only given up by asking for one", async () => {
  await sandbox.post(services, service("dual", { clusterIP: "None", ports: [{ port: 80 }] }));
  const patch = (spec: JsonObject) =>
    sandbox.ask("PATCH", `${services}/dual`, { spec }, "application/merge-patch+json");
  expect((await patch({ ipFamilies: ["IPv4"] })).body["message"]).toContain(
    "must be 'SingleStack' to release the secondary IP family",
  );
  const single = await patch({ ipFamilyPolicy: "SingleStack" });
  expect(getPath(single.body, ["spec", "ipFamilies"])).toEqual(["IPv4"]);
});
