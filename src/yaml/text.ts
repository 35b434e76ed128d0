/** Text before it is YAML: lines and columns, and the characters that no manifest may hold. */
import type { Fault } from "./document.js";
import type { Place } from "../model.js";

/** A text in which an offset can be told as line and column. */
export interface Text {
  text: string;
  /** What `Place.source` says. */
  source: string;
  placeAt: (offset: number) => Place;
}

/**
 * Prepares a text: a byte order mark at its start, or at that of a document (files joined by `cat`), goes; CRLF
 * becomes LF. Neither moves a line or, but for the mark itself, a column.
 */
export function textOf(raw: string, source: string): Text {
  const unmarked = raw.startsWith("\ufeff") ? raw.slice(1) : raw;
  const lines = unmarked.includes("\r") ? unmarked.replaceAll("\r\n", "\n") : unmarked;
  const text = lines.includes("\ufeff") ? lines.replace(/^(---[^\n]*\n)\ufeff/gm, "$1") : lines;
  let starts: number[] | undefined;
  const placeAt = (offset: number): Place => {
    starts ??= lineStarts(text);
    const line = lineAt(starts, offset);
    return { source, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
  return { text, source, placeAt };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last line that starts at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

// What go-yaml calls control characters (its reader refuses them), lone surrogates, and what YAML 1.1 (kubectl)
// takes for a line break but YAML 1.2 does not. The second expression is the first one, for lack of lone surrogates.
const refused = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;
const maxReported = 10;

/** The characters that can't stand in a manifest, at most ten of them. */
export function badCharacters(text: string): Fault[] {
  const faults: Fault[] = [];
  for (const { 0: character, index } of text.matchAll(refused)) {
    faults.push({ code: "syntax", offset: index, ...describe(character) });
    if (faults.length === maxReported) break;
  }
  return faults;
}

function describe(character: string): { message: string; hint: string } {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const escape = `write it as "\\u${code}" in double quotes if it belongs there`;
  switch (code) {
    case "0000":
      return { message: "a NUL character (U+0000)", hint: "is this a text file? save it as UTF-8" };
    case "000D":
      return { message: "a carriage return without a line feed", hint: "end lines with LF or CRLF" };
    case "0085":
    case "2028":
    case "2029":
      return { message: `the character U+${code}, which kubectl reads as a line break`, hint: escape };
    case "FEFF":
      return {
        message: "a byte order mark (U+FEFF) in the middle of the text",
        hint: "remove it; was a file appended to another?",
      };
    default:
      return { message: `the character U+${code}, which YAML does not allow`, hint: escape };
  }
}
