/** What variables were put into, so that problems speak of the manifest as it is written, and not of variables' values. */
import { type Json, stringifyJson } from "../json.js";
import type { Place, Problem } from "../model.js";
import { type Style, wayToType } from "./style.js";

/** What problems are to be told by. */
export type Filled = FilledValue | LeftKey;

/** A scalar with references: where it stands, how it is written, and what it became. */
export interface FilledValue {
  is: "value";
  place: Place;
  /** Where what it belongs to stands: a problem of an item of a list may show the values of the item. */
  parent: Place;
  /** Its key or index there. */
  key: string | number | undefined;
  written: string;
  value: Json;
  style: () => Style;
}

/** A key with a reference, which is left as it is: where it stands, and where its value does. */
export interface LeftKey {
  is: "key";
  places: readonly Place[];
  key: string;
}

/** Problems whose texts have what is written in place of what it became: a password may be among that. */
export function asWritten(problems: readonly Problem[], filled: readonly Filled[]): Problem[] {
  if (filled.length === 0) return [...problems];
  const byPlace = new Map<string, Set<Filled>>();
  for (const one of filled) {
    for (const place of one.is === "value" ? [one.place, one.parent] : one.places) {
      const there = byPlace.get(keyOf(place));
      if (there === undefined) byPlace.set(keyOf(place), new Set([one]));
      else there.add(one);
    }
  }
  return problems.map((problem) => [...(byPlace.get(keyOf(problem.place)) ?? [])].reduce(told, problem));
}

function told(problem: Problem, filled: Filled): Problem {
  if (filled.is === "key") return aboutKey(problem, filled);
  const message = asTwin(problem.message, filled);
  if (keyOf(problem.place) !== keyOf(filled.place)) return { ...problem, message };
  return { ...problem, message: withWritten(message, filled), hint: wayOut(problem, filled) };
}

function aboutKey(problem: Problem, { key }: LeftKey): Problem {
  if (!problem.message.includes(JSON.stringify(key))) return problem;
  return { ...problem, hint: "keys are never filled in, only values: write the key itself" };
}

function wayOut({ code, hint }: Problem, filled: FilledValue): string | undefined {
  if (hint === undefined) return undefined;
  const { key, written, value, style } = filled;
  if (hint === "remove the quotes") return wayToType(style(), key, written);
  // What is like a value tells it; an unknown field is told at its own name.
  if (hint.startsWith("did you mean ") && code !== "unknown-field") return undefined;
  const named = typeof value === "string" ? hint.replace(`-n ${value},`, () => `-n ${written},`) : hint;
  return withWritten(named, filled);
}

function keyOf({ source, line, column }: Place): string {
  return `${line}:${column}:${source}`;
}

const sameKey = /( has the same |, )(\S+) (?:"(?:[^"\\]|\\.)*"|[^\s",]+)(?=,| as )/g;

/** Where two items of a list are the same, the message is about the second, and shows by what key they are. */
function asTwin(text: string, { key, written, value }: FilledValue): string {
  if (!text.includes(" has the same ")) return text;
  const own = typeof key === "string" ? key : "value";
  const shown = typeof value === "string" ? JSON.stringify(written) : written;
  return text.replaceAll(sameKey, (all, before: string, name: string) =>
    name === own ? `${before}${name} ${shown}` : all,
  );
}

/** Only as messages show it: a string in quotes, long ones cut; a number or boolean first, after its type, or in quotes. */
function withWritten(text: string, { written, value }: FilledValue): string {
  if (typeof value === "string") {
    const said = text.replace(partOfPattern, (_all, why: string) => `${why}\`${written}\``);
    return [value, ...cuts(said, value)].reduce((all, one) => quotedAs(all, one, written), said);
  }
  const shown = stringifyJson(value);
  const what = `the ${typeof value === "boolean" ? "boolean" : "number"}`;
  const said = text.startsWith(`${shown} `) ? `${what} ${text}` : text;
  return quotedAs(said, shown, written).replaceAll(`${what} ${shown}`, () => `${what} in ${written}`);
}

/** What Go's regexp package says of a pattern, with the part that is wrong. */
const partOfPattern = /(error parsing regexp: [^`]*)`[^]*`/;

/** A text with another one in quotes, but where a rule says what a value must not be. */
function quotedAs(text: string, value: string, written: string): string {
  if (value === "") return text;
  const quoted = JSON.stringify(value);
  return text
    .split(quoted)
    .reduce((said, rest) => said + (said.endsWith("must not be ") ? quoted : JSON.stringify(written)) + rest);
}

/** The beginnings of a long value that a text shows, as `"abc..."`. */
function cuts(text: string, value: string): string[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*\.\.\."/g)]
    .map(([quoted]) => parsed(quoted))
    .filter((one) => one.length > 3 && value.startsWith(one.slice(0, -3)));
}

/** What is quoted; "" where two quotes only happen to stand around it. */
function parsed(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return "";
  }
}
