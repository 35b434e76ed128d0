/** Waiting until objects are what they are to become. */
import type { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { collectionsFor } from "./collections.js";
import { openFeeds } from "./feeds.js";
import { openTeller } from "./teller.js";
import type { WaitEnd, Waited, WaitItem, WaitReads } from "./types.js";

export interface WaitOptions<I extends WaitItem> {
  /** When to stop waiting, in milliseconds since the epoch. */
  deadline?: number | undefined;
  /** Stops waiting. */
  signal?: AbortSignal | undefined;
  /** Whether the first item that fails ends the whole. */
  failFast?: boolean | undefined;
  /** Why an item is not ready: when that changes, and at most once a second. */
  onWaiting?: ((item: I, why: string) => void) | undefined;
  /** An item ended. */
  onEnded?: ((waited: Waited<I>) => void) | undefined;
  /** For tests: a number from 0 up to 1, for jitter. */
  random?: (() => number) | undefined;
}

/** An item and what is known of it. */
interface State<I extends WaitItem> {
  item: I;
  /** Undefined until it was read. */
  own?: { object: KubeObject | undefined } | undefined;
  /** Why it is not ready, as it was seen last. */
  why: string;
  /** Why it can't be read just now. */
  trouble?: string | undefined;
  waited?: Waited<I> | undefined;
}

type Because = Extract<WaitEnd, { is: "unfinished" }>["because"];

const tellEveryMs = 1_000;
const judgeEveryMs = 1_000;
/** Node fires a longer timer at once. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Waits for each item until it is ready or has failed: by one list and one watch for each resource and namespace, which
 * are taken up again whatever becomes of the connection or the server; by asking again and again where watching is not
 * permitted. An error that will not pass by waiting ends its items as `unreadable`. Gives the items in their order.
 * Rejects only with what `meets`, `related` and the callbacks throw.
 */
export function waitUntil<I extends WaitItem>(
  items: readonly I[],
  reads: WaitReads,
  options: WaitOptions<I> = {},
): Promise<Waited<I>[]> {
  return new Promise((resolve, reject) => {
    const states = items.map((item): State<I> => ({ item, why: "it was not read yet" }));
    const session = openSession(states, reads, options, (error) => {
      session.close();
      if (error === undefined) resolve(states.flatMap(({ waited }) => waited ?? []));
      else reject(error);
    });
    session.start();
  });
}

interface Session {
  start(): void;
  close(): void;
}

function openSession<I extends WaitItem>(
  states: readonly State<I>[],
  reads: WaitReads,
  { deadline, signal, failFast, onWaiting, onEnded, random = Math.random }: WaitOptions<I>,
  onOver: (error?: Error) => void,
): Session {
  const began = performance.now();
  const open = new Set(states);
  const fail = (error: unknown): void => onOver(error instanceof Error ? error : new Error(String(error)));
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  const teller = openTeller<State<I>>(({ item }, why) => guarded(() => onWaiting?.(item, why)), tellEveryMs);
  const timers: NodeJS.Timeout[] = [];
  const feeds = openFeeds<State<I>>(
    reads,
    {
      own: (state, object) => read(state, object, undefined),
      unserved: (state, error) => read(state, undefined, error.message),
      related(state) {
        state.trouble = undefined;
        judge(state);
      },
      troubled,
      denied,
      failed: fail,
    },
    random,
  );

  function read(state: State<I>, object: KubeObject | undefined, trouble: string | undefined): void {
    state.own = { object };
    state.trouble = trouble;
    judge(state);
  }

  /** Asks how far an item is. What it needs beyond itself is only read while it waits. */
  function judge(state: State<I>): void {
    const { item, own } = state;
    if (own === undefined || !open.has(state)) return;
    const related = item.related?.(own.object) ?? [];
    const readiness = item.meets(
      own.object,
      related.map((each) => feeds.found(state, each)),
    );
    if (readiness.is !== "waiting") {
      end(state, readiness);
      return;
    }
    state.why = readiness.why;
    related.forEach((each) => feeds.relate(state, each));
    teller.tell(state, state.trouble ?? state.why);
  }

  function troubled(state: State<I>, error: KapplyError): void {
    state.trouble = error.message;
    if (open.has(state)) teller.tell(state, error.message);
  }

  function denied(state: State<I>, error: KapplyError): void {
    // The time of a request is that of the run, or what is left of it: the deadline is not far.
    if (error.code === "timeout" && deadline !== undefined) troubled(state, error);
    else if (error.code === "timeout") finish("deadline");
    else if (error.code === "interrupted") finish("interrupted");
    else end(state, { is: "unreadable", error });
  }

  function end(state: State<I>, how: WaitEnd): void {
    if (!open.delete(state)) return;
    feeds.leave(state);
    teller.drop(state);
    const milliseconds = Math.round(performance.now() - began);
    state.waited = { item: state.item, end: how, object: state.own?.object, milliseconds };
    onEnded?.(state.waited);
    if (failFast === true && (how.is === "failed" || how.is === "unreadable")) finish("another-failed");
    if (open.size === 0) onOver();
  }

  function finish(because: Because): void {
    for (const state of [...open]) end(state, { is: "unfinished", why: state.trouble ?? state.why, because });
  }

  const onAbort = (): void => guarded(() => finish("interrupted"));
  return {
    start() {
      if (open.size === 0) onOver();
      if (signal?.aborted === true) onAbort();
      if (open.size === 0) return;
      signal?.addEventListener("abort", onAbort, { once: true });
      if (deadline !== undefined && deadline - Date.now() <= maxTimerMs)
        timers.push(setTimeout(() => guarded(() => finish("deadline")), deadline - Date.now()));
      timers.push(setInterval(() => guarded(() => open.forEach(judge)), judgeEveryMs));
      for (const needed of collectionsFor(states)) feeds.open(needed);
    },
    close() {
      timers.forEach((timer) => clearTimeout(timer));
      signal?.removeEventListener("abort", onAbort);
      for (const state of open) feeds.leave(state);
      states.forEach((state) => teller.drop(state));
      open.clear();
    },
  };
}
