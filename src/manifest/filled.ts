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

function withWritten(text: string, { written, value }: Filled): string {
  const shown = typeof value === "string" ? value : stringifyJson(value);
  if (shown === "") return text;
  const pattern = new RegExp(`(?<![\\w$])${shown.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "g");
  return text.replace(pattern, () => written);
}
