import { describe, expect, test } from "vitest";
import { checkManifests } from "../../src/schema/index.js";
import { fixture, line, manifests, problemsOf, warningsOf } from "./support.js";

/** The problems of a Gadget with such a spec, checked by the CRD of the fixtures. */
async function gadget(spec: string, rest = ""): Promise<string[]> {
  const text = `{apiVersion: example.com/v1, kind: Gadget, metadata: {name: a}, spec: {size: 1, ${spec}}${rest}}`;
  const set = [...fixture("platform.yaml"), ...manifests(text)];
  const { problems } = await checkManifests(set, { mode: "strict" });
  return problems.map((problem) => line(problem).replace(/^\S+ /, ""));
}

/** A CRD of one version with such a schema of spec.x. */
const crd = (schema: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            x: ${schema}
    - name: v2
      served: false
      storage: false
      schema: {openAPIV3Schema: {type: object}}
`;
const thing = (x: string, version = "v1"): string =>
  `---\n{apiVersion: example.com/${version}, kind: Thing, metadata: {name: a}, x: ${x}}\n`;

describe("custom resources of a CRD in the set", () => {
  test.each([
    [
      "mode: fsat",
      'spec.mode bad-value: expected one of "fast" or "slow", found the string "fsat" (did you mean "fast"?)',
    ],
    ["mod: fast", 'spec.mod unknown-field: unknown field "mod" (did you mean "mode"?)'],
    ["ratio: 0.25", "spec.ratio bad-value: 0.25 must be a multiple of 0.1"],
    [
      "name: A",
      String.raw`spec.name bad-value: "A" does not match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
    ],
    [
      "name: aaaaaaaaaaaaaaaaaaaaa",
      'spec.name bad-value: "aaaaaaaaaaaaaaaaaaaaa" must have at most 20 characters, and has 21',
    ],
    ["port: 1.5", "spec.port wrong-type: expected an integer or a string, found the number 1.5"],
    ["percent: ten", 'spec.percent bad-value: "ten" does not match the pattern ^[0-9]+%$'],
    ["closed: {a: 1}", 'spec.closed.a unknown-field: unknown field "a"'],
    ["labels: {a: 1}", 'spec.labels.a wrong-type: expected a string, found the number 1 (quote it: "1")'],
    ["raw: {data: {a: b}}", 'spec.raw.apiVersion missing-field: required field "apiVersion" is missing'],
    [
      "set: [a, b, a]",
      'spec.set[2] duplicate-item: spec.set[2] has the same value "a" as spec.set[0] (each item of this list must differ: remove or rename one)',
    ],
    [
      "ports: [{port: 53}, {port: 53, protocol: TCP}]",
      'spec.ports[1] duplicate-item: spec.ports[1] has the same port 53, protocol "TCP" as spec.ports[0] (each item of this list must differ: remove or rename one)',
    ],
    ["ports: [{port: 1, to: localhost}]", 'spec.ports[0].to bad-value: "localhost" is not an IPv4 address'],
    [
      "ports: [{port: 1}, {port: 2}, {port: 3}, {port: 4}]",
      "spec.ports bad-value: the value must have at most 3 items, and has 4",
    ],
    ["one: {}", "spec.one missing-field: one of a, b must be set"],
    ["one: {a: x, b: 1}", "spec.one missing-field: only one of a, b must be set"],
    ["any: {}", "spec.any missing-field: at least one of a, b must be set"],
    ["forbidden: never", 'spec.forbidden bad-value: "never" is of a form that the schema excludes'],
    [
      "when: yesterday",
      'spec.when bad-value: "yesterday" is not an RFC 3339 time such as 2024-01-31T12:00:00Z',
    ],
    ["id: x", 'spec.id bad-value: "x" is not a UUID'],
    ["blob: x", 'spec.blob bad-value: "x" is not base64 text'],
    ["plainInt: 1.5", "spec.plainInt wrong-type: expected an integer, found the number 1.5"],
    [
      "set: [a, null]",
      "spec.set[1] wrong-type: expected a string, found nothing (null) (an item is empty: remove it)",
    ],
  ])("%s", async (spec, expected) => {
    const problems = await gadget(spec);
    expect(problems).toContain(expected);
    expect(problems.every((problem) => problem.startsWith("spec.raw") || problem === expected)).toBe(true);
  });

  test.each(["size: 0", "size: 101"])("boolean exclusiveMinimum, and maximum: %s", async (spec) => {
    expect((await gadget("mode: fast")).length).toBe(0);
    const text = `{apiVersion: example.com/v1, kind: Gadget, metadata: {name: a}, spec: {${spec}}}`;
    const { problems } = await checkManifests([...manifests(text), ...fixture("platform.yaml")], {
      mode: "strict",
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^0 must be more than 0$|^101 must be at most 100$/),
    ]);
  });

  test("a null is a value where the schema takes it, and nothing where it does not", async () => {
    expect(await gadget("maybe: null, name: null, mode: null")).toEqual([]);
  });

  test("status is not judged by its values", async () => {
    expect(await gadget("mode: fast", ", status: {replicas: many}")).toEqual([]);
    expect(await gadget("mode: fast", ", status: {replica: 1}")).toHaveLength(1);
  });

  test("an integer beyond 2^53 is an integer", async () => {
    expect(await gadget("big: 9223372036854775807")).toEqual([]);
    expect(await gadget("big: 9223372036854775808")).toEqual([
      "spec.big bad-value: 9223372036854775808 is not a 64-bit integer",
    ]);
  });

  test("a version that is not served", async () => {
    expect(await problemsOf(crd("{type: string}") + thing("a", "v2"))).toEqual([
      expect.stringContaining('(did you mean "apiVersion: example.com/v1"?)'),
    ]);
  });
});

