/** Getting hold of the Lease of a set: one run at a time applies it. */
import { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { systemClock } from "./clock.js";
import type { Clock } from "./clock.js";
import { decide } from "./decide.js";
import type { Decision } from "./decide.js";
import { keepHeld, writableMs } from "./held.js";
import type { Held } from "./held.js";
import { holdingOf, recordedOn, takenLease, versionOf } from "./record.js";
import type { LeaseAt, Recorded, Wanted } from "./record.js";
import { giveBack } from "./release.js";
import type { LeaseAccess, LeasePut, LeaseRequests } from "./requests.js";

export interface HoldOptions {
  /** Who we are, unlike any other run; it is shown to whoever waits for us. */
  holder: string;
  wanted: Wanted;
  /** Applies a revision that is older than the newest, or can't be compared with it, all the same. */
  allowDowngrade?: boolean | undefined;
  /** For how long others respect a holder that does not renew: 15 without it. */
  durationSeconds?: number | undefined;
  /** When waiting ends, in milliseconds by the clock's `now`. */
  deadline?: number | undefined;
  /** Ends waiting. Nothing is taken any more once it is aborted. */
  signal?: AbortSignal | undefined;
  /** Gives up giving it back. */
  hardSignal?: AbortSignal | undefined;
  /** Told once of each holder that is waited for; `since` is by the holder's clock. */
  waiting?: ((held: { holder: string; since: string }) => void) | undefined;
  clock?: Clock | undefined;
  /** A number from 0 up to 1, for jitter. */
  random?: (() => number) | undefined;
}

/** There is nothing to do for this run: what it would apply is there already, or is older than what is there. */
export interface Skipped {
  is: "skipped";
  /** `applied`: just this is there by now. `older`: something newer is, and this need not be. */
  because: "applied" | "older";
  why: string;
}

const firstPauseMs = 200;
const maxPauseMs = 2000;
const maxLostAnswers = 10;

/**
 * Waits until the Lease of a set is free, takes it, and keeps it renewed until it is released. That a set is begun is
 * recorded by the same write that takes the Lease. A run of an older revision is skipped at once; one that had to wait is
 * skipped when another applied the same set meanwhile.
 *
 * Revisions need the Lease as much as single flight does: a run that compares its revision and then writes without
 * holding anything can be overtaken on the way, and its last write then comes after those of the newer one.
 *
 * Where it throws and a write of ours may have taken the Lease all the same, that is given back before, so that nobody
 * waits for a run that is over.
 *
 * The Role that it takes: `get`, `create` and `update` on the one Lease, by name. It is made by PUT, as a POST can't be
 * limited to a name.
 * @throws KapplyError `timeout` at the deadline, `interrupted` by the signal, `usage` for revisions that can't be
 *   compared, and what the requests throw.
 */
export async function holdLease(
  at: LeaseAt,
  requests: LeaseAccess,
  options: HoldOptions,
): Promise<Held | Skipped> {
  const { clock = systemClock, random = Math.random } = options;
  const taking = taker(at, requests, { ...options, clock, random });
  try {
    return await waitAndTake(at, observer(requests.taking, clock), taking.take, {
      ...options,
      clock,
      random,
    });
  } catch (error) {
    await taking.undo();
    throw error;
  }
}

async function waitAndTake(
  at: LeaseAt,
  look: ReturnType<typeof observer>,
  take: Taker["take"],
  options: TakeOptions,
): Promise<Held | Skipped> {
  const { holder, wanted, allowDowngrade = false, clock, random } = options;
  let waitedFor: Waiting | undefined;
  for (let turn = 0; ; turn++) {
    stopHere(at, options, clock, waitedFor);
    const { live, first, unchangedMs } = await look();
    const decision = decide(live, { holder, wanted, allowDowngrade, first, unchangedMs });
    if (decision.do === "skip") return { is: "skipped", because: decision.because, why: decision.why };
    if (decision.do === "take") {
      stopHere(at, options, clock, waitedFor);
      const held = await take(live);
      if (held !== undefined) return held;
    } else if (decision.holder !== waitedFor?.holder) {
      waitedFor = decision;
      options.waiting?.({ holder: waitedFor.holder, since: decision.since });
    }
    const leftMs = (options.deadline ?? Infinity) - clock.now();
    await clock.sleep(Math.min(pauseAfter(decision, turn, random()), leftMs), options.signal);
  }
}

/** Reads the Lease, and tells for how long we have seen it as it is and what stood there at first. */
function observer(requests: LeaseRequests, clock: Clock) {
  let first: Recorded | undefined;
  let seen: { version: string; at: number } | undefined;
  return async () => {
    const live = await requests.get();
    const now = clock.now();
    const version = versionOf(live);
    if (seen?.version !== version) seen = { version, at: now };
    first ??= recordedOn(live);
    return { live, first, unchangedMs: now - seen.at };
  };
}

interface TakeOptions extends HoldOptions {
  clock: Clock;
  random: () => number;
}

interface Taker {
  /** Tries to take the Lease as it was read; undefined where it has to be read again. */
  take: (live: KubeObject | undefined) => Promise<Held | undefined>;
  /** Gives back what a write took that we know nothing of. Does not reject: its time ends by itself. */
  undo: () => Promise<void>;
}

function taker(at: LeaseAt, { taking, keeping }: LeaseAccess, options: TakeOptions): Taker {
  const { holder, wanted, durationSeconds = 15, clock, random, hardSignal } = options;
  const durationMs = durationSeconds * 1000;
  let lostAnswers = 0;
  let before: Recorded | undefined;
  let unclear = false;

  /** A write whose answer was lost may be there: reading again tells. */
  function readAgain(error: unknown): LeasePut {
    if (!(error instanceof KapplyError) || error.details.answerLost !== true) throw error;
    unclear = true;
    if (++lostAnswers > maxLostAnswers) throw error;
    return { is: "stale" };
  }

  async function take(live: KubeObject | undefined): Promise<Held | undefined> {
    // What stands on a Lease that an unanswered write of ours took is our own.
    if (before === undefined || holdingOf(live)?.holder !== holder) before = recordedOn(live);
    const lease = takenLease(live, at, { holder, wanted, durationSeconds, now: clock.wall() });
    const sentAt = clock.now();
    const result = await taking.put(lease).catch(readAgain);
    if (result.is === "stale") return undefined;
    if (clock.now() - sentAt >= writableMs(durationMs)) {
      unclear = true;
      return undefined;
    }
    const ours = { at, holder, wanted, before, durationMs, clock, random, hardSignal };
    return keepHeld({ lease: result.lease, sentAt }, keeping, ours);
  }

  async function undo(): Promise<void> {
    if (!unclear || before === undefined) return;
    const ending = "untouched";
    const given = giveBack(undefined, keeping, { at, holder, wanted, before, ending, clock, hardSignal });
    await given.catch(() => undefined);
  }

  return { take, undo };
}

type Waiting = Extract<Decision, { do: "wait" }>;

/** @throws KapplyError `interrupted`, or `timeout` at the deadline. */
function stopHere(
  { namespace, name }: LeaseAt,
  { signal, deadline }: HoldOptions,
  clock: Clock,
  waitedFor: Waiting | undefined,
): void {
  const holder = waitedFor === undefined ? "" : `, which ${waitedFor.holder} holds`;
  const which = `waiting for the Lease ${name} in namespace ${namespace}${holder}`;
  if (signal?.aborted === true) throw new KapplyError("interrupted", `interrupted while ${which}`);
  if (deadline === undefined || clock.now() < deadline) return;
  throw new KapplyError("timeout", `the time of the run is over while ${which}`, {
    hint: `give it more time with --timeout${waitedFor === undefined ? "" : afterWords(waitedFor)}`,
  });
}

function afterWords({ durationMs }: Waiting): string {
  return `: after ${Math.ceil(durationMs / 1000)} s without a renewal its holder counts as gone`;
}

/** Backs off while somebody holds the Lease, but is there soon after its time is over. */
function pauseAfter(decision: Decision, turn: number, random: number): number {
  if (decision.do !== "wait") return firstPauseMs * random;
  const backoff = Math.min(maxPauseMs, firstPauseMs * 1.5 ** Math.min(turn, 20));
  return Math.min(backoff * (0.5 + random / 2), decision.leftMs + firstPauseMs * random);
}
