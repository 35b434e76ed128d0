/** Bytes to text: UTF-8, with whatever is not told by its place. */

/** What is wrong with bytes, and where: line and column count from 1, columns in characters. */
export interface BadBytes {
  line: number;
  column: number;
  message: string;
  hint: string;
}

/** Decodes UTF-8. UTF-16 and UTF-32, and bytes that are no UTF-8, are refused: kubectl would replace them silently. */
export function textOfBytes(bytes: Uint8Array): { text: string } | BadBytes {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    return {
      line: 1,
      column: 1,
      message: `this is ${wide} text, where UTF-8 is expected`,
      hint: `convert it, as in: iconv -f ${wide} -t UTF-8`,
    };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return badByte(bytes);
  }
}

/** UTF-16 or UTF-32 by their byte order marks, or by the zero bytes that ASCII has in them. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32LE" : "UTF-16LE";
  if (a === 0xfe && b === 0xff) return "UTF-16BE";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32BE";
  if (a === 0 && b !== undefined && b !== 0 && c === 0 && d !== 0) return "UTF-16BE";
  if (a !== 0 && b === 0 && c !== undefined && c !== 0 && d === 0) return "UTF-16LE";
  return undefined;
}

/** The place of the first byte that is not UTF-8. */
function badByte(bytes: Uint8Array): BadBytes {
  const before = validText(bytes);
  const at = new TextEncoder().encode(before).length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return {
    line: before.split("\n").length,
    column: before.length - lineStart + 1,
    message: `the byte 0x${byte} is not UTF-8 text`,
    hint: "save the file as UTF-8; binary data goes base64-encoded into binaryData of a ConfigMap or data of a Secret",
  };
}

/** The text up to the first byte that is not UTF-8: found by halving, since a decoder says only yes or no. */
function validText(bytes: Uint8Array): string {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOfText(bytes.subarray(0, middle)) === undefined) high = middle - 1;
    else low = middle;
  }
  return startOfText(bytes.subarray(0, low)) ?? "";
}

/** The whole characters of bytes that are valid so far; a character cut at the end is left out. */
function startOfText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
