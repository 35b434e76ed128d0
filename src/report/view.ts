/** What live progress shows, as data: events go in, steps with their words come out. Pure. */
import type { Event } from "../model.js";
import { refText } from "./names.js";

/** The steps of a run, in order. */
export const steps = ["compare", "apply", "wait"] as const;
export type Step = (typeof steps)[number];

export interface View {
  /** The step that is under way. */
  step: Step;
  comparing: { done: number; of: number };
  applying: { done: number; of: number; failed: number };
  /** What is waited for, and why; the latest last. */
  waiting: Map<string, string>;
  /** The latest trouble, gone with the next thing that works. */
  retrying?: string | undefined;
}

export function emptyView(): View {
  return {
    step: "compare",
    comparing: { done: 0, of: 0 },
    applying: { done: 0, of: 0, failed: 0 },
    waiting: new Map(),
  };
}

/** Takes an event into the view (in place: there are thousands). */
export function see(view: View, event: Event): void {
  switch (event.event) {
    case "planning":
      view.comparing.of = event.objects;
      return;
    case "planned":
      view.comparing.done += 1;
      view.retrying = undefined;
      return;
    case "applying":
      view.step = "apply";
      view.applying.of = event.objects;
      return;
    case "outcome":
      view.applying.done += 1;
      if (event.outcome.error !== undefined) view.applying.failed += 1;
      view.waiting.delete(refText(event.outcome.ref, event.outcome.type));
      view.retrying = undefined;
      return;
    case "waiting":
      if (view.applying.done >= view.applying.of) view.step = "wait";
      view.waiting.delete(event.what);
      view.waiting.set(event.what, event.why);
      return;
    case "retrying":
      view.retrying = `retrying ${event.what}: ${event.why} (attempt ${event.attempt})`;
      return;
    case "ready":
      view.waiting.delete(refText(event.ref));
      return;
    case "started":
    case "connected":
    case "warning":
    case "finished":
      return;
  }
}

/** `Applying 30 of 200, 2 failed`, and when it is over `Applied 200, 2 failed`. */
export function title(view: View, step: Step, over: boolean): string {
  const { comparing, applying } = view;
  switch (step) {
    case "compare":
      return over ? `Compared ${comparing.done}` : `Comparing ${comparing.done} of ${comparing.of}`;
    case "apply": {
      const failed = applying.failed === 0 ? "" : `, ${applying.failed} failed`;
      return (over ? `Applied ${applying.done}` : `Applying ${applying.done} of ${applying.of}`) + failed;
    }
    case "wait":
      return "Waiting until ready";
  }
}

/** At most so many lines under a step: the terminal belongs to the results. */
const shownWaits = 4;

/** What stands under the step: what is waited for, then the trouble of the moment. */
export function details(view: View): string[] {
  const waits = [...view.waiting].map(([what, why]) => `${what}: ${why}`);
  const lines = waits.slice(-shownWaits);
  if (waits.length > lines.length) lines.unshift(`... and ${waits.length - lines.length} more`);
  return view.retrying === undefined ? lines : [...lines, view.retrying];
}
