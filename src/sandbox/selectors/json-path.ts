/**
 * JSONPath as CRDs use it for columns and selectable fields.
 *
 * Source: client-go util/jsonpath/jsonpath.go, third_party/forked/golang/template/funcs.go.
 */
import { equalJson, getKey, isObject, stringifyJson, type Json } from "../../json.js";
import { goText } from "../patches/index.js";
import { parseJsonPath, type Step } from "./json-path-parse.js";

/** Finds the values at a path, in order. None where the path leads nowhere, or can't be followed. */
export type FindValues = (document: Json) => Json[];

/** Compiles a path without braces: `.status.conditions[?(@.type=="Ready")].status`. Undefined for one that is none. */
export function compileJsonPath(path: string): FindValues | undefined {
  const steps = parseJsonPath(path);
  return steps && ((document) => follow([document], steps) ?? []);
}

/** A value found as text, as a column of type string shows it. */
export function jsonPathText(value: Json): string {
  if (value === null) return "<no value>";
  return typeof value === "object" ? goJson(value) : goText(value);
}

/** JSON as Go writes it: keys in order, and nothing that HTML would mind. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (!isObject(value)) {
    return stringifyJson(value).replace(
      /[<>&\u2028\u2029]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${goJson(key)}:${goJson(getKey(value, key) ?? null)}`).join(",")}}`;
}

/** What is found from the values by all steps. Undefined is an error: a path that does not suit the values. */
function follow(values: Json[], steps: readonly Step[]): Json[] | undefined {
  let found: Json[] | undefined = values;
  for (const step of steps) {
    found = take(found, step);
    if (found === undefined) return undefined;
  }
  return found;
}

function take(values: Json[], step: Step): Json[] | undefined {
  switch (step.is) {
    case "field":
      return values.map((value) => getKey(value, step.name)).filter((value) => value !== undefined);
    case "wildcard":
      return values.flatMap(parts);
    case "recursive":
      return values.flatMap(descend);
    case "slice":
      return together(values.map((value) => slice(value, step)));
    case "union":
      return together(step.paths.map((path) => follow(values, path)));
    case "filter":
      return together(values.map((value) => filtered(value, (item) => passes(item, step))));
    case "having":
      return together(
        values.map((value) => filtered(value, (item) => (follow([item], step.path) ?? []).length > 0)),
      );
    case "literal":
      return values.map(() => step.value);
    case "word":
      return undefined;
  }
}

/** All lists as one, or the error that one of them is. */
function together(lists: (Json[] | undefined)[]): Json[] | undefined {
  return lists.every((list) => list !== undefined) ? lists.flat(1) : undefined;
}

function parts(value: Json): Json[] {
  return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
}

/** A value that has parts, and all such values in it. */
function descend(value: Json): Json[] {
  const inside = parts(value);
  return inside.length === 0 ? [] : [value, ...inside.flatMap(descend)];
}

function slice(value: Json, { from, to, by }: Extract<Step, { is: "slice" }>): Json[] | undefined {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const { length } = value;
  const start = from < 0 ? from + length : from;
  const last = to === "end" ? length : to === "one" ? from + 1 : to;
  const end = last < 0 || (last === 0 && to === "one") ? last + length : last;
  if (start === end) return [];
  if (start < 0 || start >= length || end < 0 || end > length || start > end || by <= 0) return undefined;
  return value.slice(start, end).filter((_item, at) => at % by === 0);
}

function filtered(value: Json, test: (item: Json) => boolean | undefined): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const results = value.map(test);
  return results.includes(undefined) ? undefined : value.filter((_item, at) => results[at]);
}

/** Whether an item passes; undefined is an error. What has nothing to compare does not. */
function passes(item: Json, { left, operator, right }: Extract<Step, { is: "filter" }>): boolean | undefined {
  const lefts = follow([item], left);
  if (lefts?.length === 0) return false;
  const rights = follow([item], right);
  if (lefts?.length === 1 && rights?.length === 0) return false;
  if (lefts?.length !== 1 || rights?.length !== 1) return undefined;
  return compare(lefts[0] as Json, operator, rights[0] as Json);
}

function compare(a: Json, operator: string, b: Json): boolean | undefined {
  const kind = kindOf(a);
  if (kind === undefined || kind !== kindOf(b)) return undefined;
  if (operator === "==") return equalJson(a, b);
  if (operator === "!=") return !equalJson(a, b);
  if (kind === "boolean" || a === null || b === null) return undefined;
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    default:
      return undefined;
  }
}

/** Only values of one kind compare: a whole number is none that has a fraction. */
function kindOf(value: Json): string | undefined {
  if (value === null || typeof value === "object") return undefined;
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "float";
  return typeof value;
}
