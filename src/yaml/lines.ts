/** Lines of a document in block style, one after the other, blank and comment lines passed over. */

/** A walk over lines. `at` moves within the current line as it is read. */
export interface Lines {
  readonly text: string;
  /** Whether places are kept. */
  readonly places: boolean;
  /** The position in the current line. */
  at: number;
  /** Where the current line ends: its line feed, or the end of the text. */
  end: number;
  /** How many spaces the current line starts with; -1 after the last one. */
  indent: number;
  /** Where the line after the current one starts. */
  next: number;
}

/** Thrown, and caught by readBlock, where a text is not in the plain block style. Made once: its stack is no use. */
export const bail = new Error("not in plain block style");

/** Goes to the next line with content. */
export function nextLine(lines: Lines): void {
  const { text } = lines;
  for (let start = lines.next; start < text.length; start = lines.next) {
    const found = text.indexOf("\n", start);
    lines.end = found < 0 ? text.length : found;
    lines.next = lines.end + 1;
    let at = start;
    while (text.charCodeAt(at) === 32) at += 1;
    const code = text.charCodeAt(at);
    if (at >= lines.end || code === 35) continue; // blank, or a comment
    if (code === 9) throw bail;
    lines.at = at;
    lines.indent = at - start;
    return;
  }
  lines.indent = -1;
}

/** Whether the current line has nothing more to say: a comment counts where white space stands before it. */
export function onlyCommentFollows({ text, at, end }: Lines): boolean {
  let from = at;
  while (text.charCodeAt(from) === 32) from += 1;
  return from >= end || (text.charCodeAt(from) === 35 && text.charCodeAt(from - 1) === 32);
}

/** Passes the spaces at the current position. */
export function skipSpaces(lines: Lines): void {
  while (lines.text.charCodeAt(lines.at) === 32) lines.at += 1;
}

/** YAML trims spaces (and tabs, which this style has none of), where String.trim takes U+00A0 and others too. */
export function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 32) end -= 1;
  return text.slice(0, end);
}
