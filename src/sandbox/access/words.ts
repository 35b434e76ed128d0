/** Texts as Go writes them into messages. */

const short: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** A text in quotes, what can't be printed escaped: Go's `%q` (strconv.Quote). */
export function quote(text: string): string {
  return `"${text.replace(/[\\"]|[\p{C}\p{Z}]/gu, (character) => {
    if (character === " ") return character;
    const code = character.codePointAt(0) ?? 0;
    if (short[character] !== undefined) return short[character];
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
    return `\\U${code.toString(16).padStart(8, "0")}`;
  })}"`;
}

/** Several failures as one, each said once: apimachinery util/errors `NewAggregate`. */
export function together(messages: readonly string[]): string {
  const different = [...new Set(messages)];
  return different.length === 1 ? (different[0] ?? "") : `[${different.join(", ")}]`;
}

/** What could be taken for markup is escaped in the words of a refusal (apiserver responsewriters/errors.go). */
export function withoutMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
