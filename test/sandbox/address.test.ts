/** Paths and methods, as requests for resources. */
import { describe, expect, test } from "vitest";
import { askOf } from "../../src/sandbox/address.js";

const ask = (method: string, path: string) => askOf({ method, url: new URL(path, "http://sandbox") });

describe("a path of the API", () => {
  test.each([
    [
      "GET",
      "/api/v1/namespaces/shop/pods",
      { verb: "list", group: "", version: "v1", resource: "pods", namespace: "shop", name: "" },
    ],
    ["GET", "/api/v1/pods", { verb: "list", resource: "pods", namespace: "" }],
    ["GET", "/api/v1/pods?watch=true", { verb: "watch", resource: "pods" }],
    ["GET", "/api/v1/pods?watch=false", { verb: "list", resource: "pods" }],
    [
      "GET",
      "/apis/apps/v1/namespaces/shop/deployments/web",
      { verb: "get", group: "apps", resource: "deployments", name: "web" },
    ],
    [
      "GET",
      "/apis/apps/v1/namespaces/shop/deployments/web/status",
      { verb: "get", name: "web", subresource: "status" },
    ],
    ["PATCH", "/apis/apps/v1/namespaces/shop/deployments/web", { verb: "patch", name: "web" }],
    [
      "PUT",
      "/api/v1/namespaces/shop",
      { verb: "update", resource: "namespaces", namespace: "shop", name: "shop" },
    ],
    [
      "PUT",
      "/api/v1/namespaces/shop/finalize",
      { resource: "namespaces", name: "shop", subresource: "finalize" },
    ],
    ["POST", "/api/v1/namespaces", { verb: "create", resource: "namespaces", namespace: "", name: "" }],
    ["DELETE", "/api/v1/namespaces/shop/pods", { verb: "deletecollection", resource: "pods" }],
    ["DELETE", "/api/v1/namespaces/shop/pods/a", { verb: "delete", name: "a" }],
    [
      "GET",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
      { name: "system:node", namespace: "" },
    ],
    ["GET", "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Da", { verb: "list", name: "a" }],
    ["GET", "/api/v1/namespaces/shop/pods/", { verb: "list", resource: "pods" }],
    ["GET", "/api/v1/namespaces%2Fshop", { verb: "get", resource: "namespaces", name: "shop" }],
    ["GET", "/api/v1/namespaces/shop/pods/a?watch=1", { verb: "get", name: "a" }],
  ])("%s %s", (method, path, expected) => {
    expect(ask(method, path)).toMatchObject({ is: "resource", ...expected });
  });

  test.each([
    "/",
    "/version",
    "/api",
    "/api/v1",
    "/apis",
    "/apis/apps",
    "/apis/apps/v1",
    "/openapi/v3/apis/apps/v1",
    "/foo/bar/baz",
  ])("%s is asked for as a path", (path) => {
    expect(ask("GET", path)).toEqual({ is: "path", verb: "get", path });
  });
});
