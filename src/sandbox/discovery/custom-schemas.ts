/**
 * The schemas of custom kinds in OpenAPI v3 documents.
 *
 * Source: apiextensions-apiserver pkg/controller/openapi/builder/builder.go (`buildKubeNative`,
 * `addEmbeddedProperties`), pkg/apiserver/schema/unfold.go.
 */
import { getKey, getPath, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { refTo } from "./published-schemas.js";
import { names } from "./shared-definitions.js";
import { textAt } from "./values.js";

/** `com.example.v1.Widget` for the kind `Widget` of `example.com/v1`. */
export function customDefinitionName(group: string, version: string, kind: string): string {
  return `${group.split(".").reverse().join(".")}.${version}.${kind}`;
}

const typeMeta = (): JsonObject => ({ apiVersion: { type: "string" }, kind: { type: "string" } });
const objectMeta = (): JsonObject => ({ metadata: { allOf: [refTo(names.objectMeta)] } });

/** The schema of a kind, from the entry of its version in a CRD. */
export function customSchema(version: JsonObject): JsonObject {
  const given = getPath(version, ["schema", "openAPIV3Schema"]);
  if (!isObject(given)) return { type: "object" };
  const schema = node(given);
  return { ...schema, properties: withProperties(schema, { ...typeMeta(), ...objectMeta() }) };
}

/** `x-kubernetes-selectable-fields`, empty where there are none. */
export function selectableFields(version: JsonObject): JsonObject {
  const fields = version["selectableFields"];
  if (!Array.isArray(fields) || fields.length === 0) return {};
  const paths = fields.map((field) => textAt(field, "jsonPath"));
  return {
    "x-kubernetes-selectable-fields": paths.map((path) => ({ fieldPath: path.replace(/^\./, "") })),
  };
}

function withProperties(schema: JsonObject, more: JsonObject): JsonObject {
  const all: JsonObject = {};
  for (const from of [schema["properties"], more])
    for (const [name, value] of Object.entries(isObject(from) ? from : {})) setKey(all, name, value);
  return all;
}

/** What a structural schema has no place for, and does not publish. */
const dropped = new Set(["example", "externalDocs", "id", "$schema"]);

function node(given: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(given)) {
    if (dropped.has(key)) continue;
    if (key === "properties" && isObject(value)) {
      const properties: JsonObject = {};
      for (const [name, schema] of Object.entries(value)) setKey(properties, name, nodeOf(schema));
      out[key] = properties;
    } else if (key === "items" || key === "additionalProperties") out[key] = nodeOf(value);
    else out[key] = value;
  }
  return embedded(unfolded(out));
}

function nodeOf(value: Json): Json {
  return isObject(value) ? node(value) : value;
}

const intOrString = (): JsonObject[] => [{ type: "integer" }, { type: "string" }];

/** Says in `anyOf` what `x-kubernetes-int-or-string` means. */
function unfolded(schema: JsonObject): JsonObject {
  if (schema["x-kubernetes-int-or-string"] !== true) return schema;
  if (schema["anyOf"] === undefined && !saysIntOrString(getPath(schema, ["allOf", 0, "anyOf"])))
    return { ...schema, anyOf: intOrString() };
  if (saysIntOrString(schema["anyOf"]) || saysIntOrString(getPath(schema, ["allOf", 0, "anyOf"])))
    return schema;
  const allOf = Array.isArray(schema["allOf"]) ? schema["allOf"] : [];
  return { ...schema, allOf: [{ anyOf: intOrString() }, ...allOf] };
}

function saysIntOrString(anyOf: Json | undefined): boolean {
  const types = Array.isArray(anyOf) ? anyOf.map((branch) => getKey(branch, "type")) : [];
  return types.length === 2 && types[0] === "integer" && types[1] === "string";
}

function embedded(schema: JsonObject): JsonObject {
  if (schema["x-kubernetes-embedded-resource"] !== true) return schema;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const missing = ["kind", "apiVersion"].filter((name) => !required.includes(name));
  return {
    ...schema,
    required: [...required, ...missing],
    properties: withProperties(schema, { ...typeMeta(), ...objectMeta() }),
  };
}
