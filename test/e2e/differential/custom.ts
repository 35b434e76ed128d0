/** Custom resources: a CRD with a field for every way to merge, and bodies drawn from its own schema. */
import fc from "fast-check";
import { isObject, type Json, type JsonObject } from "../../../src/json.js";
import type { Subject } from "./subject.js";
import { list, map, maybe, object, oneOf } from "./values.js";

export const text: JsonObject = { type: "string" };
export const whole: JsonObject = { type: "integer" };
export const fields = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  ...rest,
});
export const listOf = (items: JsonObject, type?: string, keys?: string[]): JsonObject => ({
  type: "array",
  items,
  ...(type && { "x-kubernetes-list-type": type }),
  ...(keys && { "x-kubernetes-list-map-keys": keys }),
});
export const mapOf = (value: JsonObject, type?: string): JsonObject => ({
  type: "object",
  additionalProperties: value,
  ...(type && { "x-kubernetes-map-type": type }),
});
const loose: JsonObject = { "x-kubernetes-preserve-unknown-fields": true };

const inner = fields({ text, whole, set: listOf(text, "set") });
const named = (more: JsonObject): JsonObject => fields({ name: text, ...more }, { required: ["name"] });

/** By merging: scalars and what is odd about them, lists, maps, and what is declared by nobody. */
const scalars: JsonObject = {
  text,
  whole,
  ratio: { type: "number" },
  flag: { type: "boolean" },
  port: { "x-kubernetes-int-or-string": true },
  mode: { type: "string", enum: ["fast", "slow"], default: "fast" },
  few: { type: "integer", minimum: 1, maximum: 3 },
  short: { type: "string", maxLength: 2, pattern: "^[a-z]*$" },
  perhaps: { type: "string", nullable: true },
  settled: { type: "string", nullable: true, default: "yes" },
};
const lists: JsonObject = {
  plain: listOf(text),
  atomic: listOf(fields({ a: text, b: text }), "atomic"),
  set: listOf(text, "set"),
  numbers: listOf(whole, "set"),
  byName: listOf(named({ value: text, inner, tags: listOf(text, "set") }), "map", ["name"]),
  ports: listOf(
    fields({ port: whole, protocol: { type: "string", default: "TCP" }, note: text }, { required: ["port"] }),
    "map",
    ["port", "protocol"],
  ),
  nested: listOf(named({ parts: listOf(named({ size: whole }), "map", ["name"]) }), "map", ["name"]),
  rows: listOf(listOf(whole)),
};
const maps: JsonObject = {
  granular: mapOf(text),
  atomicMap: mapOf(text, "atomic"),
  struct: fields({ a: text, b: whole, inner }),
  atomicStruct: fields({ a: text, b: whole }, { "x-kubernetes-map-type": "atomic" }),
  structs: mapOf(inner),
  sets: mapOf(listOf(text, "set")),
  defaulted: fields({ a: { type: "string", default: "A" }, b: whole }, { default: {} }),
  loose: { type: "object", ...loose },
  declared: fields({ known: whole }, loose),
  anything: loose,
  embedded: { type: "object", "x-kubernetes-embedded-resource": true, ...loose },
};

const conditions = listOf(fields({ type: text, status: text, reason: text }, { required: ["type"] }), "map", [
  "type",
]);
const status = fields({ ready: { type: "boolean" }, replicas: whole, conditions });

interface Served {
  name: string;
  spec: JsonObject;
}

