/** Quoted scalars, and flow collections that stand on one line and hold nothing unusual. */
import { type Json, type JsonObject, setKey } from "../json.js";
import { type Placed, type PlacedValue, maxDepth } from "./document.js";
import { type Lines, bail, skipSpaces, withoutTrailingSpaces } from "./lines.js";
import { plainKey, resolvePlain } from "./scalars.js";

export const nowhere: Placed = { offset: 0 };

/** The quoted scalar, list or mapping at the current position, which moves behind it. */
export function readFlow(lines: Lines, indent: number, depth: number): PlacedValue {
  if (depth > maxDepth) throw bail;
  const placed = lines.places ? { offset: lines.at } : nowhere;
  switch (lines.text.charCodeAt(lines.at)) {
    case 34: // "
    case 39: // '
      return { value: readQuoted(lines, indent), placed };
    case 91: // [
      return readList(lines, indent, depth);
    case 123: // {
      return readMap(lines, indent, depth);
    default:
      return { value: readWord(lines), placed: lines.places ? { ...placed, plain: true } : placed };
  }
}

const doubleQuoted = /"([^"\\\t]*(?:\\[nt"\\ \n][^"\\\t]*)*)"/y;
const singleQuoted = /'([^'\t]*(?:''[^'\t]*)*)'/y;

function readQuoted(lines: Lines, indent: number): string {
  const double = lines.text.charCodeAt(lines.at) === 34;
  const pattern = double ? doubleQuoted : singleQuoted;
  pattern.lastIndex = lines.at;
  const found = pattern.exec(lines.text);
  if (found === null) throw bail;
  lines.at += found[0].length;
  let text = found[1] ?? "";
  if (text.includes("\n")) text = unfold(lines, text, indent);
  if (!double) return text.replaceAll("''", "'");
  return text.includes("\\")
    ? text.replace(/\\(.)/g, (_all, letter: string) => escapes[letter] ?? letter)
    : text;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/**
 * A quoted text over several lines: a line feed is a space, and n blank lines are n line feeds. A backslash at the
 * end of a line joins it to the next one.
 */
function unfold(lines: Lines, raw: string, indent: number): string {
  const written = raw.split("\n");
  const deep = written.every(
    (row, at) =>
      at === 0 ||
      leadingSpaces(row) > indent ||
      (row.length === leadingSpaces(row) && at < written.length - 1),
  );
  if (!deep || /\\(?: +|\n *)\n/.test(raw)) throw bail;
  const [first = "", ...rows] = raw
    .replace(/\\(?:\n *|.)/g, (token) => (token.startsWith("\\\n") ? "" : token))
    .split("\n");
  const found = lines.text.indexOf("\n", lines.at);
  lines.end = found < 0 ? lines.text.length : found;
  lines.next = lines.end + 1;
  return rows.length === 0 ? first : withoutTrailingSpaces(first) + joined(rows);
}

/** The lines after the first one; the last one keeps its trailing spaces, since the quote ends it. */
function joined(rows: readonly string[]): string {
  let text = "";
  let blanks = 0;
  for (const [at, row] of rows.entries()) {
    const start = row.slice(leadingSpaces(row));
    const last = at === rows.length - 1;
    if (start === "" && !last) blanks += 1;
    else {
      text += (blanks === 0 ? " " : "\n".repeat(blanks)) + (last ? start : withoutTrailingSpaces(start));
      blanks = 0;
    }
  }
  return text;
}

function leadingSpaces(row: string): number {
  return row.search(/[^ ]|$/);
}

const word = /-{0,2}[A-Za-z0-9_./$][\w./$=-]*(?= *[,\]}])/y;

function readWord(lines: Lines): Json {
  word.lastIndex = lines.at;
  const found = word.exec(lines.text)?.[0];
  const value = found === undefined ? undefined : resolvePlain(found);
  if (found === undefined || value === undefined) throw bail;
  lines.at += found.length;
  return value;
}

function readList(lines: Lines, indent: number, depth: number): PlacedValue {
  const value: Json[] = [];
  const items: Placed[] | undefined = lines.places ? [] : undefined;
  const offset = lines.at;
  for (let open = start(lines, 93); open; open = goesOn(lines, 93)) {
    const item = readFlow(lines, indent, depth + 1);
    value.push(item.value);
    items?.push(item.placed);
  }
  return { value, placed: items === undefined ? nowhere : { offset, items } };
}

function readMap(lines: Lines, indent: number, depth: number): PlacedValue {
  const value: JsonObject = {};
  const entries = lines.places ? new Map<string, Placed>() : undefined;
  const offset = lines.at;
  for (let open = start(lines, 125); open; open = goesOn(lines, 125)) {
    const keyAt = lines.at;
    const key = readKey(lines);
    if (key === undefined || Object.hasOwn(value, key)) throw bail;
    skipSpaces(lines);
    const item = readFlow(lines, indent, depth + 1);
    setKey(value, key, item.value);
    entries?.set(key, { ...item.placed, key: keyAt });
  }
  return { value, placed: entries === undefined ? nowhere : { offset, entries } };
}

/** Passes an opening bracket. False when the collection is closed right away. */
function start(lines: Lines, close: number): boolean {
  lines.at += 1;
  skipSpaces(lines);
  if (lines.text.charCodeAt(lines.at) !== close) return true;
  lines.at += 1;
  return false;
}

/** Passes the comma or the closing bracket after an item. False when the collection is closed. */
function goesOn(lines: Lines, close: number): boolean {
  skipSpaces(lines);
  const code = lines.text.charCodeAt(lines.at);
  if (code !== 44 && code !== close) throw bail;
  lines.at += 1;
  if (code === close) return false;
  skipSpaces(lines);
  if (lines.text.charCodeAt(lines.at) !== close) return true;
  lines.at += 1; // a comma after the last item
  return false;
}

const simpleKey = /([A-Za-z0-9_./$][\w./$-]*)(?=:(?:[ \n]|$))/y;
const quotedKey = /"([^"\\\n\t]*)"(?=:(?:[ \n]|$))|'([^'\n\t]*)'(?=:(?:[ \n]|$))/y;

/** The key at the current position, which moves behind its colon; undefined where there is none. */
export function readKey(lines: Lines): string | undefined {
  const code = lines.text.charCodeAt(lines.at);
  const pattern = code === 34 || code === 39 ? quotedKey : simpleKey;
  pattern.lastIndex = lines.at;
  const found = pattern.exec(lines.text);
  if (found === null || found[0].length > 1000) return undefined;
  lines.at += found[0].length + 1;
  return pattern === quotedKey ? (found[1] ?? found[2]) : plainKey(found[0]);
}
