/**
 * The plain block style in which nearly all manifests are written, read without tokens or a syntax tree: some ten
 * times as fast as the `yaml` package, which is what a cold start of a second is made of. Whatever is not that
 * style (anchors, tags, flow beyond a line, folded scalars, anything that may be an error) is left to readFull:
 * this reader never guesses and never complains. test/yaml holds the two against each other.
 */
import { type Json, type JsonObject, setKey } from "../json.js";
import { type Placed, type PlacedValue, maxDepth } from "./document.js";
import { nowhere, readFlow, readKey } from "./flow.js";
import { readBlockText, readPlainText } from "./block-scalars.js";
import { type Lines, bail, nextLine, onlyCommentFollows, skipSpaces } from "./lines.js";

/** Reads the text of one document, or answers undefined where it takes more than this reader knows. */
export function readBlock(text: string, places: boolean): PlacedValue | undefined {
  const lines: Lines = { text, places, at: 0, end: 0, indent: -1, next: 0 };
  try {
    nextLine(lines);
    const result = readNode(lines, 0);
    return lines.indent < 0 ? result : undefined;
  } catch (error) {
    if (error === bail) return undefined;
    throw error;
  }
}

function isDash({ text, at, end }: Lines): boolean {
  return text.charCodeAt(at) === 45 && (at + 1 === end || text.charCodeAt(at + 1) === 32);
}

/** A collection that starts on the current line, at its indent. */
function readNode(lines: Lines, depth: number): PlacedValue {
  if (depth > maxDepth) throw bail;
  return isDash(lines) ? readList(lines, depth) : readMap(lines, depth);
}

function readMap(lines: Lines, depth: number): PlacedValue {
  const { indent } = lines;
  const value: JsonObject = {};
  const offset = lines.at;
  const entries = lines.places ? new Map<string, Placed>() : undefined;
  while (lines.indent === indent && !isDash(lines)) {
    const keyAt = lines.at;
    const key = readKey(lines);
    if (key === undefined || Object.hasOwn(value, key)) throw bail;
    const item = readValue(lines, indent, keyAt, depth);
    if (key === "__proto__") setKey(value, key, item.value);
    else value[key] = item.value;
    entries?.set(key, { ...item.placed, key: keyAt });
  }
  if (lines.indent > indent || (lines.indent === indent && depth === 0)) throw bail;
  return { value, placed: entries === undefined ? nowhere : { offset, entries } };
}

/** The value of a key, whose colon has just been read. */
function readValue(lines: Lines, indent: number, keyAt: number, depth: number): PlacedValue {
  skipSpaces(lines);
  if (!onlyCommentFollows(lines)) return readScalar(lines, indent, depth);
  const offset = lines.at;
  nextLine(lines);
  if (lines.indent > indent || (lines.indent === indent && isDash(lines))) return below(lines, keyAt, depth);
  return { value: null, placed: lines.places ? { offset } : nowhere };
}

/** What stands below a key or a dash is placed there: that is the line to look at. */
function below(lines: Lines, offset: number, depth: number): PlacedValue {
  const { value, placed } = readNode(lines, depth + 1);
  return { value, placed: lines.places ? { ...placed, offset } : placed };
}

function readList(lines: Lines, depth: number): PlacedValue {
  const { indent } = lines;
  const value: Json[] = [];
  const items: Placed[] | undefined = lines.places ? [] : undefined;
  const offset = lines.at;
  while (lines.indent === indent && isDash(lines)) {
    const item = readItem(lines, indent, depth);
    value.push(item.value);
    items?.push(item.placed);
  }
  if (lines.indent > indent) throw bail;
  return { value, placed: items === undefined ? nowhere : { offset, items } };
}

/** What follows a dash. A collection on the dash's own line is indented by where it starts. */
function readItem(lines: Lines, indent: number, depth: number): PlacedValue {
  const dash = lines.at;
  lines.at += 1;
  skipSpaces(lines);
  if (onlyCommentFollows(lines)) {
    const offset = lines.at;
    nextLine(lines);
    if (lines.indent > indent) return readNode(lines, depth + 1);
    return { value: null, placed: lines.places ? { offset } : nowhere };
  }
  const start = lines.at;
  const isKey = readKey(lines) !== undefined;
  lines.at = start;
  if (!isKey && !isDash(lines)) return readScalar(lines, indent, depth);
  lines.indent = indent + (start - dash);
  return readNode(lines, depth + 1);
}

/** The scalar at the current position; the current line afterwards is the one that follows it. */
function readScalar(lines: Lines, indent: number, depth: number): PlacedValue {
  const placed = lines.places ? { offset: lines.at } : nowhere;
  switch (lines.text.charCodeAt(lines.at)) {
    case 124: // |
    case 62: // >
      return { value: readBlockText(lines, indent), placed };
    case 34: // "
    case 39: // '
    case 91: // [
    case 123: // {
      return readFlowValue(lines, indent, depth);
    default:
      return {
        value: readPlainText(lines, indent),
        placed: lines.places ? { ...placed, plain: true } : placed,
      };
  }
}

function readFlowValue(lines: Lines, indent: number, depth: number): PlacedValue {
  const result = readFlow(lines, indent, depth + 1);
  if (!onlyCommentFollows(lines)) throw bail;
  nextLine(lines);
  return result;
}
