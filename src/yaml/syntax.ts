/** Syntax errors of the `yaml` package: which of them to tell, and where. The words are in syntax-words.ts. */
import { type Document, type ErrorCode, type Node, isCollection, isScalar, visit } from "yaml";
import type { Fault } from "./document.js";
import { type Mistake, wordsFor } from "./syntax-words.js";

/** The parts of a YAMLParseError that are used here. */
interface LibraryError {
  code: ErrorCode;
  message: string;
  pos: [number, number];
}

/** Errors after which the parser knows where it is: those that follow are true errors too. */
const recovers = new Set<ErrorCode>([
  "BAD_DQ_ESCAPE",
  "TAB_AS_INDENT",
  "KEY_OVER_1024_CHARS",
  "BAD_PROP_ORDER",
]);

/**
 * What is wrong with a document: of the errors that throw the parser off only the first, since those after it are
 * mostly guesses, and all others before it, one a line.
 */
export function syntaxFaults(document: Document, text: string): Fault[] {
  const faults: Fault[] = [];
  const lines = new Set<number>();
  const errors: LibraryError[] = [...document.errors];
  for (const error of errors.sort((a, b) => a.pos[0] - b.pos[0])) {
    const mistake = mistakeOf(error, document, text);
    const line = text.lastIndexOf("\n", mistake.offset - 1);
    const code = error.code === "RESOURCE_EXHAUSTION" ? "too-large" : "syntax";
    if (!lines.has(line)) faults.push({ code, offset: mistake.offset, ...wordsFor(mistake) });
    lines.add(line);
    if (!recovers.has(error.code)) break;
  }
  return faults;
}

/** An error with what stands around it; what is never closed is told where it is opened. */
function mistakeOf(error: LibraryError, document: Document, text: string): Mistake {
  const offset = Math.min(error.pos[0], text.length);
  const unclosed = /Missing closing ["']/.test(error.message)
    ? opening(document, offset, (node) => isScalar(node) && /^QUOTE/.test(node.type ?? ""))
    : /and end with a [\]}]/.test(error.message)
      ? opening(document, offset, (node) => isCollection(node) && node.flow === true)
      : undefined;
  const at = unclosed ?? offset;
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return {
    code: error.code,
    detail: error.message,
    offset: at,
    unclosed: unclosed !== undefined,
    before: text.slice(start, at),
    after: text.slice(at, end < 0 ? text.length : end),
    above: text.slice(text.lastIndexOf("\n", start - 2) + 1, Math.max(0, start - 1)),
  };
}

/** Where the last node of some sort starts that starts before an offset. */
function opening(document: Document, before: number, accepts: (node: Node) => boolean): number | undefined {
  let found: number | undefined;
  visit(document, {
    Node: (_key, node) => {
      const start = node.range?.[0];
      if (start !== undefined && start <= before && start >= (found ?? 0) && accepts(node)) found = start;
    },
  });
  return found;
}