describe("schemas that can't be used", () => {
  test.each(["(?=a)", "[a", "a**", String.raw`\8`])(
    "the pattern %s is skipped with a notice, whatever the value",
    async (pattern) => {
      const text = crd(`{type: string, pattern: '${pattern}'}`) + thing("anything");
      expect(await problemsOf(text)).toEqual([]);
      expect(await warningsOf(text)).toEqual([
        expect.stringContaining(
          "spec.versions[0].schema.openAPIV3Schema.properties.x.pattern of things.example.com is not checked",
        ),
      ]);
    },
  );

  test("a pattern that would backtrack without end does not", async () => {
    const text = crd(String.raw`{type: string, pattern: '^(a+)+(a|aa)*(\w*)*$'}`);
    expect(await problemsOf(text + thing(`"${"a".repeat(5000)}!"`))).toEqual([
      expect.stringContaining("does not match the pattern"),
    ]);
    expect(await problemsOf(text + thing("aaa"))).toEqual([]);
  });

  test("a version of a CRD without a schema", async () => {
    expect(
      await problemsOf(crd("{type: string}").replace("{openAPIV3Schema: {type: object}}", "{}")),
    ).toEqual([
      expect.stringContaining("spec.versions[1].schema.openAPIV3Schema missing-field: each version"),
    ]);
  });

  test("a type that there is not", async () => {
    const problems = await problemsOf(crd("{type: text}") + thing("a"));
    expect(problems).toEqual([expect.stringContaining("bad-schema: the schema of Thing can't be used")]);
  });

  test.each([
    "properties: [1]",
    "items: 3",
    "required: a",
    "enum: a",
    "anyOf: {a: b}",
    "minLength: {}",
    "additionalProperties: {type: [a]}",
    "x-kubernetes-list-type: 3",
    "default: {a: b}",
  ])("nonsense such as %s never throws", async (nonsense) => {
    const { problems } = await checkManifests(
      manifests(crd(`{type: object, ${nonsense}}`) + thing("{a: [1]}")),
      { mode: "strict" },
    );
    expect(problems.length).toBeGreaterThan(0);
  });

  test("a field called __proto__ is a field", async () => {
    const text = crd("{type: object, properties: {__proto__: {type: string}, constructor: {type: integer}}}");
    expect(await problemsOf(text + thing("{__proto__: a, constructor: 1}"))).toEqual([]);
    expect(await problemsOf(text + thing("{__proto__: 1, constructor: a}"))).toHaveLength(2);
    expect(await problemsOf(text + thing("{}"))).toEqual([]);
  });
});
