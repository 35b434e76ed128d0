import { describe, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../../src/json.js";
import { compareVersions } from "../../../src/sandbox/discovery/groups.js";
import { crd, fixture, recordedCrds, server } from "./make.js";

const recorded = fixture("discovery") as Record<string, JsonObject>;
const aggregate = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function resourceNames(list: JsonObject): string[] {
  return (list["resources"] as { name: string }[]).map(({ name }) => name);
}

/** The list with its resources in one order: that of the real server is any, where CRDs make a group. */
function inOrder(list: JsonObject): JsonObject {
  if (list["kind"] !== "APIResourceList") return list;
  const names = resourceNames(list).sort();
  const rows = list["resources"] as { name: string }[];
  return {
    ...list,
    resources: names.map((name) => rows.find((row) => row.name === name)) as unknown as JsonObject[],
  };
}

describe("what is served", () => {
  test.each(Object.keys(recorded))("%s is what the real server says", (path) => {
    const own = server().read(path);
    const real = recorded[path] ?? {};
    if (path.startsWith("/apis/disco.example.com/")) expect(inOrder(own)).toEqual(inOrder(real));
    else expect(JSON.stringify(own)).toBe(JSON.stringify(real));
  });

  test.each(["/api", "/apis"])("aggregated discovery of %s is what the real server says", (path) => {
    const own = server().read(path, aggregate);
    expect(JSON.stringify(own)).toBe(JSON.stringify((fixture("aggregated") as JsonObject)[path]));
  });

  test("kubectl's Accept header brings aggregated discovery", () => {
    const beta = aggregate.replace("v=v2", "v=v2beta1");
    const { contentType } = server().get("/apis", { accept: `${aggregate},${beta},application/json` });
    expect(contentType).toBe(aggregate);
    // The beta version is not served any more.
    expect(server().get("/apis", { accept: beta }).status).toBe(406);
    expect(server().read("/apis", `${beta},application/json`)["kind"]).toBe("APIGroupList");
    // Nor is there an aggregate at the path with a slash, nor of less than all groups.
    expect(server().read("/apis/", `${aggregate},application/json`)["kind"]).toBe("APIGroupList");
    expect(server().read("/apis/apps", `${aggregate},application/json`)["kind"]).toBe("APIGroup");
  });

  test("an aggregate that the client has is not sent again until a CRD comes or goes", () => {
    const served = server();
    const first = served.get("/apis", { accept: aggregate });
    const etag = first.headers["ETag"] as string;
    expect(first.headers).toEqual({
      ETag: expect.stringMatching(/^"[0-9A-F]{128}"$/) as string,
      Vary: "Accept",
      "Cache-Control": "public",
    });
    const again = served.get("/apis", { accept: aggregate, "if-none-match": etag });
    // A cache takes the headers of a 304 for those of what it holds.
    expect([again.status, again.body, again.contentType]).toEqual([304, "", aggregate]);
    served.hold([...recordedCrds, crd("new.example.com", "things", "Thing")]);
    const changed = served.get("/apis", { accept: aggregate, "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers["ETag"]).not.toBe(etag);
    expect(served.get("/api", { accept: aggregate }).headers["ETag"]).not.toBe(etag);
  });

  test("a group of CRDs is there for as long as a version of it is", () => {
    const served = server([]);
    expect(served.get("/apis/new.example.com").status).toBe(404);
    served.hold([crd("new.example.com", "things", "Thing"), crd("new.example.com", "apples", "Apple")]);
    expect(resourceNames(served.read("/apis/new.example.com/v1"))).toEqual(["apples", "things"]);
    served.hold([]);
    expect(served.get("/apis/new.example.com/v1").body).toBe("404 page not found\n");
  });
});

describe("the order of versions", () => {
  test("is that of the documentation of CRDs", () => {
    const sorted = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2"];
    const strangers = ["foo1", "foo10"];
    expect([...strangers, ...sorted].reverse().sort(compareVersions)).toEqual([...sorted, ...strangers]);
  });
});

describe("requests", () => {
  test("a path of resources is none of discovery", () => {
    const served = server();
    for (const path of [
      "/api/v1/pods",
      "/apis/apps/v1/deployments",
      "/api/v1/namespaces/a",
      "/version/x",
      "/nope",
    ])
      expect(served.ask(path), path).toBeUndefined();
  });

  test("a slash at the end changes nothing", () => {
    const served = server();
    for (const path of ["/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/version"])
      expect(served.get(`${path}/`).body, path).toBe(served.get(path).body);
  });

  test("what is not served is not found, in the words of whoever would serve it", () => {
    const served = server();
    for (const path of [
      "/apis/nope",
      "/apis/nope/v1",
      "/apis/disco.example.com/v10",
      "/apis/ghost.example.com",
    ])
      expect([served.get(path).status, served.get(path).body], path).toEqual([404, "404 page not found\n"]);
    for (const path of ["/apis/apps/v9", "/api/v2"]) {
      const { status, body } = served.get(path);
      expect([status, JSON.parse(body) as unknown], path).toEqual([
        404,
        expect.objectContaining({ message: "the server could not find the requested resource" }),
      ]);
    }
  });

  test.each(["POST", "HEAD", "DELETE"])(
    "%s is refused where the real server has routes for GET",
    (method) => {
      const served = server();
      for (const path of ["/api", "/api/v1", "/apis/apps/v1", "/version"])
        expect(served.ask(path, {}, method)?.status, path).toBe(405);
      for (const path of [
        "/",
        "/apis",
        "/apis/apps",
        "/apis/disco.example.com/v1",
        "/healthz",
        "/openapi/v3",
      ])
        expect(served.ask(path, {}, method)?.status, path).toBe(200);
    },
  );

  test("YAML can be asked for, and nothing else than JSON", () => {
    const served = server();
    const { body, contentType } = served.get("/apis/batch", { accept: "application/yaml" });
    expect([contentType, body.split("\n")[0]]).toEqual(["application/yaml", "kind: APIGroup"]);
    const { status, body: refusal } = served.get("/api/v1", { accept: "text/html" });
    expect([status, getPath(JSON.parse(refusal), ["reason"])]).toEqual([406, "NotAcceptable"]);
  });
});
