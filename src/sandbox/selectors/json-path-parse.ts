/**
 * Reading JSONPath as Kubernetes writes it: without braces, without ranges.
 *
 * Source: client-go util/jsonpath/parser.go.
 */
import type { Json } from "../../json.js";

/** A step from values to the values that it finds in each. */
export type Step =
  | { is: "field"; name: string }
  | { is: "wildcard" }
  | { is: "recursive" }
  | { is: "slice"; from: number; to: SliceEnd; by: number }
  | { is: "union"; paths: Step[][] }
  | { is: "filter"; left: Step[]; operator: string; right: Step[] }
  /** A filter for what has something at a path. */
  | { is: "having"; path: Step[] }
  | { is: "literal"; value: Json }
  /** A word that is no field: it parses, and evaluates to an error. */
  | { is: "word" };

/** Where a slice ends: before an index, at the end of the list, or after the one item that was asked for. */
export type SliceEnd = number | "end" | "one";

/** What a step is at the beginning of a text: how long it is there, and what it means. */
type Reader = (text: string) => { length: number; steps: Step[] } | undefined;

/** The steps of a path, or undefined for one that the server would not parse. */
export function parseJsonPath(text: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const found = first(readers, rest);
    if (found === undefined) return undefined;
    if (found.steps[0]?.is === "recursive" && steps.at(-1)?.is === "recursive") return undefined;
    steps.push(...found.steps);
    rest = rest.slice(found.length);
  }
  return steps;
}

function first(all: readonly Reader[], text: string): ReturnType<Reader> {
  for (const reader of all) {
    const found = reader(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A reader for what a pattern matches; `steps` gives undefined for what does not parse after all. */
function reads(pattern: RegExp, steps: (...groups: string[]) => Step[] | undefined): Reader {
  return (text) => {
    const [all, ...groups] = pattern.exec(text) ?? [];
    const read = all === undefined ? undefined : steps(...groups);
    return read === undefined ? undefined : { length: all?.length ?? 0, steps: read };
  };
}

/** The characters of a name: a backslash takes the next for one of them. */
const name = String.raw`((?:\\[^]|[^\\ \t\r\n.,[\]$@{}])*)`;

const readers: readonly Reader[] = [
  reads(/^[ @$]/, () => []),
  reads(new RegExp(String.raw`^\.\.(?![\p{L}\p{Nd}_])`, "u"), () => [{ is: "recursive" }]),
  reads(new RegExp(String.raw`^\.\.${name}`), (text = "") => [{ is: "recursive" }, ...field(text)]),
  reads(new RegExp(String.raw`^\.${name}`), (text = "") => field(text)),
  readFilter,
  reads(/^\[(?!\?\()([^\]\n]*)\]/, (text = "") => subscript(text)),
  reads(/^("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')/, (text = "") => [
    { is: "literal", value: text.slice(1, -1).replace(/\\([^])/g, "$1") },
  ]),
  reads(/^([+-]?[0-9]+(?:\.[0-9]*)?)(?![0-9.])/, (text = "") => [{ is: "literal", value: Number(text) }]),
  reads(new RegExp(String.raw`^(?=[\p{L}_])${name}`, "u"), (text = "") => [
    text === "true" || text === "false" ? { is: "literal", value: text === "true" } : { is: "word" },
  ]),
];

function field(text: string): Step[] {
  return [text === "*" ? { is: "wildcard" } : { is: "field", name: text.replaceAll("\\", "") }];
}

/** What stands in brackets: an index, a slice, `*`, a quoted name, or several of these. */
function subscript(text: string): Step[] | undefined {
  const parts = text.split(",");
  if (parts.length > 1) {
    const paths = parts.map((part) => parseJsonPath(`[${part.trim()}]`));
    return paths.every((path) => path !== undefined) ? [{ is: "union", paths }] : undefined;
  }
  const key = /^'([^']*)'$/.exec(text)?.[1];
  if (key !== undefined) return parseJsonPath(`.${key}`);
  const [all, from = "", to, by] =
    /^(-?[0-9]*)(?::(-?[0-9]*))?(?::(-?[0-9]*))?$/.exec(text === "*" ? ":" : text) ?? [];
  if (all === undefined || [from, to, by].includes("-")) return undefined;
  const end = to === undefined ? "one" : to === "" ? "end" : Number(to);
  return [{ is: "slice", from: Number(from), to: end, by: by === undefined || by === "" ? 1 : Number(by) }];
}

/** `[?(@.type=="Ready")]`; the bracket that ends it is the first outside of quotes. */
function readFilter(text: string): ReturnType<Reader> {
  const [all, condition = ""] =
    /^\[\?\(((?:[^"')\n]|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')*)\)\]/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const [compared, before = "", operator = "", after = ""] =
    /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(condition) ?? [];
  const left = parseJsonPath(compared === undefined ? condition : before);
  const right = parseJsonPath(after);
  if (left === undefined || right === undefined) return undefined;
  const step: Step =
    compared === undefined ? { is: "having", path: left } : { is: "filter", left, operator, right };
  return { length: all.length, steps: [step] };
}
