/**
 * Live progress, by listr2 with a renderer of our own. The only importer of `listr2`, and imported only when a run on
 * a terminal has gone on for long enough to be worth it. It installs no signal handler, does not touch the process's
 * streams, and keeps no process alive.
 */
import { Listr, type ListrRenderer, type ListrTask, type ListrTaskObject, Spinner } from "listr2";
import type { Ref } from "../model.js";
import { fit } from "./names.js";
import type { Screen } from "./screen.js";
import type { Paint } from "./style.js";
import type { TerminalSize } from "./types.js";
import { details, type Step, title, type View } from "./view.js";

export interface ProgressWords {
  paint: Paint;
  /** Makes foreign text fit for one line. */
  clean: (text: string) => string;
  /** What follows an object's name: its namespace, where the run has several. */
  suffix: (ref: Ref) => string;
}

export interface ProgressOptions extends ProgressWords {
  view: View;
  screen: Screen;
  size: () => TerminalSize;
}

export interface Progress {
  /** Ends it and takes it off the screen. */
  stop(): void;
}

const frameMs = 100;

/** Shows a view, as it changes, until stopped. */
export function startProgress(options: ProgressOptions): Progress {
  const { view } = options;
  const { steps } = view;
  const gates = new Map(steps.map((step) => [step, gate()]));
  const tick = (): void => {
    // A step is over as soon as the view is at a later one.
    for (const step of steps.slice(0, steps.indexOf(view.step))) gates.get(step)?.open();
  };
  const run = new Listr(
    steps.map((step) => taskOf(step, gates.get(step)?.opened)),
    { renderer: rendererOf(options, tick), registerSignalListeners: false, exitOnError: false },
  ).run();
  run.catch(() => undefined); // progress is a courtesy: no failure of it may end a run
  return {
    stop: () => {
      options.screen.close();
      for (const step of steps) gates.get(step)?.open();
    },
  };
}

function taskOf(step: Step, opened: Promise<void> | undefined): ListrTask {
  return { title: step, task: async () => opened };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A renderer as listr2 wants one: a class, made by listr2 with the tasks. */
function rendererOf(options: ProgressOptions, tick: () => void) {
  return class implements ListrRenderer {
    static readonly nonTTY = true; // whether stdout is a terminal does not matter: this draws on stderr
    static readonly rendererOptions: never;
    static readonly rendererTaskOptions: never;
    private readonly spinner = new Spinner();
    private timer: ReturnType<typeof setInterval> | undefined;

    constructor(readonly tasks: ListrTaskObject<unknown>[]) {}

    render(): void {
      this.timer = setInterval(() => {
        this.spinner.spin();
        tick();
        this.draw();
      }, frameMs);
      this.timer.unref();
      this.draw();
    }

    end(): void {
      clearInterval(this.timer);
    }

    private draw(): void {
      const lines = this.tasks
        .filter((task) => task.isStarted() || task.isCompleted())
        .flatMap((task) => this.linesOf(task));
      options.screen.draw(lines);
    }

    private linesOf(task: ListrTaskObject<unknown>): string[] {
      const { paint, view, size, suffix } = options;
      const width = size().columns - 3; // the icon, and a column for terminals that wrap early
      const text = fit(title(view, task.title as Step, task.isCompleted()), width);
      if (task.isCompleted()) return [`${paint("good", "✔")} ${text}`];
      const under = details(view, suffix).map(
        (line) => `  ${paint("faint", fit(options.clean(line), width))}`,
      );
      return [`${paint("changed", this.spinner.fetch())} ${text}`, ...under];
    }
  };
}
