/** Values in the words that Go's formatting gives them. */

const escapes = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function escaped(character: string): string {
  const short = escapes.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

// What Go does not print: control and format characters, odd spaces, halves of pairs.
const unprintable = /["\\]|(?! )[\p{C}\p{Z}]/gu;

/** A text in quotes (`strconv.Quote`, `%q`). */
export function goQuote(text: string): string {
  return `"${text.replace(unprintable, escaped)}"`;
}

/** A number as `%v` prints it: large floats have an exponent of two digits at least. */
export function goNumber(value: number | bigint): string {
  const text = String(value);
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return text;
  const [digits = "", exponent] = (Math.abs(value) >= 1e21 ? value.toExponential() : text).split("e");
  if (exponent === undefined) return text;
  const size = exponent.replace(/^[-+]/, "").padStart(2, "0");
  return `${digits}e${exponent.startsWith("-") ? "-" : "+"}${size}`;
}
