/** Whose turn it is to apply a set, by its Lease. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { leaseType } from "./cluster/index.js";
import { KapplyError } from "./errors.js";
import type { Job, SetOptions, World } from "./job.js";
import { checkRevision, hashOf, holdLease, leaseName, parseRevision, recordedOn } from "./lease/index.js";
import type { Ending, LeaseAt, Skipped, Wanted } from "./lease/index.js";
import type { Outcome } from "./model.js";
import type { Target } from "./plan/index.js";
import { revisionOf } from "./pod/index.js";
import type { Server } from "./server.js";
import { ownControllers } from "./set.js";

/** Our turn to apply the set, or why there is nothing to do for us. */
export type Turn = Ours | Skipped;

export interface Ours {
  is: "ours";
  /** Why nothing may be written any more. */
  lost: () => string | undefined;
  /** Gives the turn back, with what became of it. */
  end: (ending: Ending) => Promise<void>;
}

const unlimited: Ours = { is: "ours", lost: () => undefined, end: () => Promise.resolve() };

/**
 * Waits for our turn. A revision needs the Lease as `--lock` does: one that is only compared can be overtaken on its way.
 * Who only plans waits for nobody, and is told what would be skipped.
 * @throws KapplyError as `holdLease` does.
 */
export async function takeTurn(
  targets: readonly Target[],
  job: Job,
  server: Server,
  world: Pick<World, "emit">,
): Promise<Turn> {
  const { set } = job;
  if (set === undefined || (!set.lock && set.revision === undefined)) return unlimited;
  const at = { namespace: server.connection.namespace, name: leaseName(set.name) };
  const wanted: Wanted = {
    hash: hashOf(
      targets.map(({ body }) => body),
      job,
    ),
    revision: await revisionFor(set, job, server),
    part: (job.selector ?? "") !== "",
  };
  if (job.until === "planned") return lookAhead(at, wanted, set, server);
  const what = `lease.coordination.k8s.io/${at.name}`;
  const held = await holdLease(at, await server.lease(at), {
    holder: `${hostname()}_${randomUUID()}`,
    wanted,
    allowDowngrade: set.allowDowngrade,
    deadline: server.deadline,
    signal: server.signal,
    hardSignal: server.hardSignal,
    waiting: ({ holder, since }) =>
      world.emit({ event: "waiting", what, why: `${holder} applies this set since ${since}` }),
  });
  if (held.is === "skipped") return held;
  const unheed = server.heed(() => lostLease(held.isLost()), held.signal);
  return {
    is: "ours",
    lost: held.isLost,
    end: async (ending) => {
      unheed();
      const lost = held.isLost();
      if (lost !== undefined && ending !== "untouched")
        world.emit({ event: "warning", message: `${lost}; what was applied is not recorded: run it again` });
      await held.release(ending).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        world.emit({ event: "warning", message: `${what} could not be given back: ${why}` });
      });
    },
  };
}

function lostLease(why: string | undefined): KapplyError | undefined {
  if (why === undefined) return undefined;
  return new KapplyError("lease-lost", why, {
    hint: "run it again: what was applied is left alone, and the rest is applied",
  });
}

async function revisionFor(set: SetOptions, job: Job, server: Server): Promise<Wanted["revision"]> {
  if (set.revision === undefined) return undefined;
  if (set.revision !== "auto") return parseRevision(set.revision);
  return revisionOf(await ownControllers(job, server), server.lookUp);
}

/** Whether `apply` would be skipped as things stand. */
async function lookAhead(at: LeaseAt, wanted: Wanted, set: SetOptions, server: Server): Promise<Turn> {
  if (wanted.revision === undefined) return unlimited;
  const recorded = recordedOn(await server.get(leaseType, at.namespace, at.name));
  const checked = checkRevision(recorded, wanted, set.allowDowngrade);
  return checked.is === "go" ? unlimited : { is: "skipped", because: "older", why: checked.why };
}

/** What is recorded: of a run that failed some may be written, unless no write was sent. */
export function endingOf(outcomes: readonly Outcome[], writes: number): Ending {
  const allDone = outcomes.every(({ error, action }) => error === undefined && action !== "not-attempted");
  if (allDone) return "applied";
  return writes > 0 ? "failed" : "untouched";
}

/** Why nothing is done about the objects of a set whose turn could not be had. */
export function whyNoTurn(error: KapplyError): string {
  return error.code === "interrupted" ? "interrupted" : `stopped after ${error.message}`;
}

/** The outcome of each object of a set that is not applied. */
export function leftOutcomes(
  targets: readonly Target[],
  action: "skipped" | "not-attempted",
  why: string,
): Outcome[] {
  return targets.map(({ ref, type, manifest: { place } }) => ({
    ref,
    type,
    place,
    action,
    reason: why,
    differences: [],
    warnings: [],
    requests: 0,
    milliseconds: 0,
  }));
}
