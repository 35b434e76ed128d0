/** Lines of a text that comes in chunks. */
import type { Fault } from "./faults.js";
import type { Parts } from "./types.js";

const newline = 10;

/**
 * The lines of a text, without their ends, wherever its chunks were cut: in the middle of a character too. Text after
 * the last newline is a line that is cut short, and so is what follows `maxBytes` without one.
 */
export async function* linesOf(chunks: Parts<Buffer>, maxBytes: number): Parts<string> {
  let start: Buffer[] = [];
  let size = 0;
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value ?? (size > 0 ? cutShort : undefined);
      let rest = step.value;
      for (let at = rest.indexOf(newline); at >= 0; at = rest.indexOf(newline)) {
        start.push(rest.subarray(0, at));
        const line = Buffer.concat(start).toString("utf8");
        start = [];
        size = 0;
        rest = rest.subarray(at + 1);
        yield line;
      }
      if (rest.length === 0) continue;
      start.push(rest);
      size += rest.length;
      if (size > maxBytes) return { kind: "too-large", limit: maxBytes };
    }
  } finally {
    await chunks.return(undefined);
  }
}

const cutShort: Fault = {
  kind: "connection",
  reason: "cut",
  detail: "the last line has no end",
  sent: true,
};
