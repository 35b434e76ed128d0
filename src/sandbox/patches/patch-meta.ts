/**
 * What the bundled schemas say of how a field is patched: its strategy, its merge key, and what it holds.
 *
 * Source: apimachinery pkg/util/strategicpatch/meta.go (`PatchMetaFromStruct`), which reads the same from Go's struct
 * tags, and third_party/forked/golang/json/fields.go.
 */
import { getKey, isObject, type JsonObject } from "../../json.js";
import { bundledDefinition } from "../../schema/index.js";
import { serverError } from "../status.js";

/** The type of a value: a struct has declared fields, and a merge can't look into what is none. */
export type PatchType =
  | { is: "struct"; name: string; fields: JsonObject }
  | { is: "slice"; items: JsonObject }
  | { is: "map" | "string" };

/** A field, or for a list its items, and how it is patched. */
export interface PatchMeta {
  type: PatchType;
  /** `retainKeys` is not told: patches say so themselves. */
  strategy: "merge" | "replace" | "";
  /** Empty for lists of words. */
  mergeKey: string;
}

/** The type of a definition: `io.k8s.api.apps.v1.Deployment`. */
export function typeOfDefinition(definition: string): PatchType {
  const fields = getKey(bundledDefinition(definition), "properties");
  const name = definition.slice(definition.lastIndexOf(".") + 1);
  return { is: "struct", name, fields: isObject(fields) ? fields : {} };
}

function typeOf(schema: JsonObject): PatchType {
  const reference = schema["$ref"];
  if (typeof reference === "string") return typeOfDefinition(reference);
  if (schema["type"] === "array") {
    const items = schema["items"];
    return { is: "slice", items: isObject(items) ? items : {} };
  }
  return { is: schema["type"] === "object" ? "map" : "string" };
}

/** A field that holds an object. Throws a 500 `StatusError`, as for all below, where the type has no such field. */
export function objectField(type: PatchType, name: string): PatchMeta {
  if (type.is !== "struct")
    throw serverError(`merging an object in json but data type is not struct, instead is: ${type.is}`);
  const schema = getKey(type.fields, name);
  if (!isObject(schema))
    throw serverError(`unable to find api field in struct ${type.name} for the json field "${name}"`);
  return { type: typeOf(schema), strategy: strategyOf(schema), mergeKey: mergeKeyOf(schema) };
}

/** A field that holds a list, with the type of its items. */
export function listField(type: PatchType, name: string): PatchMeta {
  const meta = objectField(type, name);
  if (meta.type.is !== "slice") throw serverError(`expected slice or array type, but got: ${type.is}`);
  const items = typeOf(meta.type.items);
  if (items.is === "slice") throw serverError("unexpected slice of slice");
  return { ...meta, type: items };
}

function strategyOf(schema: JsonObject): PatchMeta["strategy"] {
  const strategies = schema["x-kubernetes-patch-strategy"];
  const [strategy] =
    typeof strategies === "string" ? strategies.split(",").filter((one) => one !== "retainKeys") : [];
  return strategy === "merge" || strategy === "replace" ? strategy : "";
}

function mergeKeyOf(schema: JsonObject): string {
  const key = schema["x-kubernetes-patch-merge-key"];
  return typeof key === "string" ? key : "";
}
