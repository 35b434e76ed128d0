/** From a Kubernetes schema to one that ajv compiles: what Kubernetes leaves unsaid is said here. */
import type { ValidateFunction } from "ajv";
import { needless } from "./needless.js";
import { getKey, isObject, type Json, type JsonObject } from "../json.js";

/** A schema in the dialect of `validator.ts`: JSON schema and the keywords that it adds. */
export type Compilable = Record<string, unknown>;

/** Where a schema comes from, and what its silence means. */
export interface Dialect {
  /** The definition that a `$ref` names. */
  definition: (name: string) => JsonObject | undefined;
  /**
   * A CRD's structural schema (true): an object without `properties` takes no fields, and `format` is only one of
   * those that CRDs know. A Go type (false): such an object takes any.
   */
  structural: boolean;
}

/** A check that is compiled when the first value reaches it: most of a large schema is never needed. */
export type Lazy = () => ValidateFunction;

/** Makes such a check. `name` is that of the definition, empty where there is none. */
export type Lazily = (name: string, schema: JsonObject, dialect: Dialect) => Lazy;

/** What the keyword `fields` says: the known fields, and what becomes of others. */
export interface Fields {
  known: Map<string, Lazy>;
  /** A check of all other fields; false where there must be none, true where they may be anything. */
  rest: Lazy | boolean;
}

/** Keywords that JSON schema and Kubernetes mean alike. */
const plain = [
  "enum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "multipleOf",
] as const;

/** The bare name that a `$ref` points to, also one behind an `allOf` of one. */
export function refOf(schema: JsonObject): string | undefined {
  const { $ref, allOf } = schema;
  const only = Array.isArray(allOf) && allOf.length === 1 ? getKey(allOf[0], "$ref") : undefined;
  const ref = $ref ?? only;
  return typeof ref === "string" ? ref.slice(ref.lastIndexOf("/") + 1) : undefined;
}

const flag = (schema: JsonObject, keyword: string): boolean => schema[`x-kubernetes-${keyword}`] === true;

/**
 * The schema of a value at a place where fields and items stand: types, fields and value rules.
 * `name` is that of the definition, empty where it is none.
 */
export function convert(name: string, schema: JsonObject, dialect: Dialect, lazily: Lazily): Compilable {
  const ref = refOf(schema);
  if (ref !== undefined) return reference(ref, dialect, lazily);
  const result: Compilable = valueRules(schema, dialect);
  const types = typeRule(schema);
  if (types !== undefined) result.type = types;
  if (flag(schema, "int-or-string")) return { ...result, intOrString: "any" };
  const items = schema.items;
  if (isObject(items)) result.items = { definition: lazily("", items, dialect) };
  listRule(schema, dialect, result);
  if (schema.type === "object") objectRules(schema, dialect, lazily, result);
  if (!dialect.structural && Array.isArray(schema.required))
    result.required = list(schema.required).filter((field) => !needless.has(`${name}.${field}`));
  return result;
}

const crdPackage = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
/** Go types that read a schema or something else, which their definitions do not say. */
const schemaOr = new Map([
  [`${crdPackage}.JSONSchemaPropsOrBool`, "boolean"],
  [`${crdPackage}.JSONSchemaPropsOrArray`, "array"],
  [`${crdPackage}.JSONSchemaPropsOrStringArray`, "array"],
]);

function reference(ref: string, dialect: Dialect, lazily: Lazily): Compilable {
  const or = schemaOr.get(ref);
  const name = or === undefined ? ref : `${crdPackage}.JSONSchemaProps`;
  const definition = dialect.definition(name);
  if (definition === undefined) return {};
  const check = lazily(name, definition, dialect);
  return or === undefined ? { definition: check } : { definitionUnless: { type: or, check } };
}

function typeRule(schema: JsonObject): unknown {
  if (typeof schema.type !== "string" || flag(schema, "int-or-string")) return undefined;
  return schema.nullable === true ? [schema.type, "null"] : schema.type;
}

