/** Foreign text made harmless: what a server, a manifest or a file name says never steers a terminal. */

// Cc: control characters, C1 included. Cf: format characters (bidi, zero width, tags). Cs: lone surrogates.
// Zl, Zp: line breaks that some terminals and editors honour. Joiners (U+200C, U+200D) are part of ordinary words.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const joiners = new Set(["\u200c", "\u200d"]);

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return `\\u{${code.toString(16)}}`;
}

/**
 * Text in which no control, escape or bidi character is left: each is spelled out, as `\x1b` or `\u{202e}`.
 * Newline and tab stay, since messages may have lines; a carriage return does not, since it overwrites a line.
 */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) =>
    character === "\n" || character === "\t" || joiners.has(character) ? character : spell(character),
  );
}

/** As `escapeText`, for what has to stay on one line: newlines and tabs are spelled `\n` and `\t`. */
export function escapeLine(text: string): string {
  return escapeText(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Whether `escapeText` would change the text. */
export function isUnsafe(text: string): boolean {
  return escapeText(text) !== text;
}

/** JSON text with the same characters as `\uXXXX`: the same document, safe to print. */
export function escapeJson(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === "\n" || joiners.has(character)) return character;
    return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  });
}
