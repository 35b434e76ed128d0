/** Lines that may come by the hundred at once: the first few of a moment are said, the others counted. */
import { count } from "./names.js";

export interface Crowd {
  /** The line, or nothing where the moment has had enough of them. A newer line about the same takes the older one's place. */
  say(key: string, line: string): string;
  /** Nothing is to be said about it any more. The last few that were only counted have their lines now. */
  drop(key: string): string;
  /** Says no more. */
  end(): void;
}

/** How many lines a moment has. */
const fewLines = 10;

/** `later` prints what a function gives when the moment is over. */
export function createCrowd(later: (say: () => string) => void): Crowd {
  const untold = new Map<string, string>();
  let moment: { lines: number } | undefined;
  let counted = 0;

  const closing = (): string => {
    moment = undefined;
    if (untold.size === counted) return "";
    counted = untold.size;
    return counted === 0 ? "" : `waiting for ${count(counted, "more object")}\n`;
  };
  return {
    say: (key, line) => {
      untold.delete(key);
      if (moment === undefined) {
        moment = { lines: 0 };
        later(closing);
      }
      moment.lines += 1;
      if (moment.lines <= fewLines) return line;
      untold.set(key, line);
      return "";
    },
    drop: (key) => {
      untold.delete(key);
      if (moment !== undefined || untold.size > fewLines) return "";
      const lines = [...untold.values()].join("");
      untold.clear();
      counted = 0;
      return lines;
    },
    end: () => {
      untold.clear();
      counted = 0;
    },
  };
}
