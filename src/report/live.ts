/** Both streams of a run, and the live progress between them: started late, loaded only then. */
import type { Event } from "../model.js";
import { createScreen, type Screen } from "./screen.js";
import type { Progress, ProgressWords } from "./progress.js";
import type { ReporterOptions, TerminalSize } from "./types.js";
import { emptyView, see } from "./view.js";

export interface Streams {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Takes an event into the progress. */
  see(event: Event): void;
  /** Whether progress tells what waits and what is retried, so that no lines need to. */
  isLive(): boolean;
  /** Ends progress; what is printed after it goes straight to the streams. */
  stop(): void;
}

/** A run that is over before this needs no progress, and pays nothing for it. */
const startAfterMs = 400;

export function createStreams(
  options: ReporterOptions,
  words: ProgressWords,
  afterMs = startAfterMs,
): Streams {
  const { stdout, stderr } = options;
  const eventsOnScreen = options.output === "ndjson" && options.stdoutIsTerminal;
  const wanted = options.stderrIsTerminal && !eventsOnScreen;
  /** Terminals that don't tell are as small as any. */
  const size = (): TerminalSize => {
    const { columns, rows } = options.terminalSize();
    return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
  };
  const view = emptyView(options.command);
  // What only waits compares nothing, and a lock is waited for before there is anything to compare.
  const first = options.command === "wait" ? "waiting" : "planning";
  let begun = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let live: { screen: Screen; progress: Progress } | undefined;

  const start = async (): Promise<void> => {
    const { startProgress } = await import("./progress.js");
    if (stopped) return;
    const screen = createScreen(stderr, size);
    live = { screen, progress: startProgress({ ...words, view, screen, size }) };
  };
  const print = (write: (text: string) => void, onTerminal: boolean, text: string): void => {
    if (text === "") return;
    if (live !== undefined && onTerminal) live.screen.above(write, text);
    else write(text);
  };
  return {
    stdout: (text) => print(stdout, options.stdoutIsTerminal, text),
    stderr: (text) => print(stderr, true, text),
    see: (event) => {
      see(view, event);
      if (!wanted || begun || stopped || event.event !== first) return;
      begun = true;
      timer = setTimeout(() => {
        start().catch(() => undefined); // without progress the run is the same run
      }, afterMs);
      timer.unref();
    },
    isLive: () => begun && !stopped,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      live?.progress.stop();
      live = undefined;
    },
  };
}
