/** One object made real: ownership first where it is taken over, and what others wrote in the meantime taken in. */
import { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { conflictError, judge, refusedContests, yielding } from "../plan/index.js";
import type { Applied, Attempt, Judged, Planned, PlanReads, Settling, Target } from "../plan/index.js";

/** The writes that executing is handed, and the reads for when they meet others. */
export interface Writes extends Pick<PlanReads, "get" | "semantics"> {
  /** Server-side apply. A kind of this run may still be answered with 404: that is waited out. */
  apply: (target: Target, attempt: Attempt, count: () => void, typePending: boolean) => Promise<Applied>;
  /** Moves fields of others to us: the live object as it was read, with other managed fields. False where it is another by now. */
  moveOwnership: (target: Target, moved: KubeObject, count: () => void) => Promise<boolean>;
  /** Resolves once the CRD of that name is Established and its kinds are served. */
  waitForCrd: (name: string) => Promise<void>;
}

/** How often an object that others keep writing is looked at anew. */
const looks = 5;

/**
 * Applies what was planned for a target; `attempt` is what was sent in the end.
 * @throws KapplyError `conflict` with owners and values, and whatever else the server says.
 */
export async function writePlanned(
  planned: Planned,
  writes: Writes,
  settling: Settling,
  count: () => void,
): Promise<{ applied: Applied; attempt: Attempt }> {
  const { target, verdict } = planned;
  const typePending =
    "change" in verdict && verdict.change.action === "create" && verdict.change.preview === "type-pending";
  let { attempt } = planned;
  for (let look = 1; ; look++) {
    if (attempt.moved !== undefined && !(await writes.moveOwnership(target, attempt.moved.object, count))) {
      if (look >= looks) throw keptWriting();
      attempt = (await judgeAnew(target, writes, settling, count))?.attempt ?? {
        ...attempt,
        moved: undefined,
      };
      continue;
    }
    attempt = { ...attempt, moved: undefined };
    try {
      return { applied: await writes.apply(target, attempt, count, typePending), attempt };
    } catch (error) {
      if (!(error instanceof KapplyError) || error.code !== "conflict") throw error;
      const next = await afterConflict(error, { target, attempt }, writes, settling, count);
      if (look >= looks) throw error;
      attempt = next;
    }
  }
}

function keptWriting(): KapplyError {
  return new KapplyError("rejected", "others kept writing it while its ownership was to be moved", {
    hint: "apply again",
  });
}

async function judgeAnew(
  { type, ref, ...target }: Target,
  writes: Writes,
  settling: Settling,
  count: () => void,
): Promise<Judged | undefined> {
  const live = await writes.get(type, ref.namespace, ref.name, count);
  if (live === undefined) return undefined;
  return judge({ ...target, type, ref }, live, await writes.semantics(type), settling);
}

/** What to send after a conflict that planning did not see. @throws KapplyError `conflict` where others are not given way to. */
async function afterConflict(
  error: KapplyError,
  { target, attempt }: { target: Target; attempt: Attempt },
  writes: Writes,
  settling: Settling,
  count: () => void,
): Promise<Attempt> {
  const judged = await judgeAnew(target, writes, settling, count);
  if (judged === undefined) throw error;
  if (settling.onConflict === "yield" && judged.attempt.yielded.length > attempt.yielded.length)
    return judged.attempt;
  const meeting = { ...judged, attempt };
  const contested = refusedContests(error, meeting);
  const next = settling.onConflict === "yield" ? yielding(meeting, contested) : undefined;
  if (next === undefined) throw conflictError(contested, meeting, error);
  return next;
}
