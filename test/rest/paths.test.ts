import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectionPath, objectPath } from "../../src/cluster/index.js";
import { KapplyError } from "../../src/errors.js";
import type { ResourceType } from "../../src/model.js";

const deployments: ResourceType = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};
const nodes: ResourceType = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };

describe("paths", () => {
  test("of an object in a namespace", () => {
    expect(objectPath(deployments, "shop", "web")).toBe("/apis/apps/v1/namespaces/shop/deployments/web");
  });

  test("of an object outside any, whatever namespace is given", () => {
    expect(objectPath(nodes, undefined, "n1")).toBe("/api/v1/nodes/n1");
    expect(objectPath(nodes, "shop", "n1")).toBe("/api/v1/nodes/n1");
  });

  test("of the objects of a namespace, or of all", () => {
    expect(collectionPath(deployments, "shop")).toBe("/apis/apps/v1/namespaces/shop/deployments");
    expect(collectionPath(deployments, undefined)).toBe("/apis/apps/v1/deployments");
  });

  test("keep the colons of RBAC names", () => {
    expect(objectPath(nodes, undefined, "system:node")).toBe("/api/v1/nodes/system:node");
  });
});

describe("names that can't stand in a path", () => {
  test.each(["", ".", "..", "a/b", "../secrets/x", "a%2fb", "a?b", "a#b", "a\\b", "\ud800"])("%j", (name) => {
    expect(() => objectPath(nodes, undefined, name)).toThrow(KapplyError);
    expect(() => objectPath(deployments, name, "web")).toThrow(KapplyError);
    expect(() => collectionPath({ ...nodes, plural: name }, undefined)).toThrow(KapplyError);
    expect(() => collectionPath({ ...nodes, version: name }, undefined)).toThrow(KapplyError);
  });

  test("a missing namespace is not the path of something else", () => {
    expect(() => objectPath(deployments, undefined, "web")).toThrow(/"web" has no namespace/);
  });

  test("any other name is one segment, and comes out of the URL as it went in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        let path: string;
        try {
          path = objectPath(deployments, "shop", name);
        } catch (error) {
          expect(error).toMatchObject({ code: "input" });
          return;
        }
        const { pathname, search, hash } = new URL(`https://server${path}`);
        expect(pathname).toBe(path);
        expect([search, hash]).toEqual(["", ""]);
        const segments = pathname.split("/");
        expect(segments).toHaveLength(8);
        expect(decodeURIComponent(segments[7] ?? "")).toBe(name);
      }),
    );
  });
});
