/**
 * Empty lists and maps of built-in types, as the store gives them back: its encoding (protobuf) can't tell them from
 * none. Only fields that are always written hold them until then, as the `rules` of a Role. So it is with bytes that
 * are null in a map, as the `data` of a Secret.
 */
import { isObject, setKey, type Json, type JsonObject } from "../json.js";
import { fieldSchemas, reaching } from "./definition-parts.js";
import { refOf } from "./dialect.js";

/** A value without them: itself, where it has none. */
type Clean = (value: Json) => Json;

/** The object with null for each. */
export function withoutEmpties(definition: string, object: JsonObject): JsonObject {
  return holdsEmpties(definition) ? (cleanOf(definition)(object) as JsonObject) : object;
}

const isKeptList = (schema: JsonObject): boolean =>
  schema["x-kapply-zero"] === "keep" && (schema.type === "array" || schema.type === "object");

/** Maps of bytes hold null, which is stored as no bytes. */
const isBytes = (schema: Json | undefined): boolean => isObject(schema) && schema.format === "byte";

const holdsEmpties = reaching(
  (_definition, _field, schema) => isKeptList(schema) || isBytes(schema.additionalProperties),
);

const cleans = new Map<string, Clean>();

function cleanOf(definition: string): Clean {
  let clean = cleans.get(definition);
  if (clean === undefined) {
    clean = structClean(definition);
    cleans.set(definition, clean);
  }
  return clean;
}

function structClean(definition: string): Clean {
  const fields = fieldSchemas(definition)
    .map(([name, schema]) => ({ name, clean: cleanAt(schema), isKept: isKeptList(schema) }))
    .filter(({ clean, isKept }) => isKept || clean !== undefined);
  return (value) => {
    if (!isObject(value)) return value;
    let cleaned = value;
    for (const { name, clean, isKept } of fields) {
      const given = value[name];
      if (typeof given !== "object" || given === null) continue;
      const left = isKept && Object.keys(given).length === 0 ? null : (clean?.(given) ?? given);
      if (left === given) continue;
      if (cleaned === value) cleaned = { ...value };
      cleaned[name] = left;
    }
    return cleaned;
  };
}

function cleanAt(schema: JsonObject): Clean | undefined {
  const ref = refOf(schema);
  if (ref !== undefined) return holdsEmpties(ref) ? (value) => cleanOf(ref)(value) : undefined;
  const part = schema.items ?? schema.additionalProperties;
  if (isBytes(schema.additionalProperties)) return (value) => cleanParts(value, (item) => item ?? "");
  const clean = isObject(part) ? cleanAt(part) : undefined;
  return clean === undefined ? undefined : (value) => cleanParts(value, clean);
}

function cleanParts(value: Json, clean: Clean): Json {
  if (Array.isArray(value)) {
    const items = value.map(clean);
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isObject(value)) return value;
  const cleaned: JsonObject = {};
  for (const [key, part] of Object.entries(value)) setKey(cleaned, key, clean(part));
  return Object.entries(value).some(([key, part]) => cleaned[key] !== part) ? cleaned : value;
}
