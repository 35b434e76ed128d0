/** What live progress shows, as data: events go in, steps with their words come out. Pure. */
import type { Event, Ref } from "../model.js";
import { refKey, refText } from "./names.js";

export type Step = "compare" | "apply" | "wait";

export interface View {
  /** The steps of the run, in order. */
  steps: readonly Step[];
  /** The step that is under way. */
  step: Step;
  comparing: { done: number; of: number };
  applying: { done: number; of: number; failed: number };
  /** What is waited for, and why; the latest last. */
  waiting: Map<string, Wait>;
  /** The latest trouble, gone with the next thing that works. */
  retrying?: string | undefined;
}

interface Wait {
  what: string;
  why: string;
  ref?: Ref | undefined;
}

/** The view of a run that has only begun. */
export function emptyView(command: string): View {
  const steps: [Step, ...Step[]] = command === "wait" ? ["wait"] : ["compare", "apply", "wait"];
  return {
    steps,
    step: steps[0],
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
      view.waiting.clear(); // the lock that was waited for is ours
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
      view.waiting.delete(refKey(event.outcome.ref));
      view.waiting.delete(refText(event.outcome.ref, event.outcome.type));
      view.retrying = undefined;
      return;
    case "waiting": {
      const { what, why, ref } = event;
      const key = ref === undefined ? what : refKey(ref);
      if (isApplied(view)) view.step = "wait";
      view.waiting.delete(key);
      view.waiting.set(key, { what, why, ref });
      return;
    }
    case "retrying":
      view.retrying = `retrying ${event.what}: ${event.why} (attempt ${event.attempt})`;
      return;
    case "ready":
      view.waiting.delete(refKey(event.ref));
      view.retrying = undefined;
      return;
    case "started":
    case "connected":
    case "warning":
    case "finished":
      return;
  }
}

/** Before anything is applied it is a lock that is waited for, and meanwhile a CRD. */
function isApplied({ applying: { done, of } }: View): boolean {
  return of > 0 && done >= of;
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
      return view.steps.length === 1 ? "Waiting" : "Waiting until ready";
  }
}

/** At most so many lines under a step: the terminal belongs to the results. */
const shownWaits = 4;

/** What stands under the step: what is waited for, then the trouble of the moment. `suffix` tells namespaces. */
export function details(view: View, suffix: (ref: Ref) => string): string[] {
  const waits = [...view.waiting.values()].map(
    ({ what, why, ref }) => `${what}${ref === undefined ? "" : suffix(ref)}: ${why}`,
  );
  const lines = waits.slice(-shownWaits);
  if (waits.length > lines.length) lines.unshift(`... and ${waits.length - lines.length} more`);
  return view.retrying === undefined ? lines : [...lines, view.retrying];
}
