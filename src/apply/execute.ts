/** Changes made real: stage by stage, in parallel within a stage, an outcome for every target whatever happens. */
import type { Action, Event, Outcome, ResourceType } from "../model.js";
import { mapParallel } from "../parallel.js";
import { isCrd, kindOf, kindsOf, shownObject, versionOf } from "../plan/index.js";
import type { Applied, Planned, Settling } from "../plan/index.js";
import { failed, outcomeOf } from "./outcome.js";
import { stageOf, stages } from "./stages.js";
import { writePlanned } from "./write.js";
import type { Writes } from "./write.js";

export interface ExecuteOptions extends Settling {
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
  const inOrder = order(doubtingCustomResources(planned), options.isBuiltIn);
  let halt = whyNotBegin(inOrder.flat());
  const outcomes: Outcome[] = [];
  for (const stage of inOrder) {
    const ended = await mapParallel(stage, options.concurrency, async (one) => {
      const why = options.stopped() ?? halt;
      const outcome = why === undefined ? await makeReal(one, writes, options) : leftAlone(one, why);
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

/** Whether a custom resource changes was found out by the schema that is served now, and its CRD is about to change. */
function doubtingCustomResources(planned: readonly Planned[]): Planned[] {
  const changing = planned.filter((one) => isCrd(one.target) && !isUnchanged(one));
  const kinds = kindsOf(changing.map(({ target }) => target));
  const why = "its CustomResourceDefinition changes in this run";
  return planned.map((one) =>
    isUnchanged(one) && kinds.has(kindOf(one.target.type))
      ? { ...one, verdict: { change: { action: "unknown", why } } }
      : one,
  );
}

function isUnchanged({ verdict }: Planned): boolean {
  return "change" in verdict && verdict.change.action === "unchanged";
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

async function makeReal(planned: Planned, writes: Writes, options: ExecuteOptions): Promise<Outcome> {
  const { target, verdict } = planned;
  if ("error" in verdict) return failed(planned, verdict.error);
  if (isUnchanged(planned)) return outcomeOf(planned);
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
    const { applied, attempt } = await writePlanned(planned, writes, options, count);
    const warnings = [...new Set([...planned.warnings, ...applied.warnings])];
    return {
      ...outcomeOf(planned),
      action: actionOf(planned, applied),
      after: shownObject(applied.object, target),
      preview: undefined,
      reason: undefined,
      yielded: attempt.yielded,
      warnings,
      ...(isCrd(target) ? await whyNotServed(planned, writes) : {}),
      ...spent(),
    };
  } catch (error) {
    return { ...failed(planned, error), ...spent() };
  }
}

/** Waits until a CRD that was written is served. Whatever keeps us from seeing that, it was written. */
async function whyNotServed(
  planned: Planned,
  writes: Writes,
): Promise<Pick<Outcome, "error" | "notReady"> | undefined> {
  try {
    await writes.waitForCrd(planned.target.ref.name);
    return undefined;
  } catch (error) {
    const { action, error: failure, reason } = failed(planned, error);
    return action === "not-attempted" ? { notReady: `not served yet: ${reason ?? ""}` } : { error: failure };
  }
}

/** What really happened may differ from what was planned: others write too. */
function actionOf({ version }: Planned, { created, object }: Applied): Action {
  if (created) return "created";
  return version !== undefined && version === versionOf(object) ? "unchanged" : "configured";
}
