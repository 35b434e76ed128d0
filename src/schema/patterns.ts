/**
 * The patterns of CRDs, compiled once each and matched as Go does: in time proportional to the text, whatever the
 * pattern. They are RE2, which JavaScript's engine reads otherwise (`\z`, `[[:alpha:]]`, `(?i)`) or backtracks on
 * without end. What RE2 does not know is not checked, and told.
 */
import type { RE2JS } from "re2js";

let compile: ((pattern: string) => RE2JS) | undefined;

/** Loads the engine: only a run with a CRD's schema needs it. */
export async function loadPatterns(): Promise<void> {
  if (compile !== undefined) return;
  const { RE2JS } = await import("re2js");
  compile = (pattern) => RE2JS.compile(pattern);
}

const compiled = new Map<string, RE2JS | { fault: string }>();

function get(pattern: string): RE2JS | { fault: string } {
  let result = compiled.get(pattern);
  if (result !== undefined) return result;
  if (compile === undefined) return { fault: "the engine for patterns is not loaded" };
  try {
    result = compile(pattern);
  } catch (error) {
    result = { fault: error instanceof Error ? error.message : String(error) };
  }
  compiled.set(pattern, result);
  return result;
}

/** Whether a text has the pattern in it; true for a pattern that can't be checked. */
export function findsPattern(pattern: string, text: string): boolean {
  const found = get(pattern);
  return "fault" in found || found.matcher(text).find();
}

/** Why a pattern can't be checked; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  const found = get(pattern);
  return "fault" in found ? found.fault : undefined;
}