function objectRules(schema: JsonObject, dialect: Dialect, lazily: Lazily, result: Compilable): void {
  const known = new Map<string, Lazy>();
  for (const [name, value] of Object.entries(isObject(schema.properties) ? schema.properties : {}))
    if (isObject(value)) known.set(name, lazily("", optionalText(value, name, schema, dialect), dialect));
  if (flag(schema, "embedded-resource")) {
    for (const name of ["apiVersion", "kind"])
      if (!known.has(name)) known.set(name, lazily("", text, dialect));
    if (!known.has("metadata")) known.set("metadata", lazily("", { $ref: objectMeta }, dialect));
    result.required = ["apiVersion", "kind", ...list(schema.required)];
  }
  const rest = restOf(schema, dialect, lazily, known.size > 0);
  if (known.size > 0 || rest !== true) result.fields = { known, rest } satisfies Fields;
}

/** To a Go type, an optional text that is empty is one that is not there. */
function optionalText(field: JsonObject, name: string, owner: JsonObject, dialect: Dialect): JsonObject {
  if (dialect.structural || !Array.isArray(field.enum) || list(owner.required).includes(name)) return field;
  return { ...field, enum: [...field.enum, ""] };
}

const text: JsonObject = { type: "string", minLength: 1 };
/** The definition of `metadata`, the one that all schemas know. */
export const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

function restOf(schema: JsonObject, dialect: Dialect, lazily: Lazily, hasFields: boolean): Fields["rest"] {
  const additional = schema.additionalProperties;
  if (isObject(additional)) return lazily("", additional, dialect);
  if (typeof additional === "boolean") return additional;
  return flag(schema, "preserve-unknown-fields") || !(hasFields || dialect.structural);
}

/** Rules on a value that say nothing of its fields' existence; these are all that `allOf` and its like may hold. */
function valueRules(schema: JsonObject, dialect: Dialect): Compilable {
  const result: Compilable = {};
  for (const keyword of plain) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  if (schema.nullable === true && Array.isArray(schema.enum)) result.enum = [...schema.enum, null];
  bound(schema, "minimum", "exclusiveMinimum", result);
  bound(schema, "maximum", "exclusiveMaximum", result);
  if (Array.isArray(schema.required)) result.required = list(schema.required);
  if (typeof schema.pattern === "string") result.goPattern = schema.pattern;
  if (typeof schema.format === "string") result.kubeFormat = schema.format;
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const branches = schema[keyword];
    if (Array.isArray(branches) && !flag(schema, "int-or-string"))
      result[keyword] = branches.filter(isObject).map((branch) => nestedRules(branch, dialect));
  }
  if (isObject(schema.not)) result.not = nestedRules(schema.not, dialect);
  return result;
}

/** A branch of `allOf`, `anyOf`, `oneOf` or `not`: its fields are described elsewhere, only their values count. */
function nestedRules(schema: JsonObject, dialect: Dialect): Compilable {
  const result = valueRules(schema, dialect);
  if (typeof schema.type === "string") result.type = schema.type;
  if (isObject(schema.items)) result.items = nestedRules(schema.items, dialect);
  if (isObject(schema.additionalProperties))
    result.additionalProperties = nestedRules(schema.additionalProperties, dialect);
  if (isObject(schema.properties)) {
    const properties: Compilable = {};
    for (const [name, value] of Object.entries(schema.properties))
      if (isObject(value) && name !== "__proto__") properties[name] = nestedRules(value, dialect);
    result.properties = properties;
  }
  return result;
}

/** `exclusiveMinimum` is a boolean beside `minimum` in OpenAPI v3.0, the bound itself in JSON schema. */
function bound(schema: JsonObject, limit: string, exclusive: string, result: Compilable): void {
  const value = schema[limit];
  if (typeof value === "number" || typeof value === "bigint")
    result[schema[exclusive] === true ? exclusive : limit] = Number(value);
}

/** Items that must differ: in their keys for a `map`, as a whole for a `set`. */
function listRule(schema: JsonObject, dialect: Dialect, result: Compilable): void {
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") result.listSet = true;
  if (type !== "map") return;
  const keys = list(schema["x-kubernetes-list-map-keys"]);
  const items = isObject(schema.items) ? schema.items : {};
  const ref = refOf(items);
  const fields = getKey(ref === undefined ? items : dialect.definition(ref), "properties");
  const defaults = keys.map((key): Json | undefined => getKey(getKey(fields, key), "default"));
  result.listMap = { keys, defaults };
}

function list(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
