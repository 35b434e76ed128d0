/** How a single value is shown in a diff: on one line, or as a block of lines where it is a text of several. */
import { createHash } from "node:crypto";
import type { Json } from "../json.js";
import { emitYaml } from "../yaml/index.js";
import { escapeLine, isUnsafe } from "./escape.js";
import { quotedMask } from "./secrets.js";

/** `lines` is absent for what stands on one line; else `head` is the header of the block, as `|-`. */
export interface Shown {
  head: string;
  lines?: readonly Line[];
}

export interface Line {
  /** The line itself: what is compared. */
  raw: string;
  /** The same, fit to print. */
  text: string;
}

/**
 * A value as YAML would have it, except where that is hard to read: a text of several lines is always a block, and what
 * a block can't hold is spelled out. Where `encoded`, base64 of text is shown as that text, and long base64 of anything
 * else as its size and fingerprint. A comment says so, since neither is the value itself.
 * `redact` takes known secrets out of what was decoded.
 */
export function showValue(value: Json, encoded: boolean, redact: (text: string) => string): Shown {
  if (typeof value !== "string") return { head: oneLine(value) };
  const decoded = encoded ? decode(value) : undefined;
  if (decoded === undefined) return showText(value, []);
  if (typeof decoded !== "string") return { head: fingerprint(decoded) };
  return showText(redact(decoded), ["base64"]);
}

/** Base64 up to this long stays as it is, unless it is a text of several lines. */
const longest = 80;

/** Text for base64 of text that is better read decoded, bytes for long base64 of anything else. */
function decode(value: string): string | Buffer | undefined {
  const packed = value.replace(/\s+/g, "");
  if (packed === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  const bytes = Buffer.from(packed, "base64");
  if (bytes.toString("base64") !== packed) return undefined;
  const text = printable(bytes);
  if (text?.includes("\n") === true) return text;
  return packed.length > longest ? (text ?? bytes) : undefined;
}

function printable(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[^\P{Cc}\t\n\r]/u.test(text) ? undefined : text;
  } catch {
    return undefined; // no UTF-8
  }
}

function fingerprint(bytes: Buffer): string {
  const size = bytes.length.toLocaleString("en-US");
  return `<${size} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}>`;
}

function showText(text: string, notes: readonly string[]): Shown {
  // A text of nothing but line feeds is no block in YAML either.
  if (!/[^\n]/.test(text) || !text.includes("\n")) return { head: oneLine(text) + comment(notes) };
  const hasCrlf = /^(?:[^\r\n]*\r\n)+[^\r\n]*$/.test(text);
  const body = hasCrlf ? text.replaceAll("\r\n", "\n") : text;
  const lines = blockLines(body).map((raw) => ({ raw, text: escapeLine(raw) }));
  const told = [...notes];
  if (hasCrlf) told.push("CRLF");
  if (lines.some(({ raw, text: shown }) => raw !== shown)) told.push("with escapes");
  return { head: blockHeader(body) + comment(told), lines };
}

function comment(notes: readonly string[]): string {
  return notes.length === 0 ? "" : `  # ${notes.join(", ")}`;
}

/** As `emitYaml` has it: the indent is told where the first line does not tell it. */
function blockHeader(text: string): string {
  const trailing = trailingFeeds(text);
  return `|${/^[ \t\n]/.test(text) ? "2" : ""}${trailing === 0 ? "-" : trailing === 1 ? "" : "+"}`;
}

function blockLines(text: string): string[] {
  const lines = text.split("\n");
  return trailingFeeds(text) === 0 ? lines : lines.slice(0, -1);
}

function trailingFeeds(text: string): number {
  return /\n*$/.exec(text)?.[0].length ?? 0;
}

/** A key, or a value that stands on one line, as YAML; a mask is shown without the quotes that YAML gives it. */
export function oneLine(value: Json): string {
  const text = emitYaml(value).slice(0, -1).replace(quotedMask, "$2");
  return isUnsafe(text) || text.includes("\t") ? escapeLine(text) : text;
}
