/** What to do about a Lease as it was just read: pure decisions. */
import { KapplyError } from "../errors.js";
import { holdingOf, recordedOn } from "./record.js";
import type { Recorded, Wanted } from "./record.js";
import { compareRevisions, readRevision, revisionWords } from "./revision.js";
import type { Revision } from "./revision.js";
import type { KubeObject } from "../model.js";

export type Verdict = { is: "go" } | { is: "skip"; why: string };

/** What to do next, and for how long at most before the Lease is looked at again. */
export type Decision =
  | { do: "take" }
  | { do: "wait"; holder: string; since: string; durationMs: number; leftMs: number }
  | { do: "skip"; because: "applied" | "older"; why: string };

export interface Circumstances {
  /** Our own identity as a holder. */
  holder: string;
  wanted: Wanted;
  allowDowngrade: boolean;
  /** What stood on the Lease when this run first looked. */
  first: Recorded;
  /** For how long, by our own clock, we have seen the Lease as it is now. */
  unchangedMs: number;
}

/**
 * Whether a revision may be applied to a set of which that is recorded: not when a newer one was applied, and not when
 * a newer one was begun, since some of it may be there. Equal revisions may; so may whoever gives none.
 * @throws KapplyError `usage` for revisions that can't be compared: a number and a time, of two workloads, unreadable.
 */
export function checkRevision(
  recorded: Recorded,
  { revision }: Pick<Wanted, "revision">,
  allowDowngrade: boolean,
): Verdict {
  if (revision === undefined || allowDowngrade) return { is: "go" };
  let newest: { revision: Revision; begun: boolean } | undefined;
  for (const [mark, begun] of [[recorded.applied, false] as const, [recorded.begun, true] as const]) {
    if (mark?.revision === undefined) continue;
    const other = readRevision(mark.revision);
    const order = other && compareRevisions(revision, other);
    if (other === undefined || order === undefined) throw incomparable(revision, other, mark.revision);
    if (order >= 0) continue;
    if (newest === undefined || (compareRevisions(newest.revision, other) ?? 0) < 0)
      newest = { revision: other, begun };
  }
  if (newest === undefined) return { is: "go" };
  return { is: "skip", why: olderWords(revision, newest.revision, newest.begun) };
}

function olderWords(revision: Revision, newer: Revision, begun: boolean): string {
  const words = `revision ${revisionWords(revision)} is older than ${revisionWords(newer)}`;
  const made =
    revision.is === "controller" && newer.is === "controller" && revision.uid !== newer.uid
      ? ` of the ${newer.of} that was made later (${newer.created})`
      : "";
  return `${words}${made}${begun ? ", which was begun" : ""}`;
}

function incomparable(given: Revision, recorded: Revision | undefined, text: string): KapplyError {
  const is = recorded === undefined ? `"${text}", which can't be read` : kindWords(recorded);
  return new KapplyError("usage", `the set's recorded revision is ${is}; this run's is ${kindWords(given)}`, {
    hint:
      given.is === "controller" && recorded?.is === "controller"
        ? "give each workload a set of its own (--set), or both a --revision of one count; --allow-downgrade applies this one all the same"
        : "they can't be compared: stay with one kind, or begin anew with --allow-downgrade",
  });
}

function kindWords(revision: Revision): string {
  switch (revision.is) {
    case "number":
      return `the number ${revision.number}`;
    case "time":
      return `the time ${revision.text}`;
    case "controller":
      return `revision ${revision.number} of ${revision.of}`;
  }
}

/**
 * Decides about a Lease (undefined: there is none yet). Whether a holder's time is over is told by our clock alone,
 * from when we saw the Lease change last: clocks of others may be wrong (client-go, tools/leaderelection).
 * @throws KapplyError as `checkRevision`.
 */
export function decide(live: KubeObject | undefined, so: Circumstances): Decision {
  const recorded = recordedOn(live);
  const allowed = checkRevision(recorded, so.wanted, so.allowDowngrade);
  if (allowed.is === "skip") return { do: "skip", because: "older", why: allowed.why };
  const holding = holdingOf(live);
  // A write of ours whose answer was lost, or came too late to count.
  if (holding?.holder === so.holder) return { do: "take" };
  const leftMs = holding === undefined ? 0 : holding.durationMs - so.unchangedMs;
  if (holding !== undefined && leftMs > 0) return { do: "wait", ...holding, leftMs };
  if (wasAppliedMeanwhile(recorded, so))
    return {
      do: "skip",
      because: "applied",
      why: `${recorded.appliedBy ?? "another run"} applied the same set while this one waited`,
    };
  return { do: "take" };
}

/** Whether the same set was applied since this run first looked, and nothing else was begun after. */
function wasAppliedMeanwhile(recorded: Recorded, { first, wanted }: Circumstances): boolean {
  const { applied, begun, appliedAt, appliedBy } = recorded;
  if (applied === undefined || begun?.hash !== undefined || applied.hash !== wanted.hash) return false;
  if (appliedAt === first.appliedAt && appliedBy === first.appliedBy) return false;
  if (wanted.revision === undefined) return true;
  const other = applied.revision === undefined ? undefined : readRevision(applied.revision);
  // Of a newer revision of the same set it is to be remembered that it is there.
  return other !== undefined && compareRevisions(wanted.revision, other) === 0;
}
