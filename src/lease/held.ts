/** Keeping a Lease that was taken: renewal, and what ends it. */
import type { KubeObject } from "../model.js";
import type { Clock } from "./clock.js";
import { holdingOf, renewedLease, renewTimeOf } from "./record.js";
import type { Ending, LeaseAt, Recorded, Wanted } from "./record.js";
import { giveBack } from "./release.js";
import type { LeaseRequests } from "./requests.js";

export interface Held {
  is: "held";
  /**
   * Gives the Lease back, with what became of the set. Does nothing where it is lost or released already.
   * @throws KapplyError where it could not be done within 5 seconds: others then wait until the Lease's time is over,
   *   and of what was applied it is only on record that it was begun.
   */
  release: (ending: Ending) => Promise<void>;
  /**
   * Why nothing may be written any more; undefined as long as it may. Told by the clock at the moment of asking, since a
   * timer is late where the process stood still: ask before each write.
   */
  isLost: () => string | undefined;
  /** Aborts once the Lease is lost, with the reason as a text. */
  signal: AbortSignal;
}

export interface KeepOptions {
  at: LeaseAt;
  holder: string;
  wanted: Wanted;
  /** What stood on the Lease before it was taken. */
  before: Recorded;
  durationMs: number;
  clock: Clock;
  random: () => number;
  /** Gives up giving it back. */
  hardSignal?: AbortSignal | undefined;
}

/**
 * For how long after a renewal its holder may write. The rest of the Lease's time is for writes under way, and for clocks
 * that run at different speeds (client-go's defaults keep a third too: RenewDeadline 10 s, LeaseDuration 15 s).
 */
export function writableMs(durationMs: number): number {
  return (durationMs * 2) / 3;
}

/** Keeps a Lease that was stored by a request sent at `sentAt` (of the clock's `now`). */
export function keepHeld(
  taken: { lease: KubeObject; sentAt: number },
  requests: LeaseRequests,
  options: KeepOptions,
): Held {
  const { at, holder, durationMs, clock, random } = options;
  let { lease, sentAt: renewedAt } = taken;
  let trouble = "";
  let lostWhy: string | undefined;
  const lost = new AbortController();
  const ended = new AbortController();

  function lose(why: string): void {
    if (ended.signal.aborted) return;
    lostWhy = `the Lease ${at.name} is lost: ${why}`;
    ended.abort();
    lost.abort(lostWhy);
  }

  function checkTime(): void {
    if (clock.now() - renewedAt < writableMs(durationMs)) return;
    lose(`it could not be renewed for ${writableMs(durationMs) / 1000} s${trouble && `; ${trouble}`}`);
  }

  const isOver = (): boolean => ended.signal.aborted;

  async function watchTime(): Promise<void> {
    while (!isOver()) {
      await clock.sleep(renewedAt + writableMs(durationMs) - clock.now(), ended.signal);
      checkTime();
    }
  }

  async function keepRenewing(): Promise<void> {
    let renewed = true;
    while (!isOver()) {
      await clock.sleep((durationMs / (renewed ? 3 : 15)) * (0.8 + 0.2 * random()), ended.signal);
      if (!isOver()) renewed = await renew();
    }
  }

  async function renew(): Promise<boolean> {
    const sent = renewedLease(lease, clock.wall());
    const sentAt = clock.now();
    const result = await requests.put(sent).catch(noteTrouble);
    if (result?.is === "written") {
      [lease, renewedAt, trouble] = [result.lease, sentAt, ""];
      return true;
    }
    // Somebody else wrote it, or we did by a request whose answer was lost.
    const live = await requests.get().then(mine, noteTrouble);
    if (live === undefined) return false;
    lease = live;
    if (renewTimeOf(live) !== renewTimeOf(sent)) return false;
    renewedAt = sentAt;
    return true;
  }

  /** The Lease that was read, as long as it is ours. */
  function mine(live: KubeObject | undefined): KubeObject | undefined {
    const other = holdingOf(live)?.holder;
    if (other === holder) return live;
    lose(live === undefined ? "it was deleted" : `${other ?? "nobody"} holds it now`);
    return undefined;
  }

  function noteTrouble(error: unknown): undefined {
    trouble = error instanceof Error ? error.message : String(error);
  }

  async function release(ending: Ending): Promise<void> {
    checkTime();
    if (ended.signal.aborted) return;
    ended.abort();
    // Of a renewal under way and this, the later one is stale: then it is the one that looks again.
    await giveBack(lease, requests, { ...options, ending });
  }

  void watchTime();
  void keepRenewing();
  return {
    is: "held",
    release,
    isLost: () => {
      checkTime();
      return lostWhy;
    },
    signal: lost.signal,
  };
}
