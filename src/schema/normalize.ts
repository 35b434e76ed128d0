/** What the API server makes of an object before it checks it: the view of a manifest that ajv sees. */
import { cloneJson, getKey, isObject, setKey, type Json, type JsonObject } from "../json.js";

const int64 = 2n ** 63n;
const nearInt64 = 2 ** 63 - 1024;

/** A number for an integer that is none: near enough for bounds, on the right side of those of 64 bits. */
function numberOf(value: bigint): number {
  if (value >= int64 || value < -int64) return Number(value);
  return Math.min(Math.max(Number(value), -nearInt64), nearInt64);
}

/** Go types: a null field is an absent one. The object itself where it has no nulls. */
export function withoutNulls(value: Json): Json {
  if (typeof value === "bigint") return numberOf(value);
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const copy: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const kept = withoutNulls(field);
    changed ||= kept !== field || kept === null;
    if (kept !== null) setKey(copy, key, kept);
  }
  return changed ? copy : value;
}

/**
 * Custom resources: nulls go unless the schema takes them or has a default, which stands for what is not given
 * (apiextensions-apiserver pkg/apiserver/schema/defaulting).
 */
export function withDefaults(value: Json, schema: JsonObject | undefined): Json {
  if (typeof value === "bigint") return numberOf(value);
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    return value.map((item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  const properties = objectAt(schema, "properties");
  const rest = objectAt(schema, "additionalProperties");
  for (const [key, field] of Object.entries(value)) {
    const own = objectAt(properties, key);
    if (field === null && own !== undefined && own.nullable !== true) continue;
    setKey(result, key, withDefaults(field, own ?? rest));
  }
  for (const [key, own] of Object.entries(properties ?? {})) {
    const standard = getKey(own, "default");
    if (standard === undefined || standard === null || Object.hasOwn(result, key)) continue;
    setKey(result, key, withDefaults(cloneJson(standard), objectAt(properties, key)));
  }
  return result;
}

function objectAt(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const found = getKey(value, key);
  return isObject(found) ? found : undefined;
}
