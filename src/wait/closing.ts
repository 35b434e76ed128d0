/** The end that comes for all items at once: put off until something is known of each, but not for long. */
import { isKnown, lastEnd, looksBehind } from "./state.js";
import type { State } from "./state.js";
import type { Because, WaitEnd, WaitItem } from "./types.js";

export interface Closing {
  /** Ends the rest once enough is known of each, and after that time in any case. */
  begin: (because: Because, withinMs: number, looks: "at-each" | "behind-too") => void;
  /** Ends the rest if it is time: after each thing that became known. */
  check: () => void;
  /** Ends the rest now. */
  finish: (because: Because) => void;
}

export interface ClosingOptions<I extends WaitItem> {
  /** Items that have not ended. */
  open: ReadonlySet<State<I>>;
  end: (state: State<I>, how: WaitEnd) => void;
  after: (milliseconds: number, work: () => void) => void;
  /** Does something when what is under way now is done: more may be known then. */
  later: (work: () => void) => void;
}

export function openClosing<I extends WaitItem>({ open, end, after, later }: ClosingOptions<I>): Closing {
  let begun: { because: Because; looks: "at-each" | "behind-too" } | undefined;

  function finish(because: Because): void {
    for (const state of [...open]) end(state, lastEnd(state, because));
  }

  function finishIfAllIsKnown(): void {
    if (begun === undefined) return;
    const { because, looks } = begun;
    const isEnough = (state: State<I>): boolean =>
      isKnown(state) && !(looks === "behind-too" && looksBehind(state));
    if ([...open].every(isEnough)) finish(because);
  }

  return {
    begin(because, withinMs, looks) {
      begun = { because: begun?.because ?? because, looks };
      if (withinMs !== Infinity) after(withinMs, () => finish(because));
      later(finishIfAllIsKnown);
    },
    check: () => {
      if (begun !== undefined) later(finishIfAllIsKnown);
    },
    finish,
  };
}