/** A CRD of the group `differential.example`, stored in its last version. */
function definition(kind: string, versions: readonly Served[], subresources: JsonObject): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.differential.example` },
    spec: {
      group: "differential.example",
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map(({ name, spec }, at) => ({
        name,
        served: true,
        storage: at === versions.length - 1,
        subresources,
        schema: { openAPIV3Schema: fields({ spec, status }) },
      })),
    },
  };
}

/** Values that a schema lets pass, but for what is rare: items of lists that are the same. */
function valueOf(schema: JsonObject): fc.Arbitrary<Json> {
  const { type, properties, additionalProperties, items } = schema;
  if (schema["x-kubernetes-int-or-string"] === true) return oneOf<Json>(1, 80, "http", "50%");
  if (schema["x-kubernetes-embedded-resource"] === true) return embedded;
  if (type === "string") return oneOf(...((schema["enum"] as string[] | undefined) ?? ["a", "b", "c", ""]));
  if (type === "integer") return oneOf(1, 2, 3, 0);
  if (type === "number") return oneOf(1, 1.5, 0, 2e10);
  if (type === "boolean") return fc.boolean();
  if (type === "array" && isObject(items)) return listValue(schema, valueOf(items));
  if (isObject(properties)) return structValue(schema, properties);
  if (isObject(additionalProperties)) return map(["x", "y", "example.com/z"], valueOf(additionalProperties));
  return type === "object" ? map(["m", "n"], anything) : anything;
}

const anything: fc.Arbitrary<Json> = oneOf<Json>(
  "a",
  1,
  true,
  ["a", "b"],
  [1],
  { x: "a" },
  { x: { y: 1 }, z: [] },
  {},
  [],
);
const embedded = object({
  apiVersion: oneOf("v1"),
  kind: oneOf("ConfigMap"),
  metadata: maybe(object({ name: oneOf("within"), labels: maybe(map(["l"], oneOf("a", "b"))) }), 0),
  data: maybe(map(["k"], oneOf("1", "2")), 0),
});

function structValue(schema: JsonObject, properties: JsonObject): fc.Arbitrary<JsonObject> {
  const required = (schema["required"] ?? []) as Json[];
  // Of many fields a few, so that what one manager writes is not all there is.
  const weight = Object.keys(properties).length > 6 ? 3 : 1;
  const entries = Object.entries(properties).map(
    ([name, property]): [string, fc.Arbitrary<Json | undefined>] => {
      const value = valueOf(property as JsonObject);
      return [name, required.includes(name) ? value : maybe(value, weight)];
    },
  );
  return object(Object.fromEntries(entries));
}

function listValue(schema: JsonObject, item: fc.Arbitrary<Json>): fc.Arbitrary<Json[]> {
  const keys = schema["x-kubernetes-list-map-keys"] as string[] | undefined;
  const isSet = schema["x-kubernetes-list-type"] === "set";
  if (keys === undefined && !isSet) return list(item);
  const identity = (value: Json): string =>
    JSON.stringify(keys === undefined ? value : keys.map((key) => (value as JsonObject)[key] ?? null));
  const unique = fc.uniqueArray(item, { maxLength: 3, selector: identity });
  return fc.oneof({ arbitrary: unique, weight: 12 }, { arbitrary: list(item), weight: 1 });
}

/** A kind with that schema of its spec. */
export function custom(
  kind: string,
  spec: JsonObject,
  options: { status?: boolean; scale?: boolean; versions?: string[] } = {},
): Subject {
  const versions = options.versions ?? ["v1"];
  const subresources: JsonObject = {
    ...(options.status && { status: {} }),
    ...(options.scale && {
      scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
    }),
  };
  const body = object({
    spec: maybe(valueOf(spec) as fc.Arbitrary<JsonObject>, 0),
    status: maybe(valueOf(status), 10),
  });
  return {
    title: `custom resources: ${kind}`,
    kind,
    plural: `${kind.toLowerCase()}s`,
    apiVersions: versions.map((version) => `differential.example/${version}`),
    subresources: Object.keys(subresources),
    whole: body,
    part: body,
    status: object({ status: valueOf(status) }),
    definition: definition(
      kind,
      versions.map((name) => ({ name, spec })),
      subresources,
    ),
  };
}

export const customKinds: readonly Subject[] = [
  custom("Scalar", fields(scalars)),
  custom("Listing", fields(lists), { status: true }),
  custom("Mapping", fields(maps), { status: true }),
  custom("Scaled", fields({ replicas: whole, text, byName: lists["byName"] as JsonObject }), {
    status: true,
    scale: true,
  }),
  custom(
    "Twin",
    fields({
      text,
      set: lists["set"] as JsonObject,
      ports: lists["ports"] as JsonObject,
      struct: maps["struct"] as JsonObject,
    }),
    {
      versions: ["v1beta1", "v1"],
      status: true,
    },
  ),
];
