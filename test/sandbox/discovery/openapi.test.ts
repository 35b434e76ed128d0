import { describe, expect, test } from "vitest";
import { getKey, getPath, isObject, parseJson, type Json, type JsonObject } from "../../../src/json.js";
import { serverKind } from "../../../src/schema/served.js";
import { crd, fixture, recordedCrds, server, type Server } from "./make.js";

const recorded = fixture("openapi") as Record<string, JsonObject>;
const shared = /\.(DeleteOptions|WatchEvent)$/;

/** Without descriptions, and without the order of names that are a set. */
function comparable(value: Json, key = ""): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item));
    return key === "required" ? items.map(String).sort() : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([name, of]) => name !== "description" || typeof of !== "string",
  );
  return Object.fromEntries(entries.map(([name, of]) => [name, comparable(of, name)]));
}

/** What every group-version has as its own is told of one group here, of all in the documents of CRDs there. */
function withoutSharedKinds(document: JsonObject): JsonObject {
  const schemas = getPath(document, ["components", "schemas"]) as JsonObject;
  const changed = Object.entries(schemas)
    .filter(([name]) => !name.endsWith(".RawExtension"))
    .map(([name, schema]) => {
      if (!shared.test(name) || !isObject(schema)) return [name, schema];
      return [name, { ...schema, "x-kubernetes-group-version-kind": [] }];
    });
  return { ...document, components: { schemas: Object.fromEntries(changed) as JsonObject } };
}

function keys(served: Server): string[] {
  return Object.keys(served.read("/openapi/v3")["paths"] as JsonObject);
}

function url(served: Server, key: string): string {
  return getPath(served.read("/openapi/v3"), ["paths", key, "serverRelativeURL"]) as string;
}

describe("a document", () => {
  test.each(["apis/autoscaling/v2", "apis/authentication.k8s.io/v1", "apis/disco.example.com/v1"])(
    "of %s is what the real server says",
    (key) => {
      const own = comparable(server().read(`/openapi/v3/${key}`)) as JsonObject;
      expect(withoutSharedKinds(own)).toEqual(
        withoutSharedKinds(comparable(recorded[key] ?? {}) as JsonObject),
      );
    },
  );

  test("keeps what a CRD says of its fields", () => {
    const document = server().read("/openapi/v3/apis/disco.example.com/v1");
    const widget = getPath(document, ["components", "schemas", "com.example.disco.v1.Widget"]);
    expect(getKey(widget, "description")).toBe("A widget");
    const anything = server().read("/openapi/v3/apis/disco.example.com/v2alpha1");
    expect(getPath(anything, ["components", "schemas", "com.example.disco.v2alpha1.Widget"])).toEqual(
      recorded["apis/disco.example.com/v2alpha1"],
    );
  });

  test("of a CRD without a schema has an object that may be anything", () => {
    const document = server([crd("new.example.com", "things", "Thing")]).read(
      "/openapi/v3/apis/new.example.com/v1",
    );
    expect(getPath(document, ["components", "schemas", "com.example.new.v1.Thing"])).toEqual({
      type: "object",
      "x-kubernetes-group-version-kind": [{ group: "new.example.com", kind: "Thing", version: "v1" }],
    });
  });

  test("says of an int-or-string that it is an integer or a string, beside other choices too", () => {
    const port = { "x-kubernetes-int-or-string": true };
    const openAPIV3Schema = {
      type: "object",
      properties: { a: port, b: { ...port, anyOf: [{ pattern: "^x" }] } },
    };
    const document = server([
      crd("new.example.com", "things", "Thing", { schema: { openAPIV3Schema } }),
    ]).read("/openapi/v3/apis/new.example.com/v1");
    const either = { anyOf: [{ type: "integer" }, { type: "string" }] };
    const schema = ["components", "schemas", "com.example.new.v1.Thing", "properties"];
    expect(getPath(document, [...schema, "a"])).toEqual({ ...port, ...either });
    expect(getPath(document, [...schema, "b"])).toEqual({
      ...port,
      anyOf: [{ pattern: "^x" }],
      allOf: [either],
    });
  });

  test("has a field called __proto__ like any other", () => {
    const properties = parseJson('{"__proto__":{"type":"string"}}');
    const openAPIV3Schema = { type: "object", properties };
    const { body } = server([crd("new.example.com", "things", "Thing", { schema: { openAPIV3Schema } })]).get(
      "/openapi/v3/apis/new.example.com/v1",
    );
    expect(body).toContain('"__proto__":{"type":"string"}');
  });

  test("refers to nothing that it does not have, and knows no word of ours", () => {
    const served = server();
    const found = keys(served);
    expect(found).toHaveLength(26);
    for (const key of found) {
      const { body } = served.get(`/openapi/v3/${key}`);
      expect(body, key).not.toContain("x-kapply");
      const schemas = getPath(JSON.parse(body), ["components", "schemas"]);
      const refs = [...body.matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref]) => ref ?? "");
      expect(refs.length, key).toBeGreaterThan(10);
      for (const ref of new Set(refs)) {
        expect(ref, key).toMatch(/^#\/components\/schemas\//);
        expect(isObject(getKey(schemas, ref.slice("#/components/schemas/".length))), `${key} ${ref}`).toBe(
          true,
        );
      }
    }
  });

  test("lets kubectl validate on the server, whatever can be patched", () => {
    const served = server();
    for (const kind of served.kinds.all().filter(({ verbs }) => verbs.includes("patch"))) {
      const { group, version, kind: name } = kind.type;
      const key = group === "" ? `api/${version}` : `apis/${group}/${version}`;
      const paths = Object.values(served.read(`/openapi/v3/${key}`)["paths"] as JsonObject);
      // As kubectl looks for it: the first operation that patches the kind.
      const gvk = { group, version, kind: name };
      const patch = paths
        .map((path) => getKey(path, "patch"))
        .find(
          (found) => JSON.stringify(getKey(found, "x-kubernetes-group-version-kind")) === JSON.stringify(gvk),
        );
      const parameters = (getKey(patch, "parameters") as JsonObject[]).map((parameter) => parameter["name"]);
      expect(parameters, name).toEqual(expect.arrayContaining(["dryRun", "fieldManager", "fieldValidation"]));
    }
  });

  test("is one that kapply reads", () => {
    const served = server();
    const apps = serverKind(served.read("/openapi/v3/apis/apps/v1"), "apps/v1", "Deployment");
    expect(apps).toMatchObject({ name: "io.k8s.api.apps.v1.Deployment", custom: false, namespaced: true });
    const core = served.read("/openapi/v3/api/v1");
    expect(serverKind(core, "v1", "Node")?.namespaced).toBe(false);
    expect(serverKind(core, "v1", "Nothing")).toBeUndefined();
    const custom = serverKind(
      served.read("/openapi/v3/apis/disco.example.com/v1"),
      "disco.example.com/v1",
      "Planet",
    );
    expect(custom).toMatchObject({ custom: true, namespaced: false });
  });
});

