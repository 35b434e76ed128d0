/**
 * Rules on single values in the schemas of custom resources: types, formats, lengths, bounds, patterns, enums.
 *
 * Source: kube-openapi pkg/validation/validate (type.go, values.go, formats.go, validator.go) and pkg/validation/errors
 * (schema.go); apiextensions-apiserver pkg/apiserver/validation (formats.go, validation.go), whose causes these are.
 */
import { equalJson, isObject, type Json, type JsonObject } from "../json.js";
import {
  invalidCause,
  requiredCause,
  tooLongCause,
  tooManyCause,
  typeInvalidCause,
  unsupportedCause,
} from "./causes.js";
import type { Cause } from "./codec.js";
import { formatName, formatOf } from "./structural-formats.js";
import { goNumber } from "./go-text.js";
import { findsPattern } from "./patterns.js";

/** What is wrong at a place, and how many checks passed: the best of several branches has most of them. */
export interface Verdict {
  causes: Cause[];
  matches: number;
}

/** The place as messages name it, without the dot that one at the root begins with. */
const fieldAt = (path: string): string => (path === "" ? "<nil>" : path.replace(/^\./, ""));

/** What is wrong with a value at a place, in the words of the validator. */
export const invalid = (path: string, value: Json, words: string): Cause =>
  invalidCause(fieldAt(path), value, `${path} in body ${words}`);

/** What is wrong with a value as a whole: it names its place only in its words. */
export const composite = (words: string): Cause => invalidCause("<nil>", "", words);

export const required = (path: string): Cause => requiredCause(fieldAt(path));

/** The JSON type of a value. */
export function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "bigint" ? "integer" : typeof value;
}

const wrongType = (path: string, expected: string, found: string): Cause =>
  typeInvalidCause(
    fieldAt(path),
    found,
    `${path} in body must be of type ${expected}: ${JSON.stringify(found)}`,
  );

/** The types that a schema takes; none where it says nothing. */
export function typesOf(schema: JsonObject): readonly string[] {
  if (schema["x-kubernetes-int-or-string"] === true) return ["integer", "string"];
  return typeof schema.type === "string" && schema.type !== "" ? [schema.type] : [];
}

/** What is wrong with the type of a value. */
export function typeCause(schema: JsonObject, value: Json, path: string): Cause | undefined {
  const types = typesOf(schema);
  const found = typeName(value);
  if (types.length === 0 || (value === null && schema.nullable === true)) return undefined;
  if (types.includes(found) || (found === "integer" && types.includes("number"))) return undefined;
  const format = formatName(schema);
  if (format === undefined || value === null) return wrongType(path, types.join(","), found);
  // Of what has a format, texts and lists are left to its check, and others compared by the names of formats.
  if (found !== "string" && found !== "array") return wrongType(path, format, inferredFormat(value));
  const numeric = types.includes("number") || types.includes("integer");
  return numeric ? wrongType(path, types.join(","), found) : undefined;
}

function inferredFormat(value: Json): string {
  if (!isNumber(value)) return "";
  return isInt64(value) ? "int64" : "float64";
}

/** Whether Go has the number as an integer. */
const isInt64 = (value: number | bigint): boolean =>
  typeof value === "bigint" || (Number.isInteger(value) && Math.abs(value) < 2 ** 63);

/** What is wrong with a text: the first of its rules that it breaks. */
export function stringCause(schema: JsonObject, value: string, path: string): Cause | undefined {
  const { maxLength, minLength, pattern } = schema;
  const length = maxLength === undefined && minLength === undefined ? 0 : Array.from(value).length;
  if (typeof maxLength === "number" && length > maxLength) return tooLongCause(fieldAt(path), maxLength);
  if (typeof minLength === "number" && length < minLength)
    return invalid(path, value, `should be at least ${minLength} chars long`);
  if (typeof pattern === "string" && pattern !== "" && !findsPattern(pattern, value))
    return invalid(path, value, `should match '${pattern}'`);
  return undefined;
}

/** What is wrong with a text by its format. */
export function formatCause(schema: JsonObject, value: string, path: string): Cause | undefined {
  const format = formatOf(schema);
  if (format === undefined || format.holds(value)) return undefined;
  return wrongType(path, format.name, value);
}

/** What is wrong with a number. Integers are compared with bounds made integers. */
export function numberCauses(schema: JsonObject, value: number | bigint, path: string): Cause[] {
  const causes: Cause[] = [];
  const { format } = schema;
  if (schema.type === "integer" && !inRange(value, format)) {
    const named = format === "int32" || format === "int64" ? ` with format ${format}` : " (default format)";
    causes.push(composite(`Checked value must be of type integer${named} in ${path}`));
  }
  const bound = (limit: Json | undefined): number | bigint | undefined => {
    if (!isNumber(limit)) return undefined;
    return isInt64(value) && typeof limit === "number" ? Math.trunc(limit) : limit;
  };
  const factor = bound(schema.multipleOf);
  if (factor !== undefined && factor <= 0)
    causes.push(
      invalidCause(
        fieldAt(path),
        factor,
        `factor MultipleOf declared for ${path} must be positive: ${factor}`,
      ),
    );
  else if (factor !== undefined && !isMultiple(value, factor))
    causes.push(invalid(path, value, `should be a multiple of ${goNumber(factor)}`));
  const least = bound(schema.minimum);
  const above = schema.exclusiveMinimum === true;
  if (least !== undefined && (above ? value <= least : value < least))
    causes.push(
      invalid(path, value, `should be greater than ${above ? "" : "or equal to "}${goNumber(least)}`),
    );
  const most = bound(schema.maximum);
  const below = schema.exclusiveMaximum === true;
  if (most !== undefined && (below ? value >= most : value > most))
    causes.push(invalid(path, value, `should be less than ${below ? "" : "or equal to "}${goNumber(most)}`));
  return causes;
}

const isNumber = (value: Json | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

function inRange(value: number | bigint, format: Json | undefined): boolean {
  return isInt64(value) && (format !== "int32" || (value >= -(2 ** 31) && value < 2 ** 31));
}

function isMultiple(value: number | bigint, factor: number | bigint): boolean {
  if (isInt64(value) && isInt64(factor)) return BigInt(value) % BigInt(factor) === 0n;
  const size = Number(factor);
  const times = size < 1 ? (1 / size) * Number(value) : Number(value) / size;
  // As near to an integer as go-openapi's `IsFloat64AJSONInteger` asks, and no larger.
  if (Math.abs(times) > Number.MAX_SAFE_INTEGER) return false;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(Math.abs(times), 1);
}

/** What is wrong with a value that an enum does not have. A null is never one of its values. */
export function enumCause(schema: JsonObject, value: Json, path: string): Cause | undefined {
  const { enum: values } = schema;
  if (!Array.isArray(values) || values.length === 0) return undefined;
  if (value !== null && values.some((item) => equalJson(item, value))) return undefined;
  const texts = values.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
  return unsupportedCause(fieldAt(path), value, texts);
}

/** What is wrong with how many items or fields there are. */
export function countCauses(schema: JsonObject, value: Json[] | JsonObject, path: string): Cause[] {
  const [least, most, word] = isObject(value)
    ? [schema.minProperties, schema.maxProperties, "properties"]
    : [schema.minItems, schema.maxItems, "items"];
  const count = Object.keys(value).length;
  const causes: Cause[] = [];
  if (isNumber(least) && count < least)
    causes.push(invalid(path, count, `should have at least ${least} ${word}`));
  if (isNumber(most) && count > most) causes.push(tooManyCause(fieldAt(path), count, Number(most)));
  return causes;
}
