/**
 * The terminal while progress is live: a block of lines at the bottom that is drawn over, and lines that go above it.
 * Results on stdout and progress on stderr share one terminal: whatever is printed takes the block away first.
 */

export interface Screen {
  /** Prints what waits to be printed, and draws the block below it, over the last one. */
  draw(lines: readonly string[]): void;
  /** Has text printed above the block, with the next `draw` or `close`: a thousand results don't flicker. */
  above(print: (text: string) => void, text: string): void;
  /** Takes the block away, for good, and prints what waits. */
  close(): void;
}

// CSI nA: cursor up n lines; CSI 0J: erase from the cursor to the end of the screen (ECMA-48).
const eraseBlock = (lines: number): string => (lines === 0 ? "" : `\u001b[${lines}A\u001b[0J`);

/** `terminal` writes to the terminal. Lines of a block must fit its width: the caller cuts them. */
export function createScreen(terminal: (text: string) => void): Screen {
  let height = 0;
  let closed = false;
  let queue: { print: (text: string) => void; text: string }[] = [];

  const show = (block: string): void => {
    const erase = eraseBlock(height);
    if (queue.length > 0) {
      if (erase !== "") terminal(erase);
      for (const { print, text } of queue) print(text);
      queue = [];
      if (block !== "") terminal(block);
    } else if (erase + block !== "") terminal(erase + block);
  };
  return {
    draw: (lines) => {
      if (closed) return;
      show(lines.map((line) => `${line}\n`).join(""));
      height = lines.length;
    },
    above: (print, text) => {
      const last = queue.at(-1);
      if (closed) print(text);
      else if (last?.print === print) last.text += text;
      else queue.push({ print, text });
    },
    close: () => {
      show("");
      height = 0;
      closed = true;
    },
  };
}
