/** Base64 as Go's `base64.StdEncoding` reads and writes it (encoding/base64, `decodeQuantum`). */

const plain = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The text as it would be written: without line breaks, and without bits that stand for no byte.
 * Throws an `Error` in Go's words for what is no base64.
 */
export function canonicalBase64(text: string): string {
  const joined = text.replace(/[\r\n]/g, "");
  if (!plain.test(joined)) throw new Error(`illegal base64 data at input byte ${illegalByte(text)}`);
  return joined.endsWith("=") ? Buffer.from(joined, "base64").toString("base64") : joined;
}

const digit = /[A-Za-z0-9+/]/;
const isBreak = (character: string | undefined): boolean => character === "\n" || character === "\r";

/** Where Go's decoder gives up on a text that is wrong: it reads in quanta of four digits. */
function illegalByte(text: string): number {
  let inQuantum = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isBreak(character)) continue;
    if (digit.test(character)) inQuantum = (inQuantum + 1) % 4;
    else return character === "=" ? illegalPadding(text, at, inQuantum) : at;
  }
  return text.length - inQuantum;
}

function illegalPadding(text: string, pad: number, inQuantum: number): number {
  if (inQuantum < 2) return pad;
  let at = skipBreaks(text, pad + 1);
  if (inQuantum === 2) {
    if (at === text.length) return at;
    if (text[at] !== "=") return at - 1;
    at = skipBreaks(text, at + 1);
  }
  return at;
}

function skipBreaks(text: string, from: number): number {
  let at = from;
  while (isBreak(text[at])) at++;
  return at;
}
