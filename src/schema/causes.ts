/**
 * Causes in the server's words.
 *
 * Source: apimachinery pkg/util/validation/field (errors.go, `ErrorBody`; path.go).
 */
import { isObject, setKey, stringifyJson, type Json, type JsonObject } from "../json.js";
import type { Cause } from "./codec.js";
import { goNumber, goQuote } from "./go-text.js";

const withDetail = (text: string, detail: string): string => (detail === "" ? text : `${text}: ${detail}`);

/** A value as messages show it: texts in quotes, what is no scalar as Go writes JSON. */
export function shownValue(value: Json): string {
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number" || typeof value === "bigint") return goNumber(value);
  const text = stringifyJson(withSortedKeys(value));
  return text.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

/** The value with its keys in order, as Go writes a map. */
export function withSortedKeys<T extends Json>(value: T): T;
export function withSortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => withSortedKeys(item));
  if (!isObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(sorted, key, withSortedKeys(value[key] as Json));
  return sorted;
}

export const requiredCause = (field: string, detail = ""): Cause => ({
  reason: "FieldValueRequired",
  message: withDetail("Required value", detail),
  field,
});

export const invalidCause = (field: string, value: Json, detail: string): Cause => ({
  reason: "FieldValueInvalid",
  message: withDetail(`Invalid value: ${shownValue(value)}`, detail),
  field,
});

export const typeInvalidCause = (field: string, value: Json, detail: string): Cause => ({
  ...invalidCause(field, value, detail),
  reason: "FieldValueTypeInvalid",
});

export const duplicateCause = (field: string, value: Json): Cause => ({
  reason: "FieldValueDuplicate",
  message: `Duplicate value: ${shownValue(value)}`,
  field,
});

export const unsupportedCause = (field: string, value: Json, supported: readonly string[]): Cause => {
  const list = supported.map((item) => goQuote(item)).join(", ");
  const detail = supported.length === 0 ? "" : `supported values: ${list}`;
  return {
    reason: "FieldValueNotSupported",
    message: withDetail(`Unsupported value: ${shownValue(value)}`, detail),
    field,
  };
};

export const tooLongCause = (field: string, most: number): Cause => ({
  reason: "FieldValueTooLong",
  message: withDetail("Too long", `may not be more than ${most} ${most === 1 ? "byte" : "bytes"}`),
  field,
});

export const tooManyCause = (field: string, count: number, most: number): Cause => ({
  reason: "FieldValueTooMany",
  message: withDetail(`Too many: ${count}`, `must have at most ${most} ${most === 1 ? "item" : "items"}`),
  field,
});

/** A step of a field's path: a field's name, an index, or a key of a map. */
export type FieldStep = string | number | { key: string };

/** A path as causes have it: `spec.containers[0].resources.limits[cpu]`. */
export function fieldText(path: readonly FieldStep[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "string") text += text === "" ? step : `.${step}`;
    else text += `[${typeof step === "number" ? step : step.key}]`;
  }
  return text;
}
