import { describe, expect, test } from "vitest";
import { patchOwnership } from "../../src/cluster/write.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import { errorOf, open, recorded, serve } from "./server.js";
import type { Turn } from "./server.js";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const web: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", namespace: "shop", resourceVersion: "7" },
};
const operations = [{ op: "replace", path: "/metadata/resourceVersion", value: "7" }];
const options = { fieldManager: "kapply", dryRun: false };
const cut: Turn = (_, response) => response.destroy();

async function patchedBy(turns: readonly Turn[], dryRun = false) {
  const server = await serve(turns);
  const { transport } = await open(server);
  const answer = patchOwnership(transport, configMaps, web, operations, { ...options, dryRun });
  return { server, answer };
}

describe("the ownership of an object", () => {
  test("is patched by one JSON patch", async () => {
    const { server, answer } = await patchedBy([{ body: web, headers: { warning: '299 - "old"' } }]);
    expect(await answer).toEqual({ is: "patched", object: web, warnings: ["old"] });
    expect(server.seen).toMatchObject([
      {
        method: "PATCH",
        path: "/api/v1/namespaces/shop/configmaps/web?fieldManager=kapply&fieldValidation=Ignore",
        headers: { "content-type": "application/json-patch+json" },
        body: '[{"op":"replace","path":"/metadata/resourceVersion","value":"7"}]',
      },
    ]);
  });

  test("is not patched by a dry run", async () => {
    const { server, answer } = await patchedBy([{ body: web }], true);
    expect(await answer).toMatchObject({ is: "patched" });
    expect(server.seen[0]?.path).toContain("&dryRun=All");
  });

  test.each(["stale", "object-missing"])(
    "is stale where the object is not what it was: %s",
    async (refusal) => {
      const { server, answer } = await patchedBy([recorded(refusal)]);
      expect(await answer).toEqual({ is: "stale" });
      expect(server.seen).toHaveLength(1);
    },
  );

  test("is stale where an attempt did it whose answer was lost", async () => {
    const { server, answer } = await patchedBy([cut, recorded("stale")]);
    expect(await answer).toEqual({ is: "stale" });
    expect(server.seen).toHaveLength(2);
  });

  test("that may not be patched is an error about the ownership", async () => {
    const { answer } = await patchedBy([recorded("forbidden-rbac")]);
    const error = await errorOf(answer);
    expect(error.code).toBe("forbidden");
    expect(error.message).toMatch(/^the ownership of configmap\/web in namespace shop: /);
  });

  test("is open where no answer came", async () => {
    const { answer } = await patchedBy(Array.from({ length: 10 }, () => cut));
    const error = await errorOf(answer);
    expect(error.code).toBe("unreachable");
    expect(error.details.answerLost).toBe(true);
  });
});
