import { describe, expect, test } from "vitest";
import { applyObject, whoAmI } from "../../src/cluster/index.js";
import type { ApplyOptions } from "../../src/cluster/index.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import { errorOf, open, recorded, serve, startOfTime } from "./server.js";
import type { Answer, Turn } from "./server.js";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const web: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "shop" } };
const options: ApplyOptions = {
  fieldManager: "kapply",
  force: false,
  dryRun: false,
  fieldValidation: "Strict",
};

async function transportTo(turns: readonly Turn[]) {
  const server = await serve(turns);
  return { server, ...(await open(server)) };
}

describe("server-side apply", () => {
  test("is one PATCH of the object as it is", async () => {
    const { server, transport } = await transportTo([{ status: 201, body: web }]);
    const applied = await applyObject(
      transport,
      configMaps,
      { ...web, data: { n: 9007199254740993n } },
      options,
    );
    expect(applied).toEqual({ object: web, created: true, warnings: [] });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: "PATCH",
      path: "/api/v1/namespaces/shop/configmaps/web?fieldManager=kapply&force=false&fieldValidation=Strict",
      headers: { "content-type": "application/apply-patch+yaml" },
      body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web","namespace":"shop"},"data":{"n":9007199254740993}}',
    });
  });

  test("tells a change from a creation, and hands warnings on", async () => {
    const { transport } = await transportTo([
      { status: 200, body: web, headers: { warning: '299 - "deprecated"' } },
    ]);
    const applied = await applyObject(transport, configMaps, web, options);
    expect(applied).toMatchObject({ created: false, warnings: ["deprecated"] });
  });

  test("says in its query all that it is asked to", async () => {
    const { server, transport } = await transportTo([{ body: web }]);
    await applyObject(transport, configMaps, web, {
      fieldManager: "me & you",
      force: true,
      dryRun: true,
      fieldValidation: "Ignore",
    });
    expect(server.seen[0]?.path).toContain(
      "?fieldManager=me%20%26%20you&force=true&fieldValidation=Ignore&dryRun=All",
    );
  });

  test("of an object that pins a resource version does not try a conflict again", async () => {
    const { server, transport } = await transportTo([recorded("stale")]);
    const pinned = { ...web, metadata: { name: "web", namespace: "shop", resourceVersion: "1" } };
    expect((await errorOf(applyObject(transport, configMaps, pinned, options))).code).toBe("rejected");
    expect(server.seen).toHaveLength(1);
  });

  test("of an object of a kind that this run brings waits for the kind", async () => {
    const { server, transport } = await transportTo([recorded("type-group-missing"), { body: web }]);
    await applyObject(transport, configMaps, web, { ...options, retryNotFoundUntil: startOfTime + 1000 });
    expect(server.seen).toHaveLength(2);
  });

  test("of a Pod waits for the service account of its new namespace", async () => {
    const { server, transport } = await transportTo([recorded("service-account-missing"), { body: web }]);
    await applyObject(transport, configMaps, web, { ...options, retryNotFoundUntil: startOfTime + 1000 });
    expect(server.seen).toHaveLength(2);
  });

  test("of an object larger than a server takes is not sent", async () => {
    const { server, transport } = await transportTo([{ body: web }]);
    const error = await errorOf(
      applyObject(transport, configMaps, { ...web, data: { a: "x".repeat(3 << 20) } }, options),
    );
    expect(error.code).toBe("input");
    expect(error.message).toMatch(/configmap\/web in namespace shop: it is 31\d+ bytes large/);
    expect(server.seen).toHaveLength(0);
  });

  test("of an object without a name is not sent", async () => {
    const { server, transport } = await transportTo([{ body: web }]);
    const error = await errorOf(
      applyObject(transport, configMaps, { apiVersion: "v1", kind: "ConfigMap" }, options),
    );
    expect(error.code).toBe("input");
    expect(server.seen).toHaveLength(0);
  });

  test.each<Answer>([
    { headers: { "content-type": "text/html" }, body: "hello" },
    { body: {} },
    { body: { kind: "Status", status: "Success" } },
    { body: { ...web, metadata: { name: "other" } } },
  ])(
    "whose answer is not the object is no success, and leaves open what became of it: %j",
    async (answer) => {
      const { transport } = await transportTo([answer, answer]);
      const error = await errorOf(applyObject(transport, configMaps, web, options));
      expect(error.code).toBe("server-error");
      expect(error.details.answerLost).toBe(true);
      const rehearsal = await errorOf(applyObject(transport, configMaps, web, { ...options, dryRun: true }));
      expect(rehearsal.details.answerLost).toBeUndefined();
    },
  );
});

describe("who we are", () => {
  test("is what the server says", async () => {
    const { server, transport } = await transportTo([
      {
        status: 201,
        body: { status: { userInfo: { username: "bob", groups: ["devs", "system:authenticated"] } } },
      },
    ]);
    expect(await whoAmI(transport)).toEqual({ username: "bob", groups: ["devs", "system:authenticated"] });
    expect(server.seen[0]).toMatchObject({
      method: "POST",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    });
  });

  test("is unknown where the server does not serve the question", async () => {
    const { transport } = await transportTo([recorded("type-resource-missing")]);
    expect(await whoAmI(transport)).toBeUndefined();
  });
});
