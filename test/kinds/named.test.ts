import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Json } from "../../src/json.js";
import { findNamedKind, unservedKind } from "../../src/kinds/named.js";
import { open, serve } from "../rest/server.js";
import type { Answer } from "../rest/server.js";

/** A server whose every path is here, 404 elsewhere. `silent` is an aggregated API that is down. */
async function serverOf(paths: Record<string, Answer>) {
  const server = await serve(({ path }) => paths[path] ?? { status: 404, body: "404 page not found" });
  const { transport, waits } = await open(server);
  const find = (word: string) => findNamedKind(word, () => Promise.resolve(transport));
  return { find, waits, paths: () => server.seen.map(({ path }) => path), seen: server.seen };
}

const down: Answer = { status: 503, headers: { "content-type": "text/plain" }, body: "service unavailable" };
const gizmos = {
  name: "gizmos",
  singularName: "gizmo",
  kind: "Gizmo",
  namespaced: true,
  shortNames: ["giz"],
};
const gizmo = { group: "shop.example", version: "v1", kind: "Gizmo", plural: "gizmos", namespaced: true };

const group = (name: string, version: string): Json => ({
  name,
  versions: [{ groupVersion: `${name}/${version}`, version }],
});
const old: Record<string, Answer> = {
  "/apis": {
    body: { kind: "APIGroupList", groups: [group("down.example", "v1beta1"), group("shop.example", "v1")] },
  },
  "/apis/down.example/v1beta1": down,
  "/apis/shop.example": { body: group("shop.example", "v1") },
  "/apis/shop.example/v1": { body: { kind: "APIResourceList", resources: [gizmos] } },
};

/** As kube-apiserver 1.36 answers, without what is of no interest. */
const aggregated: Record<string, Answer> = {
  ...old,
  "/apis": {
    body: {
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: [
        { metadata: { name: "down.example" }, versions: [{ version: "v1beta1", freshness: "Stale" }] },
        {
          metadata: { name: "shop.example" },
          versions: [
            {
              version: "v1",
              freshness: "Current",
              resources: [
                {
                  resource: "gizmos",
                  responseKind: { group: "", version: "", kind: "Gizmo" },
                  scope: "Namespaced",
                  singularResource: "gizmo",
                  shortNames: ["giz"],
                },
                { resource: "holders", responseKind: null, scope: "Cluster" },
              ],
            },
          ],
        },
      ],
    },
  },
};

const complaint = (work: Promise<unknown>): Promise<{ message: string }> =>
  work.then(
    () => ({ message: "nothing is wrong with it" }),
    (error: unknown) => {
      expect(error).toBeInstanceOf(KapplyError);
      expect(error).toMatchObject({ code: "usage" });
      return error as KapplyError;
    },
  );

describe("a kind by one of its names", () => {
  test("that is built in costs no request", async () => {
    const { find, seen } = await serverOf({});
    expect(await find("deploy")).toMatchObject({ group: "apps", kind: "Deployment" });
    expect(seen).toHaveLength(0);
  });

  test.each(["gizmo", "giz", "Gizmos"])(
    "%s takes one request, whatever else does not answer",
    async (word) => {
      const { find, paths, seen, waits } = await serverOf(aggregated);
      expect(await find(word)).toMatchObject(gizmo);
      expect(paths()).toEqual(["/apis"]);
      expect(seen[0]?.headers["accept"]).toContain("as=APIGroupDiscoveryList");
      expect(waits).toEqual([]);
    },
  );

  test("is found where the server answers in the old form, without waiting for what does not answer", async () => {
    const { find, paths, waits } = await serverOf(old);
    expect(await find("giz")).toMatchObject(gizmo);
    expect(paths().sort()).toEqual(["/apis", "/apis/down.example/v1beta1", "/apis/shop.example/v1"]);
    expect(waits).toEqual([]);
  });

  test("with its group is asked for there alone", async () => {
    const { find, paths } = await serverOf(old);
    expect(await find("gizmo.shop.example")).toMatchObject(gizmo);
    expect(paths()).toEqual(["/apis/shop.example", "/apis/shop.example/v1"]);
  });

  test.each([
    ["in one document", aggregated],
    ["group by group", old],
  ])("that is nowhere may be where nobody answers, asked %s", async (_how, server) => {
    const { find, waits } = await serverOf(server);
    expect((await complaint(find("frob"))).message).toBe(
      'the server has no kind that is called "frob", unless it is one of down.example/v1beta1, which does not answer',
    );
    expect((await complaint(find("frob.shop.example"))).message).toBe(
      'the server has no kind that is called "frob.shop.example"',
    );
    expect(waits).toEqual([]);
  });
});

describe("a kind that nobody serves", () => {
  test.each([
    ["gizmos.shop.example", { group: "shop.example", version: "", kind: "gizmos" }],
    ["Gizmo.v1.shop.example", { group: "shop.example", version: "v1", kind: "Gizmo", plural: "gizmo" }],
  ])("%s is known as far as its word says", (word, type) => {
    expect(unservedKind(word)).toMatchObject(type);
  });

  test.each(["gizmos", "gizmos.shop", "deployments.apps", "leases.coordination.k8s.io"])(
    "is not what %s says",
    (word) => {
      expect(unservedKind(word)).toBeUndefined();
    },
  );
});
