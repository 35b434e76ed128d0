/** What variables were put into, so that problems speak of the manifest as it is written, and of no variable's value. */
import { type Json, stringifyJson } from "../json.js";
import type { Place, Problem } from "../model.js";

/** A scalar with references: where it stands, how it is written, and what it became. */
export interface Filled {
  place: Place;
  written: string;
  value: Json;
}

/** Problems whose texts have what is written in place of what it became: a password may be among that. */
export function asWritten(problems: readonly Problem[], filled: readonly Filled[]): Problem[] {
  if (filled.length === 0) return [...problems];
  const byPlace = new Map(filled.map((one) => [keyOf(one.place), one]));
  return problems.map((problem) => {
    const found = byPlace.get(keyOf(problem.place));
    if (found === undefined) return problem;
    const { message, hint } = problem;
    return { ...problem, message: withWritten(message, found), hint: hint && wayOut(hint, found) };
  });
}

function wayOut(hint: string, filled: Filled): string {
  // Without them it would be no JSON: hints about quotes are for what is written there.
  if (filled.place.source.endsWith(".json") && hint.includes("quotes"))
    return "in JSON a reference is always text: write this manifest as YAML, where it takes its type without quotes";
  return withWritten(hint, filled);
}

function keyOf({ source, line, column }: Place): string {
  return `${line}:${column}:${source}`;
}

/** Only as messages show it: a string in quotes, long ones cut; a number or boolean after its type, or in quotes. */
function withWritten(text: string, { written, value }: Filled): string {
  const quotedWritten = JSON.stringify(written);
  if (typeof value === "string")
    return [value, ...cuts(text, value)].reduce(
      (said, one) => (one === "" ? said : said.replaceAll(JSON.stringify(one), () => quotedWritten)),
      text,
    );
  const shown = stringifyJson(value);
  const type = typeof value === "boolean" ? "boolean" : "number";
  return text
    .replaceAll(JSON.stringify(shown), () => quotedWritten)
    .replaceAll(`the ${type} ${shown}`, () => `the ${type} in ${written}`);
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
