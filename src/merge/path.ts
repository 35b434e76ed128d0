/**
 * Steps of a path: how a field or an item is named within its parent.
 *
 * A step is the text that `fieldsV1` has for it: `f:NAME` is a field, `k:{"name":"web"}` an item of a list by its keys,
 * `v:"a"` an item of a set, `i:0` a place in a list. Steps are kept in one form, so equal steps are equal texts.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `fieldpath/element.go` and `fieldpath/serialize-pe.go`.
 */
import { isObject, parseJson, type Json } from "../json.js";
import { compareText, goFloat, goJson, goQuote } from "./go-text.js";

export type Step = string;
export type FieldPath = readonly Step[];

export function fieldStep(name: string): Step {
  return `f:${name}`;
}

/** The step to the item with these values of its keys. */
export function keyStep(keys: readonly (readonly [name: string, value: Json])[]): Step {
  const sorted = keys.length < 2 ? keys : [...keys].sort(([a], [b]) => compareText(a, b));
  return `k:{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${goJson(value)}`).join(",")}}`;
}

export function valueStep(value: Json): Step {
  return `v:${goJson(value)}`;
}

export function indexStep(index: number): Step {
  return `i:${String(index)}`;
}

/** The name of the field that a step leads to, if it is a field. */
export function fieldName(step: Step): string | undefined {
  return step.startsWith("f:") ? step.slice(2) : undefined;
}

// Most keys are one text without anything to escape: such a step is in its one form already.
const plainKey = /^k:\{"[\w-]+":"[^"\\<>&\u2028\u2029\p{Cc}]*"\}$/u;

/**
 * Reads a step from `fieldsV1`. Undefined for a kind of step that is not known, which is skipped.
 * @throws SyntaxError for text that is no step.
 */
export function readStep(text: string): Step | undefined {
  if (text[1] !== ":")
    throw new SyntaxError(text.length < 2 ? "key must be 2 characters long:" : `missing colon: ${text}`);
  const rest = text.slice(2);
  switch (text.slice(0, 1)) {
    case "f":
      return text;
    case "v":
      return valueStep(parseJson(rest));
    case "k": {
      if (plainKey.test(text)) return text;
      const keys = parseJson(rest);
      if (!isObject(keys)) throw new SyntaxError(`expected an object of keys: ${text}`);
      return keyStep(Object.entries(keys));
    }
    case "i":
      if (!/^[-+]?[0-9]+$/.test(rest)) throw new SyntaxError(`expected an index: ${text}`);
      return indexStep(Number(rest));
    default:
      return undefined;
  }
}

/** A path as messages have it: `.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]`. */
export function pathText(path: FieldPath): string {
  return path.map((step) => stepText(step, ownedNumber)).join("");
}

/** A path as differences have it, names that would be read as several quoted: `data["a.key"]`, `args[0]`, `ports[port=80]`. */
export function plainPath(path: FieldPath): string {
  return path.reduce((text, step) => text + plainStep(step, text === ""), "");
}

function plainStep(step: Step, isFirst: boolean): string {
  const name = fieldName(step);
  if (name !== undefined) {
    if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
    return isFirst ? name : `.${name}`;
  }
  const value = parseJson(step.slice(2));
  if (!isObject(value)) return `[${goJson(value)}]`;
  const keys = Object.entries(value).map(
    ([key, item]) => `${key}=${typeof item === "string" ? item : goJson(item)}`,
  );
  return `[${keys.join(",")}]`;
}

/** A step as messages have it. Numbers are printed by `number`. */
export function stepText(step: Step, number: (value: number | bigint) => string = String): string {
  const rest = step.slice(2);
  switch (step.slice(0, 1)) {
    case "f":
      return `.${rest}`;
    case "k": {
      const keys = Object.entries(parseJson(rest) as Record<string, Json>);
      return `[${keys.map(([name, value]) => `${name}=${valueText(value, number)}`).join(",")}]`;
    }
    case "v":
      return `[=${valueText(parseJson(rest), number)}]`;
    default:
      return `[${rest}]`;
  }
}

// The server reads the numbers in managed fields as float64.
function ownedNumber(value: number | bigint): string {
  return goFloat(Number(value));
}

function valueText(value: Json, number: (value: number | bigint) => string): string {
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, number)).join(",")}]`;
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, item]) => `${key}=${valueText(item, number)}`)
      .join("");
  }
  if (typeof value === "string") return goQuote(value);
  return typeof value === "number" || typeof value === "bigint" ? number(value) : String(value);
}

const kinds = ["f", "k", "v", "i"];

/** Entries in the order of `fieldsV1`: fields, items by their keys, items by value, places in lists. */
export function sortedBySteps<T>(entries: ReadonlyMap<Step, T>): (readonly [Step, T])[] {
  const sorted = [...entries];
  if (sorted.length < 2) return sorted;
  if (sorted.every(([step]) => step.startsWith("f:"))) return sorted.sort(([a], [b]) => compareText(a, b));
  const values = new Map(sorted.map(([step]) => [step, orderingValue(step)]));
  const valueOf = (step: Step): Json => values.get(step) ?? null;
  return sorted.sort(([a], [b]) => compareSteps(a, valueOf(a), b, valueOf(b)));
}

/** What a step that is no field is ordered by. */
function orderingValue(step: Step): Json {
  return step.startsWith("f:") ? null : parseJson(step.slice(2));
}

function compareSteps(a: Step, aValue: Json, b: Step, bValue: Json): number {
  const kind = a[0] ?? "";
  if (kind !== b[0]) return kinds.indexOf(kind) - kinds.indexOf(b[0] ?? "");
  if (kind === "f") return compareText(a, b);
  return kind === "k" ? compareKeys(aValue, bValue) : compareValues(aValue, bValue);
}

function compareKeys(a: Json, b: Json): number {
  if (!isObject(a) || !isObject(b)) return 0;
  const others = Object.entries(b);
  for (const [at, [name, value]] of Object.entries(a).entries()) {
    const other = others[at];
    if (other === undefined) return 1;
    const order = compareText(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return Object.keys(a).length - others.length;
}

/** Numbers, texts, truths, all else. */
function compareValues(a: Json, b: Json): number {
  const order = valueRank(a) - valueRank(b);
  if (order !== 0 || a === b) return order;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "object" || typeof b === "object") return compareText(goJson(a), goJson(b));
  return a < b ? -1 : 1;
}

function valueRank(value: Json): number {
  if (typeof value === "number" || typeof value === "bigint") return 0;
  if (typeof value === "string") return 1;
  if (typeof value === "boolean") return 2;
  if (Array.isArray(value)) return 3;
  return value === null ? 5 : 4;
}
