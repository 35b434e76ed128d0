/** Finds known secret values in text, in every spelling that a message may have them in. */

import { createPrefixes, type Found } from "./prefixes.js";

/** Replaces known values in text. */
export interface Redactor {
  /** Takes note of a value (as bytes) and of what to say in its place. */
  add: (bytes: Buffer, mask: string) => void;
  /** Takes note of a word that is public, since it names something: it is never taken for a secret. */
  addPublic: (word: string) => void;
  /** For messages: every value of four characters or more, and pieces of long ones. */
  message: (text: string) => string;
  /** For the text of objects, where a short plain word that is also a password would blind a diff. */
  content: (text: string) => string;
}

interface Entry {
  text: string;
  mask: string;
  /** Distinct enough to be looked for in objects too, not in messages alone. */
  distinct: boolean;
}

const shortest = 4;
/** Under this, a value counts only as a whole word: `root` is not hidden in `rooted`. */
const wordLength = 8;
/** So many characters in common with the start of a value are a value that was cut off. */
const pieceLength = 16;
/** Values longer than this get no further spellings and no pieces by line: messages cut long before. */
const longValue = 16_384;

const publicWords = ["true", "false", "null", "none", "default", "http", "https", "localhost"];

export function createRedactor(): Redactor {
  const known = createPrefixes<Entry>();
  const open = new Set(publicWords);

  const put = (text: string, mask: string, distinct: boolean): void => {
    if (text.length >= shortest) known.add(text, { text, mask, distinct });
  };
  const wholeAt = (text: string, at: number, inMessage: boolean): Found<Entry> | undefined =>
    known.longestAt(
      text,
      at,
      (entry, length) =>
        (inMessage || entry.distinct) && !open.has(entry.text) && standsAlone(text, at, length),
    );
  const pieceAt = (text: string, at: number): Found<Entry> | undefined => {
    const found = known.agreesAt(text, at);
    return found !== undefined && found.length >= pieceLength ? found : undefined;
  };

  const replace = (text: string, inMessage: boolean): string => {
    let out = "";
    let copied = 0;
    for (let at = 0; at + shortest <= text.length; at++) {
      const whole = wholeAt(text, at, inMessage);
      const piece = inMessage ? pieceAt(text, at) : undefined;
      const found = piece !== undefined && piece.length > (whole?.length ?? 0) ? piece : whole;
      if (found === undefined) continue;
      out += text.slice(copied, at) + found.value.mask;
      copied = at + found.length + paddingAt(text, at + found.length);
      at = copied - 1;
    }
    return out + text.slice(copied);
  };

  return {
    add: (bytes, mask) => {
      const text = asText(bytes);
      const distinct = text === undefined || isDistinct(text);
      for (const spelling of spellings(bytes, text)) put(spelling, mask, distinct);
      for (const line of text === undefined ? [] : pieces(text)) put(line, "<part of a secret>", false);
    },
    addPublic: (word) => open.add(word),
    message: (text) => replace(text, true),
    content: (text) => replace(text, false),
  };
}

/** The padding of base64 that follows a value: values are known without it. */
function paddingAt(text: string, at: number): number {
  const padding = /(?:=|%3D){1,2}/iy;
  padding.lastIndex = at;
  return padding.exec(text)?.[0].length ?? 0;
}

/**
 * The spellings of a value: as it is; as a string in JSON or Go's %q; percent-encoded with either case of digits, and
 * as in a form; in base64 (without its padding), and in its variant for URLs. `text` is undefined for binary data.
 */
function spellings(bytes: Buffer, text: string | undefined): Set<string> {
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  const found = new Set([base64, bytes.toString("base64url"), ...percentEncodings(base64)]);
  if (text === undefined) return found;
  found.add(text);
  if (text.length > longValue) return found;
  const quoted = JSON.stringify(text).slice(1, -1);
  found.add(quoted);
  found.add(quoted.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`));
  for (const encoded of percentEncodings(text)) found.add(encoded);
  return found;
}

function percentEncodings(text: string): string[] {
  if (/^[A-Za-z0-9_.~-]*$/.test(text)) return [];
  const component = encodeURIComponent(text);
  const strict = component.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const upper = [component, strict, strict.replaceAll("%20", "+"), encodeURI(text)];
  return [
    ...upper,
    ...upper.map((encoded) => encoded.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())),
  ];
}

/** The longer lines of a value that has several: a key or an .env file may be quoted in part. */
function pieces(text: string): string[] {
  if (text.length > longValue || !text.includes("\n")) return [];
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= wordLength && !/^-----(BEGIN|END) /.test(line));
}

function asText(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : undefined;
}

/** Whether a value is unlikely to be an ordinary word: long, or of eight characters and more than one sort of them. */
function isDistinct(text: string): boolean {
  if (text.length >= pieceLength) return true;
  const sorts = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9._-]/].filter((sort) => sort.test(text));
  return text.length >= wordLength && sorts.length > 1;
}

function standsAlone(text: string, at: number, length: number): boolean {
  if (length >= wordLength) return true;
  const word = /[a-zA-Z0-9]/;
  return !word.test(text.charAt(at - 1)) && !word.test(text.charAt(at + length));
}
