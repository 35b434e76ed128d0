/** What is told of kinds, from what is bundled, what a real server publishes (`published.json`) and from CRDs. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { getPath, parseJson, type JsonObject } from "../../src/json.js";
import { parseApiVersion } from "../../src/group-version.js";
import { predict } from "../../src/merge/index.js";
import { bundledType, semanticsOf, semanticsOfCrd } from "../../src/schema/index.js";
import type { Semantics } from "../../src/shape.js";
import { kinds } from "../e2e/verdict/kinds.js";

const published = parseJson(
  readFileSync(new URL("fixtures/published.json", import.meta.url), "utf8"),
) as Record<string, JsonObject>;
const document = (apiVersion: string): JsonObject => published[apiVersion] ?? {};

function builtIn(apiVersion: string, kind: string): Semantics {
  const type = bundledType(apiVersion, kind);
  const semantics = type && semanticsOf(type);
  if (semantics === undefined) throw new Error(`${kind} is not bundled`);
  return semantics;
}

const custom = (kind: string, version = "v1") => ({
  group: "differential.example",
  version,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
});

describe("of a built-in kind", () => {
  test("an object is shown with its values in normal form, without what is empty, and defaulted", () => {
    const shown = builtIn("v1", "LimitRange").shown({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "l", labels: {} },
      spec: { limits: [{ type: "Container", max: { cpu: "1000m" } }] },
    });
    const cpu = { cpu: "1" };
    expect(shown).toEqual({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "l" },
      spec: { limits: [{ type: "Container", max: cpu, default: cpu, defaultRequest: cpu }] },
    });
  });
  test("what is shown once is shown just so again", () => {
    const deployment = builtIn("apps/v1", "Deployment");
    const { shown } = deployment;
    const once = shown({ apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec: { selector: {} } });
    expect(once && shown(once)).toEqual(once);
  });
  test("a value of a wrong type is not shown", () => {
    expect(builtIn("v1", "ConfigMap").shown({ data: { a: 1 } })).toBeUndefined();
  });
  test("the status is apart where it has requests of its own", () => {
    expect(builtIn("apps/v1", "Deployment").statusApart).toBe(true);
    expect(builtIn("v1", "ConfigMap").statusApart).toBe(false);
  });
  test("the empty object has what its type always writes", () => {
    expect(builtIn("apps/v1", "Deployment").empty).toMatchObject({ spec: { strategy: {}, template: {} } });
  });
  test("shapes are those of the served versions of the same kind", () => {
    const { shapeOf } = builtIn("autoscaling/v2", "HorizontalPodAutoscaler");
    expect(shapeOf("autoscaling/v1")).toBeDefined();
    expect(shapeOf("autoscaling/v1")).not.toBe(shapeOf("autoscaling/v2"));
    expect(shapeOf("autoscaling/v2beta2")).toBeUndefined();
    expect(shapeOf("apps/v1")).toBeUndefined();
  });
  test("it is made once", () => {
    expect(builtIn("v1", "ConfigMap")).toBe(builtIn("v1", "ConfigMap"));
  });
});

describe("of a custom resource", () => {
  const definitions = kinds.filter(({ definition }) => definition !== undefined);
  test.each(definitions.map((subject) => [subject.title, subject] as const))(
    "%s: what the server publishes means what the CRD says",
    (_title, { apiVersions, kind, plural, definition = {}, whole }) => {
      for (const apiVersion of apiVersions) {
        const { group, version } = parseApiVersion(apiVersion);
        const type = { group, version, kind, plural, namespaced: true };
        const told = semanticsOf(type, document(apiVersion));
        const said = semanticsOfCrd(definition, version);
        if (told === undefined || said === undefined) throw new Error(`nothing is known of ${apiVersion}`);
        expect(told.statusApart).toBe(said.statusApart);
        expect(told.empty).toBeUndefined();
        fc.assert(
          fc.property(whole, (body) => {
            const manifest = { apiVersion, kind, metadata: { name: "x" }, ...body };
            const by = (semantics: Semantics) =>
              predict(undefined, manifest, {
                manager: "m",
                force: false,
                semantics,
                time: "2026-01-01T00:00:00Z",
              });
            expect(by(told)).toEqual(by(said));
          }),
          { numRuns: 100 },
        );
      }
    },
  );
  test("other versions are known by their documents", () => {
    const alone = semanticsOf(custom("Twin"), document("differential.example/v1"));
    expect(alone?.shapeOf("differential.example/v1beta1")).toBeUndefined();
    const both = semanticsOf(
      custom("Twin"),
      document("differential.example/v1"),
      document("differential.example/v1beta1"),
    );
    expect(both?.shapeOf("differential.example/v1beta1")).toBeDefined();
  });
  test("a version that a CRD does not serve has none", () => {
    const { definition = {} } = definitions.find(({ kind }) => kind === "Twin") ?? {};
    const versions = getPath(definition, ["spec", "versions"]) as JsonObject[];
    const spec = {
      ...(definition["spec"] as JsonObject),
      versions: versions.map((one) => ({ ...one, served: one["name"] === "v1" })),
    };
    const unserved = { ...definition, spec };
    expect(semanticsOfCrd(unserved, "v1beta1")).toBeUndefined();
    expect(semanticsOfCrd(unserved, "v1")?.shapeOf("differential.example/v1beta1")).toBeUndefined();
  });
  test("a kind that is made of other types is one of an aggregated server: nothing is known of it", () => {
    const schema = getPath(document("differential.example/v1"), [
      "components",
      "schemas",
      "example.differential.v1.Apart",
    ]) as JsonObject;
    const properties = {
      ...(schema["properties"] as JsonObject),
      spec: { $ref: "#/components/schemas/Spec" },
    };
    const aggregated = { components: { schemas: { Apart: { ...schema, properties } } } };
    expect(semanticsOf(custom("Apart"), aggregated)).toBeUndefined();
    expect(semanticsOf(custom("Apart"))).toBeUndefined();
    expect(semanticsOf(custom("Nobody"), document("differential.example/v1"))).toBeUndefined();
  });
});
