/**
 * A text cut into documents, the way kubectl does it: at lines that start with `---`, before any YAML is parsed
 * (k8s.io/apimachinery/pkg/util/yaml, YAMLReader). No scalar can hold such a line: block scalars are indented,
 * and in a quoted scalar it is an error of YAML itself.
 */
import type { Fault } from "./document.js";

/** A document's text, and where in the whole text it starts. */
export interface Chunk {
  text: string;
  start: number;
  /** Offset of the first character that is neither white space nor comment, from the start of the whole text. */
  content: number;
}

/** The documents that have content; empty and comment-only ones are left out. */
export function splitDocuments(text: string): { chunks: Chunk[]; faults: Fault[] } {
  const chunks: Chunk[] = [];
  const faults: Fault[] = [];
  let start = 0;
  while (start <= text.length) {
    const marker = nextLine(text, "---", start);
    const end = marker < 0 ? text.length : marker;
    addChunk(text, start, end, chunks, faults);
    if (marker < 0) break;
    const next = text.indexOf("\n", marker);
    const rest = text.slice(marker + 3, next < 0 ? text.length : next).trim();
    if (rest !== "" && !rest.startsWith("#")) faults.push(textAfterMarker(text, marker));
    start = next < 0 ? text.length + 1 : next + 1;
  }
  return { chunks, faults };
}

/** The offset of the next line that starts with these characters, or -1. */
function nextLine(text: string, prefix: string, from: number): number {
  if (text.startsWith(prefix, from)) return from;
  const found = text.indexOf(`\n${prefix}`, from);
  return found < 0 ? -1 : found + 1;
}

function addChunk(text: string, start: number, end: number, chunks: Chunk[], faults: Fault[]): void {
  const close = endMarker(text, start, end);
  const content = firstContent(text, start, close);
  if (close < end) {
    const after = afterEnd(text, close, end);
    const directives = text.charAt(after) === "%" && text.indexOf("\n", close) < after;
    if (after >= 0) faults.push(directives ? directive(after) : textAfterEnd(after));
  }
  if (content < 0) return;
  if (text.startsWith("%", content)) {
    faults.push(directive(content));
    return;
  }
  chunks.push({ text: text.slice(start, close), start, content });
}

/** The offset of the line `...` that ends a document, or `end`. */
function endMarker(text: string, start: number, end: number): number {
  const chunk = text.slice(start, end);
  for (let at = nextLine(chunk, "...", 0); at >= 0; at = nextLine(chunk, "...", at + 3)) {
    if (at + 3 >= chunk.length || " \t\n".includes(chunk.charAt(at + 3))) return start + at;
  }
  return end;
}

/** The offset of the first content after the line `...` at `close`, further such lines skipped, or -1. */
function afterEnd(text: string, close: number, end: number): number {
  let after = firstContent(text, close + 3, end);
  while (after > 0 && /^\n\.\.\.(?:\s|$)/.test(text.slice(after - 1, after + 4)))
    after = firstContent(text, after + 3, end);
  return after;
}

/** The offset of the first character in a range that is neither white space nor comment, or -1. */
export function firstContent(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const character = text.charAt(at);
    if (character === "#") {
      const lineEnd = text.indexOf("\n", at);
      at = lineEnd < 0 ? end : lineEnd + 1;
    } else if (character === " " || character === "\n" || character === "\t") at += 1;
    else return at;
  }
  return -1;
}

function textAfterMarker(text: string, marker: number): Fault {
  const dashes = text.startsWith("----", marker);
  return {
    code: "syntax",
    offset: marker + 3,
    message: dashes
      ? "a line that starts with more than three dashes"
      : "text on the line of a document marker `---`",
    hint: dashes ? "a document marker is `---` alone on its line" : "start the document on the next line",
  };
}

function textAfterEnd(offset: number): Fault {
  return {
    code: "syntax",
    offset,
    message: "text after a document end `...`, which kubectl would drop without a word",
    hint: "start the next document with a line `---`",
  };
}

function directive(offset: number): Fault {
  return {
    code: "syntax",
    offset,
    message: "a YAML directive, which manifests can't use",
    hint: "remove the line that starts with %",
  };
}
