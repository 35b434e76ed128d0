/** Nulls in patches, where there is nothing that they could remove. */
import { isObject, setKey, type Json, type JsonObject } from "../../json.js";

/** The value without the keys that are null, at any depth; items that are null stay. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, part] of Object.entries(value)) {
    if (part !== null) setKey(kept, key, withoutNulls(part));
  }
  return kept;
}
