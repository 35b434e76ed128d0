/** JSON to YAML text in block style, for people to read and for any YAML reader to read back. */
import { type Json, type JsonObject, isObject } from "../json.js";
import { staysString } from "./scalars.js";

/**
 * Writes a value as YAML: block style with lists at the indent of their key, as kubectl writes them, keys in their
 * order, text of several lines as `|` blocks. Quotes whatever YAML 1.1 or 1.2, kubectl included, could take for
 * something else than text (`yes`, `0644`, `1:30`, `~`). Ends with a line feed.
 */
export function emitYaml(value: Json): string {
  const lines = isCollection(value) ? linesOf(value, "") : [scalarText(value)];
  return `${lines.join("\n")}\n`;
}

/** A collection with something in it: others are written on one line. */
function isCollection(value: Json): value is Json[] | JsonObject {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function linesOf(value: Json[] | JsonObject, indent: string): string[] {
  const lines: string[] = [];
  if (Array.isArray(value)) for (const item of value) pushItem(lines, item, indent);
  else for (const key of Object.keys(value)) pushEntry(lines, key, value[key] ?? null, indent);
  return lines;
}

function pushItem(lines: string[], item: Json, indent: string): void {
  if (isCollection(item)) {
    const [first = "", ...rest] = linesOf(item, `${indent}  `);
    lines.push(`${indent}- ${first.slice(indent.length + 2)}`);
    for (const line of rest) lines.push(line);
  } else pushScalar(lines, `${indent}-`, item, `${indent}  `);
}

function pushEntry(lines: string[], key: string, value: Json, indent: string): void {
  const head = keyHead(lines, key, indent);
  if (isCollection(value)) {
    lines.push(head);
    for (const line of linesOf(value, Array.isArray(value) ? indent : `${indent}  `)) lines.push(line);
  } else pushScalar(lines, head, value, `${indent}  `);
}

/** What stands before a value. Keys of more than 1024 characters are only allowed behind a `?`. */
function keyHead(lines: string[], key: string, indent: string): string {
  const text = lineText(key);
  if (text.length < 1000) return `${indent}${text}:`;
  lines.push(`${indent}? ${text}`);
  return `${indent}:`;
}

function pushScalar(lines: string[], head: string, value: Json, indent: string): void {
  if (typeof value === "string" && fitsBlock(value)) {
    const [header, ...rows] = blockOf(value);
    lines.push(`${head} ${header}`);
    for (const row of rows) lines.push(row === "" ? "" : `${indent}${row}`);
  } else lines.push(`${head} ${scalarText(value)}`);
}

// Characters that a block or plain scalar can't hold as they are; the same that badCharacters refuses, and tabs.
const needsEscape = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/** Whether a text is better written as a `|` block: several lines, and no line that readers disagree about. */
function fitsBlock(text: string): boolean {
  const hasLines = text.includes("\n") && /[^\n]/.test(text);
  return hasLines && !needsEscape.test(text) && !/^[ \t]+$/m.test(text);
}

/** The header and the lines of a `|` block. The indent is told where the first line does not tell it. */
function blockOf(text: string): string[] {
  const trailing = /\n*$/.exec(text)?.[0].length ?? 0;
  const body = text.slice(0, text.length - trailing);
  const told = /^[ \t\n]/.test(text) ? "2" : "";
  const chomping = trailing === 0 ? "-" : trailing === 1 ? "" : "+";
  const blanks = Array.from({ length: Math.max(0, trailing - 1) }, () => "");
  return [`|${told}${chomping}`, ...body.split("\n"), ...blanks];
}

function scalarText(value: Json): string {
  if (typeof value === "string") return lineText(value);
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return "[]";
  return isObject(value) ? "{}" : String(value);
}

/** A whole number beyond 2^53 came from a float: as plain digits it would be an integer, and another value. */
function numberText(value: number): string {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return value.toExponential();
  return String(value);
}

/** A text on one line: plain where nobody can misread it, else in double quotes. */
function lineText(text: string): string {
  return isPlain(text) ? text : quoted(text);
}

// Starts with a letter, digit or one of the harmless signs, or with a dash that starts no list item and no marker.
const plain = /^(?:[\p{L}\p{N}_./$()^+~<;\\]|-(?=[^\s-]|-[^\s-]))[^\t\n]*$/u;
const numberLike = /^[-+.]?[0-9][-+.,:_0-9a-fA-FoOxXeE]*$|^[-+]?\.(?:inf|nan)$|^[0-9]{4}-[0-9]+-[0-9]+/i;
const wordLike = /^(?:y|n|yes|no|on|off|true|false|null|~|<<|=|\.\.\.|)$/i;

function isPlain(text: string): boolean {
  if (!plain.test(text) || needsEscape.test(text)) return false;
  if (/: | #|[: ]$|^\.\.\.(?:$|\s)/.test(text)) return false;
  return staysString(text) && !numberLike.test(text) && !wordLike.test(text);
}

/** JSON's quotes, with what YAML does not allow raw escaped too. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
