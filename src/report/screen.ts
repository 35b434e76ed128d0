/**
 * The terminal while progress is live: a block of lines at the bottom that is drawn over, and lines that go above it.
 * Results on stdout and progress on stderr share one terminal: whatever is printed takes the block away first.
 */

import { stripVTControlCharacters } from "node:util";
import { widthOf } from "./names.js";
import type { TerminalSize } from "./types.js";

export interface Screen {
  /** Prints what waits to be printed, and draws the block below it, over the last one. */
  draw(lines: readonly string[]): void;
  /** Has text printed above the block, with the next `draw` or `close`: a thousand results don't flicker. */
  above(print: (text: string) => void, text: string): void;
  /** Takes the block away, for good, and prints what waits. */
  close(): void;
}

// CR: to the first column, which an echoed ^C has left; CSI nA: cursor up n lines; CSI 0J: erase from the cursor to the
// end of the screen (ECMA-48).
const eraseRows = (rows: number): string => (rows === 0 ? "" : `\r\u001b[${rows}A\u001b[0J`);

/**
 * `terminal` writes to the terminal. Lines of a block must fit its width: the caller cuts them. Of a block that is higher
 * than the terminal the end is left out, as what has left the screen can't be drawn over.
 */
export function createScreen(terminal: (text: string) => void, size: () => TerminalSize): Screen {
  let block: string[] = [];
  let closed = false;
  let queue: { print: (text: string) => void; text: string }[] = [];

  /** How many rows the block takes now: a terminal that was made narrower has wrapped its lines. */
  const height = (): number => {
    const { columns } = size();
    const rowsOf = (line: string): number =>
      Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / columns));
    return block.reduce((rows, line) => rows + rowsOf(line), 0);
  };
  const show = (next: readonly string[]): void => {
    const erase = eraseRows(height());
    const text = next.map((line) => `${line}\n`).join("");
    if (queue.length > 0) {
      if (erase !== "") terminal(erase);
      for (const { print, text } of queue) print(text);
      queue = [];
      if (text !== "") terminal(text);
    } else if (erase + text !== "") terminal(erase + text);
    block = [...next];
  };
  return {
    draw: (lines) => {
      if (!closed) show(lines.slice(0, Math.max(1, size().rows - 1)));
    },
    above: (print, text) => {
      const last = queue.at(-1);
      if (closed) print(text);
      else if (last?.print === print) last.text += text;
      else queue.push({ print, text });
    },
    close: () => {
      show([]);
      closed = true;
    },
  };
}
