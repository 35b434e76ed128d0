/**
 * Values as the server's own language prints them, for messages that quote values and for names that are JSON.
 *
 * Source: Go's fmt (`%v`, `%#v`, `%q`) and encoding/json.
 */
import { isObject, stringifyJson, type Json } from "../json.js";

/** JSON as Go writes it: what HTML could take for markup is escaped. */
export function goJson(value: Json): string {
  const text =
    typeof value === "object" || typeof value === "bigint" ? stringifyJson(value) : JSON.stringify(value);
  return /[<>&\u2028\u2029]/.test(text) ? text.replaceAll(/[<>&\u2028\u2029]/g, unicodeEscape) : text;
}

/** `%q`: in quotes, with all that is not printable escaped. */
export function goQuote(text: string): string {
  return `"${text.replaceAll(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escape)}"`;
}

const short: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function escape(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function unicodeEscape(character: string): string {
  return `\\u${hex(character.charCodeAt(0), 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}

/** `%v` of a float64: 2500000 is `2.5e+06`. */
export function goFloat(value: number): string {
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 6)) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function goNumber(value: number | bigint): string {
  return typeof value === "bigint" || Number.isInteger(value) ? String(value) : goFloat(value);
}

/** `%v`: `map[a:[x <nil> true] b:1]`. */
export function goPlain(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goPlain).join(" ")}]`;
  if (isObject(value)) return `map[${sorted(value, (key, item) => `${key}:${goPlain(item)}`).join(" ")}]`;
  return typeof value === "number" || typeof value === "bigint" ? goNumber(value) : String(value);
}

/** `%#v`: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: Json): string {
  if (value === null) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isObject(value)) {
    const fields = sorted(value, (key, item) => `${goQuote(key)}:${goSyntax(item)}`);
    return `map[string]interface {}{${fields.join(", ")}}`;
  }
  if (typeof value === "string") return goQuote(value);
  return typeof value === "boolean" ? String(value) : goNumber(value);
}

/** `%T`. */
export function goType(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return typeof value === "bigint" || Number.isInteger(value) ? "int64" : "float64";
}

function sorted(value: Record<string, Json>, print: (key: string, item: Json) => string): string[] {
  return Object.keys(value)
    .sort(compareText)
    .map((key) => print(key, value[key] as Json));
}

/** Go's order of strings, which is that of their bytes in UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return codeRank(x) - codeRank(y);
  }
  return a.length - b.length;
}

/** A surrogate stands for a character beyond all others of 16 bits. */
function codeRank(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code;
}
