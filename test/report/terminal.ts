/** A terminal that knows as much as progress needs: newlines, the first column, cursor up, erase to the end of the screen. */
export interface Terminal {
  write: (text: string) => void;
  /** What a person sees now, all of the scroll-back included. */
  lines: () => string[];
  /** Everything that was ever written. */
  raw: () => string;
}

export function createTerminal(): Terminal {
  let lines = [""];
  let row = 0;
  let written = "";
  return {
    write: (text) => {
      written += text;

      for (const [part, up] of text.matchAll(/\u001b\[(\d+)A|\u001b\[0J|\r|\n|[^\u001b\r\n]+|\u001b/g)) {
        if (up !== undefined) row -= Number(up);
        else if (part === "\u001b[0J") lines = [...lines.slice(0, row), ""];
        else if (part === "\r")
          continue; // what follows goes up and erases
        else if (part === "\n") lines[++row] ??= "";
        else if (part === "\u001b") throw new Error("an escape sequence that progress has no need of");
        else lines[row] = (lines[row] ?? "") + part;
        if (row < 0) throw new Error("the cursor left the screen");
      }
    },
    lines: () => lines.slice(0, lines.at(-1) === "" ? -1 : undefined),
    raw: () => written,
  };
}
