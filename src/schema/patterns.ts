/** The patterns of schemas, compiled once each. */
import { compilePattern, type Pattern } from "./re2.js";

const compiled = new Map<string, Pattern | { fault: string }>();

function get(pattern: string): Pattern | { fault: string } {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let result: Pattern | { fault: string };
  try {
    result = compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    result = { fault: error.message };
  }
  compiled.set(pattern, result);
  return result;
}

/** Whether a text has the pattern in it; true for a pattern that can't be checked. */
export function findsPattern(pattern: string, text: string): boolean {
  const found = get(pattern);
  return "fault" in found || found.test(text);
}

/** Why a pattern can't be checked; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  const found = get(pattern);
  return "fault" in found ? found.fault : undefined;
}
