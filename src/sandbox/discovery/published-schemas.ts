/** The schemas of OpenAPI v3 documents, as the real server publishes them but for descriptions. */
import { getKey, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { bundledDefinition } from "../../schema/index.js";
import { sharedDefinition } from "./shared-definitions.js";

export const refPrefix = "#/components/schemas/";

/** A reference to a schema of the document. */
export const refTo = (name: string): JsonObject => ({ $ref: `${refPrefix}${name}` });

/** A definition by its full name, in the form of `schemas/`. */
export function definitionOf(name: string): JsonObject | undefined {
  return sharedDefinition(name) ?? bundledDefinition(name);
}

/** The names of the definitions that the roots refer to, themselves included, sorted. */
export function reachable(roots: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...refsOf(definitionOf(name) ?? {}));
  }
  return [...seen].sort();
}

function refsOf(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(refsOf);
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value] : refsOf(value),
  );
}

/**
 * A definition as it is published, by its full name: references as documents write them, our own keywords gone.
 *
 * What stands at a reference follows k8s.io/kube-openapi: a Go struct that is no pointer has `default: {}`, and
 * a reference with anything beside it stands in `allOf`.
 */
export function published(definition: JsonObject, name = ""): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(definition)) {
    if (key.startsWith("x-kapply-")) continue;
    if (key === "properties") out[key] = properties(value, nilable[name]);
    else if ((key === "items" || key === "additionalProperties") && isObject(value))
      out[key] = element(value);
    else out[key] = value;
  }
  return out;
}

function properties(value: Json, nil: string | undefined): JsonObject {
  const out: JsonObject = {};
  for (const [name, schema] of Object.entries(isObject(value) ? value : {}))
    setKey(out, name, isObject(schema) ? property(schema, name !== nil) : schema);
  return out;
}

/** Pointers that Go writes even when they are nil, by their type: there is no struct by default. */
const nilable: Record<string, string> = {
  "io.k8s.api.apps.v1.DaemonSetSpec": "selector",
  "io.k8s.api.apps.v1.DeploymentSpec": "selector",
  "io.k8s.api.apps.v1.ReplicaSetSpec": "selector",
  "io.k8s.api.apps.v1.StatefulSetSpec": "selector",
  "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource": "secretRef",
  "io.k8s.api.core.v1.ScaleIOVolumeSource": "secretRef",
};

function property(schema: JsonObject, maybeStruct: boolean): JsonObject {
  const { $ref: name, ...beside } = schema;
  if (typeof name !== "string") return published(schema);
  const isStruct = maybeStruct && schema["x-kapply-zero"] === "keep" && hasFields(name);
  return { ...published(beside), ...(isStruct ? { default: {} } : {}), allOf: [refTo(name)] };
}

function element(schema: JsonObject): JsonObject {
  const name = schema["$ref"];
  if (typeof name !== "string") return published(schema);
  return hasFields(name) ? { default: {}, allOf: [refTo(name)] } : refTo(name);
}

function hasFields(name: string): boolean {
  return isObject(getKey(definitionOf(name), "properties"));
}

/** The list kind of a kind, from the name of its definition. Custom kinds have no defaults in it. */
export function listSchema(definition: string, listMeta: string, custom: boolean): JsonObject {
  const struct = custom ? {} : { default: {} };
  return {
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { type: "string" },
      items: {
        type: "array",
        items: custom ? refTo(definition) : { default: {}, allOf: [refTo(definition)] },
      },
      kind: { type: "string" },
      metadata: { ...struct, allOf: [refTo(listMeta)] },
    },
  };
}