describe("the index", () => {
  test("has a URL with a hash, and what is there never changes", () => {
    const served = server();
    const path = url(served, "apis/apps/v1");
    expect(path).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const hash = path.slice(path.indexOf("=") + 1);
    const { status, headers, contentType } = served.get(path);
    expect([status, contentType]).toEqual([200, "application/json"]);
    expect(headers).toMatchObject({
      "Cache-Control": "public, immutable",
      ETag: `"${hash}"`,
      Vary: "Accept",
    });
    const inAYear = Date.now() + 365 * 24 * 3600 * 1000;
    expect(Math.abs(Date.parse(String(headers["Expires"])) - inAYear)).toBeLessThan(60_000);
    expect(served.get("/openapi/v3/apis/apps/v1").headers).not.toHaveProperty("Cache-Control");
  });

  test("leads from an old hash to the new one", () => {
    const served = server();
    const { status, headers } = served.get("/openapi/v3/apis/apps/v1?hash=0");
    expect([status, headers["Location"]]).toEqual([301, url(served, "apis/apps/v1")]);
  });

  test("changes where a CRD does, and only there", () => {
    const served = server();
    const urls = (): string[] => ["apis/apps/v1", "apis/disco.example.com/v1"].map((key) => url(served, key));
    const etag = String(served.get("/openapi/v3").headers["ETag"]);
    expect(served.get("/openapi/v3", { "if-none-match": etag }).status).toBe(304);
    const [apps, custom] = urls();
    const isWidget = ({ metadata }: JsonObject): boolean =>
      getKey(metadata, "name") === "widgets.disco.example.com";
    served.hold(recordedCrds.filter((held) => !isWidget(held)));
    expect(urls()[0]).toBe(apps);
    expect(urls()[1]).not.toBe(custom);
    expect(served.get("/openapi/v3", { "if-none-match": etag }).status).toBe(200);
    expect(served.get(String(custom)).status).toBe(301);
    served.hold([]);
    expect(served.get("/openapi/v3/apis/disco.example.com/v1").status).toBe(404);
  });

  test("of another process has other hashes: what clients keep on disk is of this one", () => {
    expect(url(server(), "api/v1")).not.toBe(url(server(), "api/v1"));
  });
});

describe("a request for a document", () => {
  test("that the client has is answered with 304, of its type", () => {
    const served = server();
    const etag = String(served.get("/openapi/v3/apis/batch/v1").headers["ETag"]);
    const again = served.get("/openapi/v3/apis/batch/v1", { "if-none-match": etag });
    expect([again.status, again.body, again.contentType]).toEqual([304, "", "application/json"]);
  });

  test("of v2 is an empty one: it knows no kind", () => {
    expect(server().get("/openapi/v2")).toMatchObject({ status: 200, body: "" });
  });

  test("in protobuf alone is not acceptable, and where there is none, nothing is found", () => {
    const served = server();
    const accept = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
    expect(served.get("/openapi/v3/apis/batch/v1", { accept }).status).toBe(406);
    expect(served.get("/openapi/v3/apis/batch/v1", { accept: `${accept},*/*;q=0.1` }).status).toBe(200);
    for (const path of ["/openapi/v3/", "/openapi/v3/apis/batch/v9", "/openapi/v3/nope", "/openapi"])
      expect(served.get(path).status, path).toBe(404);
  });
});
