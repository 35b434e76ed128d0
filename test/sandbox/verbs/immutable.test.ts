/** Immutable data: an empty map is a change where the server tells it from none. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
  await sandbox.post(configMaps, configMap("frozen", { immutable: true }));
});
afterAll(() => sandbox.close());

test.each<[JsonObject, number]>([
  [{}, 200],
  [{ data: {} }, 200],
  [{ binaryData: {} }, 422],
  [{ data: { a: "1" } }, 422],
])("of a ConfigMap without any, %j", async (patch, status) => {
  const reply = await sandbox.ask("PATCH", `${configMaps}/frozen`, patch, "application/merge-patch+json");
  expect(reply.status).toBe(status);
});
