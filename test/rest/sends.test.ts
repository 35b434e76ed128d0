import { describe, expect, test } from "vitest";
import { applyObject, getObject } from "../../src/cluster/index.js";
import type { ResourceType, KubeObject } from "../../src/model.js";
import { errorOf, open, serve } from "./server.js";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const web: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "shop" } };
const plain = { fieldManager: "kapply", force: false, fieldValidation: "Strict" } as const;

describe("what a run is not meant to send never leaves", () => {
  test.each([
    ["reads", true],
    ["reads", false],
    ["dry-runs", false],
  ] as const)("a run of %s sends no apply (dry run: %s)", async (sends, dryRun) => {
    const server = await serve([{ body: web }]);
    const { transport } = await open(server, { sends });
    const error = await errorOf(applyObject(transport, configMaps, web, { ...plain, dryRun }));
    expect(error.code).toBe("internal");
    expect(error.message).toContain("sends nothing but");
    expect(server.seen).toHaveLength(0);
  });

  test("a run of dry runs sends them, and reads", async () => {
    const server = await serve([{ body: web }, { body: web }]);
    const { transport } = await open(server, { sends: "dry-runs" });
    await applyObject(transport, configMaps, web, { ...plain, dryRun: true });
    await getObject(transport, configMaps, "shop", "web");
    expect(server.seen.map(({ method }) => method)).toEqual(["PATCH", "GET"]);
  });
});
