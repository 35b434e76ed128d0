/** Desired and live, compared: what applying would do. Where what is recorded leaves a doubt, the server's dry run tells. */
import type { Change, ResourceType } from "../model.js";
import { openGate } from "../parallel.js";
import type { Semantics } from "../shape.js";
import { plainAttempt } from "./attempt.js";
import type { Attempt } from "./attempt.js";
import { judge } from "./judge.js";
import { readLive } from "./live.js";
import type { Live, Reads } from "./live.js";
import { withoutNoise } from "./noise.js";
import { unchanged, versionOf } from "./compare.js";
import type { Previewed } from "./compare.js";
import { previewChange, previewCreation } from "./preview.js";
import type { Applied, PreviewOptions, Questions } from "./preview.js";
import type { Target } from "./target.js";

export interface PlanReads extends Reads {
  /** How objects of a type are merged; undefined where nobody can tell. */
  semantics: (type: ResourceType) => Promise<Semantics | undefined>;
  /** What server-side apply would make of a target; undefined where something in its way can't do dry runs. */
  dryRun: (target: Target, attempt: Attempt, count: () => void) => Promise<Applied | undefined>;
}

export interface PlanOptions extends PreviewOptions {
  concurrency: number;
}

/** A target with what would become of it, or with why that could not be found out. */
export interface Planned {
  target: Target;
  verdict: { change: Change } | { error: unknown };
  /** What is to be sent. */
  attempt: Attempt;
  /** The resourceVersion that was seen, where the object is there. */
  version?: string | undefined;
  warnings: string[];
  requests: number;
  milliseconds: number;
}

/**
 * Reads what is live of all targets and plans each as soon as it is found: what is unchanged is forgotten at once, about
 * what changes the server is asked. Results come in the order of the targets; `each` is told as they are done.
 */
export async function planChanges(
  targets: readonly Target[],
  reads: PlanReads,
  options: PlanOptions,
  each: (planned: Planned) => void,
): Promise<Planned[]> {
  const done = new Map<Target, Planned>();
  const asking: Promise<void>[] = [];
  const gate = openGate(options.concurrency);

  /** Asks in turn, and notes what came of it. */
  async function ask(planned: Planned, preview: (ask: Questions) => Promise<Previewed>): Promise<void> {
    const leave = await gate.enter();
    const start = performance.now();
    try {
      const { change, attempt } = await preview(questionsAbout(planned, reads));
      Object.assign(planned, { verdict: { change }, attempt });
    } catch (error) {
      planned.verdict = { error };
    } finally {
      leave();
    }
    planned.milliseconds = performance.now() - start;
    each(planned);
  }

  await readLive(targets, reads, options.concurrency, async (target, live) => {
    const planned = newPlanned(target, live, options);
    done.set(target, planned);
    const semantics = (): Promise<Semantics | undefined> => reads.semantics(target.type);
    if (live.state !== "present") {
      asking.push(ask(planned, (questions) => planMissing(target, live, semantics, questions, options)));
      return;
    }
    const judged = judge(target, live.object, await semantics(), options);
    if (judged.unchanged) {
      const { change, attempt } = unchanged(judged);
      Object.assign(planned, { verdict: { change }, attempt });
      each(planned);
    } else {
      asking.push(ask(planned, (questions) => previewChange(judged, questions, options)));
    }
  });
  await Promise.all(asking);
  return targets.map((target) => done.get(target) as Planned);
}

function newPlanned(target: Target, live: Live, options: PlanOptions): Planned {
  const version = live.state === "present" ? versionOf(live.object) : undefined;
  return {
    target,
    verdict: { error: undefined },
    attempt: plainAttempt(target, options),
    version: typeof version === "string" ? version : undefined,
    warnings: [],
    requests: 0,
    milliseconds: 0,
  };
}

function questionsAbout(planned: Planned, reads: PlanReads): Questions {
  const { type, ref } = planned.target;
  const count = (): void => {
    planned.requests++;
  };
  return {
    get: () => reads.get(type, ref.namespace, ref.name, count),
    dryRun: async (attempt) => {
      const applied = await reads.dryRun(planned.target, attempt, count);
      planned.warnings.push(...(applied?.warnings ?? []));
      return applied;
    },
  };
}

async function planMissing(
  target: Target,
  live: Exclude<Live, { state: "present" }>,
  semantics: () => Promise<Semantics | undefined>,
  questions: Questions,
  options: PlanOptions,
): Promise<Previewed> {
  switch (live.state) {
    case "failed":
      throw live.error;
    case "pending": {
      const change: Change = { action: "create", preview: live.why, after: withoutNoise(target.body) };
      return { change, attempt: plainAttempt(target, options) };
    }
    case "absent":
      return previewCreation(target, semantics, questions, options);
  }
}
