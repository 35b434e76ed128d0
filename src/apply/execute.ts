/** Changes made real: stage by stage, in parallel within a stage, an outcome for every target whatever happens. */
import { getPath } from "../json.js";
import type { Action, Change, Event, Outcome, ResourceType } from "../model.js";
import { mapParallel } from "../parallel.js";
import { isCrd, shownObject } from "../plan/index.js";
import type { Applied, Planned, Target } from "../plan/index.js";
import { failed, outcomeOf } from "./outcome.js";
import { stageOf, stages } from "./stages.js";

/** The writes that executing is handed. */
export interface Writes {
  /** Server-side apply. A kind of this run may still be answered with 404: that is waited out. */
  apply: (target: Target, count: () => void, typePending: boolean) => Promise<Applied>;
  /** Resolves once the CRD of that name is Established and its kinds are served. */
  waitForCrd: (name: string) => Promise<void>;
}

export interface ExecuteOptions {
  concurrency: number;
  isBuiltIn: (type: ResourceType) => boolean;
  /** Why no further request may be sent (`interrupted`), or undefined while all is well. */
  stopped: () => string | undefined;
  emit: (event: Event) => void;
}

/** Errors after which asking for other objects is of no use: nobody is there, or nobody lets us in. */
const ends = new Set(["unauthenticated", "unreachable", "tls", "timeout", "credentials"]);

/**
 * Applies what was planned. Where planning failed for any object, nothing is written at all. A failed write lets its
 * stage end; later stages are not attempted, since they may need what failed. Outcomes come in the order of applying.
 */
export async function execute(
  planned: readonly Planned[],
  writes: Writes,
  options: ExecuteOptions,
): Promise<Outcome[]> {
  const inOrder = order(planned, options.isBuiltIn);
  let halt = whyNotBegin(inOrder.flat());
  const outcomes: Outcome[] = [];
  for (const stage of inOrder) {
    const ended = await mapParallel(stage, options.concurrency, async (one) => {
      const why = halt ?? options.stopped();
      const outcome = why === undefined ? await makeReal(one, writes) : leftAlone(one, why);
      if (outcome.error !== undefined && ends.has(outcome.error.code))
        halt ??= `stopped after ${outcome.error.message}`;
      options.emit({ event: "outcome", outcome });
      return outcome;
    });
    const failed = ended.find((outcome) => outcome.error !== undefined);
    if (failed !== undefined) halt ??= `${failed.ref.kind} ${failed.ref.name} failed before`;
    outcomes.push(...ended);
  }
  return outcomes;
}

function order(planned: readonly Planned[], isBuiltIn: ExecuteOptions["isBuiltIn"]): Planned[][] {
  const stageOfPlanned = ({ target: { type } }: Planned): string => stageOf(type, isBuiltIn(type));
  return stages.map((stage) => planned.filter((one) => stageOfPlanned(one) === stage));
}

function whyNotBegin(planned: readonly Planned[]): string | undefined {
  const failed = planned.find(({ verdict }) => "error" in verdict);
  if (failed === undefined) return undefined;
  const { kind, name } = failed.target.ref;
  return `nothing is written while ${kind} ${name} can't be`;
}

/** The outcome of a target that is not written: what planning found wrong with it, or why it was left. */
function leftAlone(planned: Planned, why: string): Outcome {
  const { verdict } = planned;
  if ("error" in verdict) return failed(planned, verdict.error);
  if (verdict.change.action === "unchanged") return outcomeOf(planned);
  return { ...outcomeOf(planned), action: "not-attempted", differences: [], reason: why };
}

async function makeReal(planned: Planned, writes: Writes): Promise<Outcome> {
  const { target, verdict } = planned;
  if ("error" in verdict) return failed(planned, verdict.error);
  const { change } = verdict;
  if (change.action === "unchanged") return outcomeOf(planned);
  const start = performance.now();
  let requests = planned.requests;
  const count = (): void => {
    requests++;
  };
  const spent = (): { requests: number; milliseconds: number } => ({
    requests,
    milliseconds: planned.milliseconds + performance.now() - start,
  });
  try {
    const typePending = change.action === "create" && change.preview === "type-pending";
    const applied = await writes.apply(target, count, typePending);
    if (isCrd(target)) await writes.waitForCrd(target.ref.name);
    const warnings = [...new Set([...planned.warnings, ...applied.warnings])];
    return {
      ...outcomeOf(planned),
      action: actionOf(change, applied),
      after: shownObject(applied.object, target),
      warnings,
      ...spent(),
    };
  } catch (error) {
    return { ...failed(planned, error), ...spent() };
  }
}

/** What really happened may differ from what was planned: others write too. */
function actionOf(change: Change, { created, object }: Applied): Action {
  if (created) return "created";
  const before =
    change.action === "unknown" ? getPath(change.live, ["metadata", "resourceVersion"]) : undefined;
  return before !== undefined && before === getPath(object, ["metadata", "resourceVersion"])
    ? "unchanged"
    : "configured";
}
