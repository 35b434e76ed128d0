/** Waiting until objects are what they are to become. */
import type { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { steadyNow } from "../time.js";
import { collectionsFor } from "./collections.js";
import { openFeeds } from "./feeds.js";
import { openClosing } from "./closing.js";
import { isReached, looksBehind, newState, wordsOf } from "./state.js";
import type { State } from "./state.js";
import { openTeller } from "./teller.js";
import type { Member } from "./together.js";
import type { Related, WaitEnd, Waited, WaitItem, WaitReads } from "./types.js";

export interface WaitOptions<I extends WaitItem> {
  /** When to stop waiting, in milliseconds by `steadyNow`. */
  deadline?: number | undefined;
  /** Stops waiting. */
  signal?: AbortSignal | undefined;
  /** Whether the first item that fails ends the whole, once something is known of each. */
  failFast?: boolean | undefined;
  /** Looks once at each item, and ends as if the time were over then. */
  once?: boolean | undefined;
  /** Its part in waits that are over together: the caller has it leave. */
  member?: Member | undefined;
  /** Why an item is not ready: when that changes, and at most once a second. */
  onWaiting?: ((item: I, why: string) => void) | undefined;
  /** An item is ready: again and again where it may turn. */
  onReady?: ((item: I, milliseconds: number) => void) | undefined;
  /** An item ended. */
  onEnded?: ((waited: Waited<I>) => void) | undefined;
  /** For tests: a number from 0 up to 1, for jitter. */
  random?: (() => number) | undefined;
}

const tellEveryMs = 1_000;
const judgeEveryMs = 1_000;
/** How long the end is put off for what may still tell why: the first look at others, and at what is related. */
const lastLookMs = 2_000;
/** Requests have the same deadline, and their last word comes with it. */
const lastWordMs = 250;
/** Node fires a longer timer at once. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Waits until all items are ready, those that may turn together, or have failed: by one list and one watch for each
 * resource and namespace, which are taken up again whatever becomes of the connection or the server; by asking again and
 * again where watching is not permitted. An error that will not pass by waiting ends its items as `unreadable`, and so
 * does any where an item was never read in time. Gives the items in their order. Rejects only with what `meets`,
 * `related` and the callbacks throw.
 */
export function waitUntil<I extends WaitItem>(
  items: readonly I[],
  reads: WaitReads,
  options: WaitOptions<I> = {},
): Promise<Waited<I>[]> {
  return new Promise((resolve, reject) => {
    const states = items.map(newState);
    const session = openSession(states, reads, options, (error) => {
      session.close();
      if (error === undefined) resolve(states.flatMap(({ waited }) => waited ?? []));
      else reject(error);
    });
    session.start();
  });
}

type Session = Record<"start" | "close", () => void>;

function openSession<I extends WaitItem>(
  states: readonly State<I>[],
  reads: WaitReads,
  options: WaitOptions<I>,
  onOver: (error?: Error) => void,
): Session {
  const { deadline, signal, failFast, once, member, onWaiting, onReady, onEnded } = options;
  const began = performance.now();
  const open = new Set(states);
  /** Those of the open ones that keep the others waiting. */
  const lacking = new Set(states);
  const fail = (error: unknown): void => onOver(error instanceof Error ? error : new Error(String(error)));
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  const later = (work: () => void): void => queueMicrotask(() => guarded(work));
  const teller = openTeller<State<I>>(({ item }, why) => guarded(() => onWaiting?.(item, why)), tellEveryMs);
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number, work: () => void): void => {
    timers.push(setTimeout(() => guarded(work), milliseconds));
  };
  const closing = openClosing({ open, end, after, later });
  const feeds = openFeeds<State<I>>(
    reads,
    {
      own: (state, object) => read(state, object, undefined),
      unserved: (state, error) => read(state, undefined, error),
      troubled: (state, error) => troubled(state, error, "own"),
      denied: (state, error) => denied(state, error, "own"),
      related: {
        changed(state) {
          state.trouble.related = undefined;
          judge(state);
        },
        troubled: (state, error) => troubled(state, error, "related"),
        denied: (state, error) => denied(state, error, "related"),
      },
      failed: fail,
    },
    options.random ?? Math.random,
    later,
  );
  const elapsed = (): number => Math.round(performance.now() - began);

  function read(state: State<I>, object: KubeObject | undefined, trouble: KapplyError | undefined): void {
    state.own = { object };
    state.trouble.own = trouble;
    judge(state);
  }

  /** Asks how far an item is. What it needs beyond itself is only read while it waits, or may tell why it failed. */
  function judge(state: State<I>): void {
    const { item, own } = state;
    if (own === undefined || !open.has(state)) return;
    const related = item.related?.(own.object) ?? [];
    const found = related.map((each) => feeds.found(state, each));
    const readiness = item.meets(own.object, found);
    state.failed = undefined;
    if (own.object === undefined && item.mayGo === true && state.trouble.own === undefined)
      end(state, { is: "gone" });
    else if (readiness.is === "ready") reach(state, related);
    else {
      state.reached = undefined;
      lacking.add(state);
      related.forEach((each) => feeds.relate(state, each));
      beginToLookBehind(state, related);
      if (readiness.is === "waiting") {
        state.why = readiness.why;
        if (!looksBehind(state)) tell(state);
      } else if (looksBehind(state)) state.failed = readiness;
      else end(state, readiness);
    }
    endIfReady();
    closing.check();
  }

  /** It is ready: for good, or for now. */
  function reach(state: State<I>, related: readonly Related[]): void {
    const { item, own } = state;
    const isFinal = item.mayTurn?.(own?.object) !== true;
    state.looksBehindUntil = undefined;
    state.reached ??= { milliseconds: elapsed() };
    if ((isFinal || isReached(state)) && lacking.delete(state)) {
      teller.drop(state);
      onReady?.(item, state.reached.milliseconds);
    }
    if (isFinal) end(state, { is: "ready" });
    else if (!related.some(({ needed }) => needed)) feeds.unrelate(state);
  }

  /** Ends all if all are ready, once what was read together with that is judged. */
  function endIfReady(): void {
    if (member === undefined && lacking.size > 0) return;
    later(() => {
      if (open.size === 0) return;
      if (member !== undefined) member.tell(lacking.size === 0, endAllReady);
      else if (lacking.size === 0) endAllReady();
    });
  }

  function endAllReady(): void {
    for (const state of [...open]) end(state, { is: "ready" });
  }

  /** What is related to an item may tell more, and is given a time to do so. */
  function beginToLookBehind(state: State<I>, related: readonly Related[]): void {
    const isPending = related.some((each) => feeds.isPending(state, each));
    if (!isPending) state.looksBehindUntil = undefined;
    else if (state.looksBehindUntil === undefined) {
      state.looksBehindUntil = performance.now() + lastLookMs;
      after(lastLookMs, () => judge(state));
    }
  }

  function tell(state: State<I>): void {
    if (once !== true) teller.tell(state, wordsOf(state));
  }

  function troubled(state: State<I>, error: KapplyError, of: "own" | "related"): void {
    // That the time is over is no news: what was wrong before that says more.
    const before = state.trouble[of] ?? state.reached;
    if (error.code !== "timeout" || before === undefined) state.trouble[of] = error;
    if (open.has(state) && !isReached(state)) {
      lacking.add(state);
      endIfReady();
      tell(state);
    }
    closing.check();
  }

  function denied(state: State<I>, error: KapplyError, of: "own" | "related"): void {
    if (error.code === "interrupted") closing.finish("interrupted");
    else if (error.code === "timeout") {
      troubled(state, error, of);
      // The time of a request is that of the run, or what is left of it: the deadline is not far.
      if (deadline === undefined) closing.finish("deadline");
    } else end(state, { is: "unreadable", error });
  }

  function end(state: State<I>, how: WaitEnd): void {
    if (!open.delete(state)) return;
    lacking.delete(state);
    feeds.leave(state);
    teller.drop(state);
    const milliseconds = how.is === "ready" ? (state.reached?.milliseconds ?? elapsed()) : elapsed();
    state.waited = { item: state.item, end: how, object: state.own?.object, milliseconds };
    onEnded?.(state.waited);
    endIfReady();
    if (open.size === 0) onOver();
    else if (failFast === true && (how.is === "failed" || how.is === "unreadable"))
      closing.begin("another-failed", lastLookMs, "behind-too");
  }

  const onAbort = (): void => guarded(() => closing.finish("interrupted"));
  return {
    start() {
      if (open.size === 0) onOver();
      if (signal?.aborted === true) onAbort();
      if (open.size === 0) return;
      signal?.addEventListener("abort", onAbort, { once: true });
      if (deadline !== undefined && deadline - steadyNow() <= maxTimerMs)
        after(deadline - steadyNow(), () => closing.begin("deadline", lastWordMs, "at-each"));
      if (once === true) closing.begin("deadline", Infinity, "behind-too");
      timers.push(setInterval(() => guarded(() => [...lacking].forEach(judge)), judgeEveryMs));
      for (const needed of collectionsFor(states)) feeds.open(needed);
    },
    close() {
      timers.forEach((timer) => clearTimeout(timer));
      signal?.removeEventListener("abort", onAbort);
      for (const state of open) feeds.leave(state);
      states.forEach((state) => teller.drop(state));
      open.clear();
      lacking.clear();
    },
  };
}
