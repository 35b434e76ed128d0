/**
 * From schemas to shapes: how the values of a type merge.
 *
 * Source: kube-openapi pkg/schemaconv (openapi.go, smd.go); for custom resources, the schema that
 * apiextensions-apiserver makes of theirs (pkg/controller/openapi/builder).
 */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { AnyShape, ListKey, ListShape, MapShape, ScalarShape, Shape } from "../shape.js";
import { bundledDefinition } from "./bundled.js";
import { objectMeta, refOf } from "./dialect.js";

const scalar = (type: ScalarShape["type"]): Shape => ({ is: "scalar", type });
const untyped = scalar("untyped");
const deduced: AnyShape = { is: "any", atomic: false };

/**
 * Types whose definition does not say what they are. A quantity and raw JSON are so named in the source; an integer
 * or string has no type there: anything may stand in its place, until it is read.
 */
const special = new Map<string, Shape>([
  ["io.k8s.apimachinery.pkg.api.resource.Quantity", untyped],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", deduced],
  ["io.k8s.apimachinery.pkg.runtime.RawExtension", { is: "any", atomic: true }],
]);

const byName = new Map<string, Shape>();

/** The shape of a built-in type, made once, and its parts when they are first asked for. */
export function shapeOfDefinition(definitionName: string): Shape {
  let shape = byName.get(definitionName);
  if (shape === undefined) {
    const definition = bundledDefinition(definitionName);
    shape = special.get(definitionName) ?? (definition === undefined ? deduced : shapeOf(definition, false));
    byName.set(definitionName, shape);
  }
  return shape;
}

/** The shape of a custom resource, from the `openAPIV3Schema` of its version. Without one, nothing is declared. */
export function shapeOfStructural(schema: JsonObject): Shape {
  return shapeOf(asResource({ ...schema, type: "object" }), false);
}

/** A schema with the fields that every object has. */
function asResource(schema: JsonObject): JsonObject {
  const string: JsonObject = { type: "string" };
  const given = isObject(schema.properties) ? schema.properties : {};
  return {
    ...schema,
    properties: { ...given, apiVersion: string, kind: string, metadata: { $ref: objectMeta } },
  };
}

const flag = (schema: JsonObject, keyword: string): boolean => schema[`x-kubernetes-${keyword}`] === true;

/** `open`: whether a schema around this one lets unknown fields be, which holds for all within. */
function shapeOf(schema: JsonObject, open: boolean): Shape {
  const ref = refOf(schema);
  if (ref !== undefined) return withRelationship(shapeOfDefinition(ref), schema);
  const within = open || flag(schema, "preserve-unknown-fields");
  switch (schema.type as string) {
    case "object":
      return mapShape(flag(schema, "embedded-resource") ? asResource(schema) : schema, within);
    case "array":
      return listShape(schema, within);
    case "integer":
    case "number":
      return scalar("numeric");
    case "boolean":
      return scalar("boolean");
    case "string":
      return ["", "byte", undefined].includes(schema.format as string | undefined)
        ? scalar("string")
        : untyped;
    default:
      return schema["x-kubernetes-map-type"] === "atomic" ? { is: "any", atomic: true } : deduced;
  }
}

/** A reference may say for itself whether what it refers to is owned as a whole. */
function withRelationship(shape: Shape, { "x-kubernetes-map-type": type }: JsonObject): Shape {
  if (type === undefined || shape.is === "scalar") return shape;
  const atomic = type === "atomic";
  if (shape.is !== "list") return { ...shape, atomic };
  return atomic ? { ...shape, type: "atomic", keys: [] } : shape;
}

function mapShape(schema: JsonObject, open: boolean): MapShape {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const made = new Map<string, Shape>();
  const field = (name: string): Shape | undefined => {
    let shape = made.get(name);
    if (shape !== undefined) return shape;
    const own = getKey(properties, name);
    if (!isObject(own)) return undefined;
    shape = shapeOf(own, open);
    made.set(name, shape);
    return shape;
  };
  let rest: { shape: Shape | undefined } | undefined;
  return {
    is: "map",
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    field,
    rest: () => (rest ??= { shape: restOf(schema, properties, open) }).shape,
  };
}

function restOf(
  { additionalProperties }: JsonObject,
  properties: JsonObject,
  open: boolean,
): Shape | undefined {
  if (isObject(additionalProperties)) return shapeOf(additionalProperties, open);
  if (additionalProperties !== undefined) return additionalProperties === true ? deduced : undefined;
  return open || Object.keys(properties).length === 0 ? deduced : undefined;
}

function listShape(schema: JsonObject, open: boolean): ListShape {
  const items = isObject(schema.items) ? schema.items : undefined;
  const { type, keys } = relationship(schema);
  let item: Shape | undefined;
  return {
    is: "list",
    type,
    keys: keys.map((name) => listKey(name, items)),
    item: () => (item ??= items === undefined ? { is: "any", atomic: true } : shapeOf(items, open)),
  };
}

/** How items are told apart. Types older than `x-kubernetes-list-type` say it by their patch strategy. */
function relationship(schema: JsonObject): { type: ListShape["type"]; keys: string[] } {
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") return { type, keys: [] };
  if (type === "map") return { type, keys: strings(schema["x-kubernetes-list-map-keys"]) };
  const strategy = schema["x-kubernetes-patch-strategy"];
  if (type !== undefined || (strategy !== "merge" && strategy !== "merge,retainKeys"))
    return { type: "atomic", keys: [] };
  const key = schema["x-kubernetes-patch-merge-key"];
  return typeof key === "string" ? { type: "map", keys: [key] } : { type: "set", keys: [] };
}

function listKey(name: string, items: JsonObject | undefined): ListKey {
  const ref = items === undefined ? undefined : refOf(items);
  const properties = getKey(ref === undefined ? items : bundledDefinition(ref), "properties");
  const standard = getKey(getKey(properties, name), "default");
  return standard === undefined ? { name } : { name, default: standard };
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
