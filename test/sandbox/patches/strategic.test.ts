import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { equalJson, getPath, setKey, type Json, type JsonObject } from "../../../src/json.js";
import { jsonPatch, mergePatch, strategicPatch } from "../../../src/sandbox/patches/index.js";
import { frozen, statusOf } from "./support.js";

/**
 * Answers of kube-apiserver 1.36.3 to `PATCH ...?dryRun=All&fieldValidation=Ignore` of live objects. `changes` is what
 * the answer has otherwise than the object: a value at a path, or none.
 */
const recorded = JSON.parse(readFileSync(new URL("fixtures/strategic.json", import.meta.url), "utf8")) as {
  objects: Record<string, { definition: string; object: JsonObject }>;
  applied: {
    title: string;
    object: string;
    patch: Json;
    changes: { path: (string | number)[]; value?: Json }[];
  }[];
  refused: { title: string; object: string; patch: Json; code: number; message: string }[];
};

const deployment = "io.k8s.api.apps.v1.Deployment";
const configMap = "io.k8s.api.core.v1.ConfigMap";

function patchOf(name: string, patch: Json): JsonObject {
  const live = recorded.objects[name];
  if (live === undefined) throw new Error(`no object ${name}`);
  return strategicPatch(frozen(live.object), frozen(patch), live.definition);
}

describe("a strategic patch does what the real server does", () => {
  test.each(recorded.applied)("$title ($object)", ({ object, patch, changes }) => {
    const operations = changes.map(({ path, value }) => ({
      op: value === undefined ? "remove" : "add",
      path: path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
      ...(value === undefined ? {} : { value }),
    }));
    const replaced = operations.map((one, at) =>
      typeof changes[at]?.path.at(-1) === "number" ? { ...one, op: "replace" } : one,
    );
    expect(patchOf(object, patch)).toEqual(jsonPatch(recorded.objects[object]?.object ?? {}, replaced));
  });

  test.each(recorded.refused)("$title is refused ($object)", ({ object, patch, code, message }) => {
    expect(statusOf(() => patchOf(object, patch))).toMatchObject({ code, message });
  });

  test.each<[Json, string]>([
    [[], "array"],
    [1, "number"],
    [true, "bool"],
    ["x", "string"],
  ])("a patch can't be %j", (patch, word) => {
    expect(statusOf(() => patchOf("configmap", patch))).toMatchObject({
      code: 400,
      message: `json: cannot unmarshal ${word} into Go value of type map[string]interface {}`,
    });
  });

  test("null is an empty patch", () => {
    expect(patchOf("configmap", null)).toBe(recorded.objects["configmap"]?.object);
  });
});

describe("a strategic patch leaves to the decoder", () => {
  test("fields that the type does not have", () => {
    expect(strategicPatch({ spec: {} }, { spec: { nope: { a: 1 } } }, deployment)).toEqual({
      spec: { nope: { a: 1 } },
    });
  });
  test("values of another type", () => {
    expect(strategicPatch({ data: { a: "b" } }, { data: ["x"] }, configMap)).toEqual({ data: ["x"] });
  });
  test("what is left of an object that was deleted or replaced as a whole", () => {
    expect(strategicPatch({ data: { a: "b" } }, { $patch: "delete" }, configMap)).toEqual({});
    expect(strategicPatch({ data: {} }, { $patch: "replace", a: null }, configMap)).toEqual({ a: null });
  });
  test("lists that got empty", () => {
    const secrets = { secrets: [{ $patch: "replace" }] };
    expect(patchOf("serviceaccount", secrets)["secrets"]).toEqual([]);
  });
});

/** Environment variables with distinct names. */
const variables = fc.uniqueArray(
  fc.record({ name: fc.constantFrom("A", "B", "C", "D", "E", "F"), value: fc.constantFrom("1", "2") }),
  { selector: ({ name }) => name },
);
const inTemplate = (container: JsonObject): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: "app", ...container }] } } },
});
const envOf = (object: JsonObject): Json | undefined =>
  getPath(object, ["spec", "template", "spec", "containers", 0, "env"]);

describe("strategic patches keep these laws", () => {
  test("a patch as kubectl apply makes it leads to what was applied, in its order", () => {
    fc.assert(
      fc.property(variables, variables, (before, wanted) => {
        const names = new Set<string>(wanted.map(({ name }) => name));
        const changed = wanted.filter((item) => !before.some((one) => equalJson(one, item)));
        const gone = before.filter(({ name }) => !names.has(name));
        const env = [...changed, ...gone.map(({ name }) => ({ name, $patch: "delete" }))];
        fc.pre(env.length > 0);
        const patch = { env, "$setElementOrder/env": wanted.map(({ name }) => ({ name })) };
        const result = strategicPatch(
          frozen(inTemplate({ env: before })),
          frozen(inTemplate(patch)),
          deployment,
        );
        expect(envOf(result)).toEqual(wanted);
      }),
    );
  });

  test("a merged list has all items of both, those of the patch in its order", () => {
    fc.assert(
      fc.property(variables, variables, (before, added) => {
        const result = strategicPatch(inTemplate({ env: before }), inTemplate({ env: added }), deployment);
        const env = envOf(result) as JsonObject[];
        const names = new Set<string>(added.map(({ name }) => name));
        expect(env.filter(({ name }) => names.has(name as string))).toEqual(added);
        expect(env.filter(({ name }) => !names.has(name as string))).toEqual(
          before.filter(({ name }) => !names.has(name)),
        );
      }),
    );
  });

  test("where there are no lists it is a merge patch", () => {
    const words = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom<Json>("1", "2", null));
    const patches = fc.record(
      { data: words, metadata: fc.record({ labels: words, annotations: words }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    );
    const object = frozen({ metadata: { name: "web", labels: { a: "1", d: "4" } }, data: { b: "2" } });
    fc.assert(
      fc.property(patches, (patch) => {
        expect(strategicPatch(object, patch, configMap)).toEqual(mergePatch(object, patch));
      }),
    );
  });

  test("keys of any name are data", () => {
    const data: JsonObject = {};
    setKey(data, "__proto__", "1");
    const result = strategicPatch({ data: { a: "b" } }, { data }, configMap);
    expect(Object.entries(result["data"] as JsonObject)).toEqual([
      ["a", "b"],
      ["__proto__", "1"],
    ]);
  });
});
