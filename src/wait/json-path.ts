/**
 * JSONPath as `kubectl wait` takes it, as far as it leads to one value: fields, indexes, `[*]`, quoted names, filters.
 *
 * Source: client-go util/jsonpath/{parser,jsonpath}.go. Where it differs: a quoted name is one key whatever dots it
 * has; `$` stands for the object; an index beyond the end finds nothing, where kubectl gives up.
 */
import { KapplyError } from "../errors.js";
import { getKey, isObject } from "../json.js";
import type { Json } from "../json.js";

/** A step from values to the values that it finds in each. */
export type Step =
  | { is: "field"; name: string }
  | { is: "every" }
  | { is: "index"; at: number }
  /** The items of a list that have something at a path, or a value that compares so. */
  | { is: "filter"; path: readonly Step[]; test?: Test | undefined };

interface Test {
  operator: Operator;
  value: string | number | boolean;
}

type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** What may stand at one place of a path, and the steps that it makes. */
type Reader = readonly [pattern: RegExp, steps: (match: RegExpExecArray, whole: string) => Step[]];

const name = String.raw`((?:\\[^]|[^\\ \t\r\n.,[\]$@{}=!<>])+)`;
const quoted = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`;

const readers: readonly Reader[] = [
  [/\.\*|\[\s*\*\s*\]/y, () => [{ is: "every" }]],
  [new RegExp(String.raw`\.${name}`, "y"), ([, text = ""]) => [{ is: "field", name: unescaped(text) }]],
  [/\.(?=\[)/y, () => []],
  [
    new RegExp(String.raw`\[\s*(${quoted})\s*\]`, "y"),
    ([, text = ""]) => [{ is: "field", name: unquoted(text) }],
  ],
  [/\[\s*(-?\d+)\s*\]/y, ([, text = ""]) => [{ is: "index", at: Number(text) }]],
  [
    new RegExp(String.raw`\[\?\(((?:[^"')]|${quoted})*)\)\]`, "y"),
    ([, text = ""], whole) => [filterOf(text, whole)],
  ],
];

/**
 * The steps of a path, with or without braces, `$` and the first dot.
 * @throws KapplyError `usage` that shows where it can't be read.
 */
export function parseJsonPath(text: string): Step[] {
  const inner = /^\{([^]*)\}$/.exec(text.trim())?.[1] ?? text;
  const path = inner.trim().replace(/^[$@](?=[.[]|$)/, "");
  if (path === "") throw unreadable(text, "it is empty");
  return stepsOf(/^[.[]/.test(path) ? path : `.${path}`, text);
}

function stepsOf(path: string, whole: string): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < path.length;) {
    const [length, found] = stepAt(path, at, whole);
    steps.push(...found);
    at += length;
  }
  return steps;
}

function stepAt(path: string, at: number, whole: string): [length: number, steps: Step[]] {
  for (const [pattern, steps] of readers) {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    if (match !== null) return [match[0].length, steps(match, whole)];
  }
  if (path.startsWith("..", at)) throw unreadable(whole, "recursive descent (..) is not supported");
  throw unreadable(whole, `it can't be read from ${JSON.stringify(path.slice(at))} on`);
}

function unreadable(path: string, why: string): KapplyError {
  return new KapplyError("usage", `--for=jsonpath=${path}: ${why}`, {
    hint: `write it as {.status.phase}, {.items[0].name}, {.metadata.labels['a.b/c']} or {.status.conditions[?(@.type=="Ready")].status}`,
  });
}

function unescaped(text: string): string {
  return text.replace(/\\([^])/g, "$1");
}

function unquoted(text: string): string {
  return unescaped(text.slice(1, -1));
}

const comparison = new RegExp(String.raw`^\s*(@?[^!<>=]*?)\s*(?:([!<>=]+)\s*(${quoted}|[^"'\s]+)\s*)?$`);
const operators: readonly string[] = ["==", "!=", "<", "<=", ">", ">="] satisfies Operator[];

function isOperator(text: string): text is Operator {
  return operators.includes(text);
}

function filterOf(text: string, whole: string): Step {
  const [all, left = "", operator, right = ""] = comparison.exec(text) ?? [];
  if (all === undefined) throw unreadable(whole, `the filter ${text} is no comparison`);
  const inner = left.replace(/^@/, "");
  const path = inner === "" ? [] : stepsOf(/^[.[]/.test(inner) ? inner : `.${inner}`, whole);
  if (operator === undefined) return { is: "filter", path };
  if (!isOperator(operator))
    throw unreadable(whole, `${operator} in a filter is none of ${operators.join(" ")}`);
  return { is: "filter", path, test: { operator, value: literal(right, whole) } };
}

function literal(text: string, whole: string): string | number | boolean {
  if (/^["']/.test(text)) return unquoted(text);
  if (text === "true" || text === "false") return text === "true";
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw unreadable(whole, `${text} in a filter needs quotes`);
}

/** The values at a path, in order; none where it leads nowhere. */
export function findValues(document: Json, steps: readonly Step[]): Json[] {
  return steps.reduce<Json[]>((values, step) => values.flatMap((value) => take(value, step)), [document]);
}

function take(value: Json, step: Step): Json[] {
  switch (step.is) {
    case "field": {
      const found = getKey(value, step.name);
      return found === undefined ? [] : [found];
    }
    case "every":
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    case "index": {
      const found = Array.isArray(value) ? value.at(step.at) : undefined;
      return found === undefined ? [] : [found];
    }
    case "filter":
      return Array.isArray(value)
        ? value.filter((item) => passes(findValues(item, step.path), step.test))
        : [];
  }
}

/** What compares is one value, with one of its own type. */
function passes(found: readonly Json[], test: Test | undefined): boolean {
  if (test === undefined) return found.length > 0;
  const [value] = found;
  if (found.length !== 1 || value === undefined) return false;
  if (typeof value === "number" || typeof value === "bigint")
    return typeof test.value === "number" && holds(Math.sign(Number(value) - test.value), test.operator);
  if (typeof value === "string" && typeof test.value === "string")
    return holds(value === test.value ? 0 : value < test.value ? -1 : 1, test.operator);
  if (typeof value === "boolean" && typeof test.value === "boolean")
    return holds(value === test.value ? 0 : Number.NaN, test.operator);
  return false;
}

/** Whether an operator holds for a left side that is smaller (-1), the same (0) or greater (1); NaN: just another. */
function holds(order: number, operator: Operator): boolean {
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
