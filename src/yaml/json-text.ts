/** Strict JSON (RFC 8259), read with places: what JSON.parse forgives or hides (duplicate keys) is a fault. */
import { type Json, type JsonObject, setKey } from "../json.js";
import { type Fault, type Placed, type PlacedValue, atKey, maxDepth } from "./document.js";
import { duplicateKey, halfSurrogate, tooDeep, unfitNumber } from "./faults.js";
import { fits, simplest } from "./scalars.js";

/** One JSON value of a text. */
export interface JsonValue extends PlacedValue {
  start: number;
}

/** Thrown within this file only, to leave the recursion at the first thing that is not JSON. */
class NotJson extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

interface Reader {
  text: string;
  at: number;
  /** Faults that reading survives. */
  faults: Fault[];
  /** Whether places are kept; without them, reading is faster and every `placed` is that of its document. */
  places: boolean;
}

const nowhere: Placed = { offset: 0 };

/**
 * Reads JSON values one after the other, white space between them. Reading stops at the first thing that is not
 * JSON: `stopped` tells it, and `values` has what came before.
 */
export function readJsonValues(
  text: string,
  places: boolean,
  from = 0,
): { values: JsonValue[]; faults: Fault[]; stopped: Fault | undefined } {
  const reader: Reader = { text, at: from, faults: [], places };
  const values: JsonValue[] = [];
  try {
    skipSpace(reader);
    while (reader.at < text.length) {
      const start = reader.at;
      values.push({ start, ...readValue(reader, 0) });
      skipSpace(reader);
    }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { values, faults: reader.faults, stopped: error.fault };
  }
  return { values, faults: reader.faults, stopped: undefined };
}

function skipSpace(reader: Reader): void {
  const { text } = reader;
  for (;;) {
    const code = text.charCodeAt(reader.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    reader.at += 1;
  }
}

function readValue(reader: Reader, depth: number): PlacedValue {
  const offset = reader.at;
  if (depth > maxDepth) throw new NotJson(tooDeep(offset));
  const character = reader.text.charAt(offset);
  if (character === "{") return readObject(reader, depth);
  if (character === "[") return readArray(reader, depth);
  const placed = reader.places ? { offset } : nowhere;
  if (character === '"') return { value: readString(reader), placed };
  return { value: readWord(reader), placed };
}

function readObject(reader: Reader, depth: number): { value: JsonObject; placed: Placed } {
  const value: JsonObject = {};
  const entries = reader.places ? new Map<string, Placed>() : undefined;
  const offset = reader.at;
  reader.at += 1;
  for (let first = true; ; first = false) {
    skipSpace(reader);
    if (first && take(reader, "}")) break;
    const keyOffset = reader.at;
    if (reader.text.charAt(keyOffset) !== '"') throw unexpected(reader, "a key in double quotes");
    const key = readString(reader);
    if (Object.hasOwn(value, key))
      reader.faults.push(duplicateKey(key, keyOffset, entries?.get(key)?.offset));
    skipSpace(reader);
    if (!take(reader, ":")) throw unexpected(reader, "a colon");
    skipSpace(reader);
    const item = readValue(reader, depth + 1);
    setKey(value, key, item.value);
    entries?.set(key, atKey(reader.text, keyOffset, item.placed));
    skipSpace(reader);
    if (take(reader, ",")) continue;
    if (take(reader, "}")) break;
    throw unexpected(reader, "a comma or }");
  }
  return { value, placed: entries === undefined ? nowhere : { offset, entries } };
}

function readArray(reader: Reader, depth: number): { value: Json[]; placed: Placed } {
  const value: Json[] = [];
  const items: Placed[] | undefined = reader.places ? [] : undefined;
  const offset = reader.at;
  reader.at += 1;
  for (let first = true; ; first = false) {
    skipSpace(reader);
    if (first && take(reader, "]")) break;
    const item = readValue(reader, depth + 1);
    value.push(item.value);
    items?.push(item.placed);
    skipSpace(reader);
    if (take(reader, ",")) continue;
    if (take(reader, "]")) break;
    throw unexpected(reader, "a comma or ]");
  }
  return { value, placed: items === undefined ? nowhere : { offset, items } };
}

function take(reader: Reader, character: string): boolean {
  if (reader.text.charAt(reader.at) !== character) return false;
  reader.at += 1;
  return true;
}

function readString(reader: Reader): string {
  const { text, at: start } = reader;
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && backslashesBefore(text, end) % 2 === 1) end = text.indexOf('"', end + 1);
  if (end < 0)
    throw new NotJson({ code: "syntax", offset: start, message: "a string without a closing quote" });
  reader.at = end + 1;
  let value: string;
  try {
    value = JSON.parse(text.slice(start, end + 1)) as string;
  } catch {
    throw new NotJson({
      code: "syntax",
      offset: start,
      message: "a string with a line break, a control character or an escape that JSON does not have",
      hint: "escape line breaks as \\n, tabs as \\t and backslashes as \\\\; is its closing quote missing?",
    });
  }
  if (/\p{Surrogate}/u.test(value)) reader.faults.push(halfSurrogate(start));
  return value;
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (text.charCodeAt(at - 1 - count) === 92) count += 1;
  return count;
}

const word = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w.+-])/y;

function readWord(reader: Reader): Json {
  word.lastIndex = reader.at;
  const found = word.exec(reader.text)?.[0];
  if (found === undefined) throw unexpected(reader, "a value");
  const offset = reader.at;
  reader.at += found.length;
  if (found === "true") return true;
  if (found === "false") return false;
  if (found === "null") return null;
  return readNumber(reader, found, offset);
}

function readNumber(reader: Reader, text: string, offset: number): Json {
  if (/^-?[0-9]{16,}$/.test(text)) {
    const value = BigInt(text);
    if (fits(value)) return simplest(value);
    reader.faults.push(unfitNumber(offset));
    return null;
  }
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  reader.faults.push(unfitNumber(offset));
  return null;
}

function unexpected(reader: Reader, expected: string): NotJson {
  const offset = reader.at;
  const found = reader.text.charAt(offset);
  if (found === "")
    return new NotJson({
      code: "syntax",
      offset,
      message: `the end of the text where ${expected} is expected`,
    });
  const comma =
    (found === "}" || found === "]" || found === ",") &&
    /,\s*$/.test(reader.text.slice(Math.max(0, offset - 80), offset));
  if (comma)
    return new NotJson({
      code: "syntax",
      offset,
      message: `a comma before \`${found}\``,
      hint: "JSON has no trailing comma: remove it",
    });
  const hint =
    found === "/" || found === "#"
      ? "JSON has no comments: remove it, or name the file .yaml"
      : found === "'"
        ? "JSON has double quotes only"
        : undefined;
  return new NotJson({ code: "syntax", offset, message: `\`${found}\` where ${expected} is expected`, hint });
}
