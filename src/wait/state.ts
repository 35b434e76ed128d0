/** An item that is waited for: what is known of it, and how it ends when its time is over. */
import { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import type { Because, WaitEnd, Waited, WaitItem } from "./types.js";

/** An item and what is known of it. */
export interface State<I extends WaitItem> {
  item: I;
  /** Undefined until it was read. */
  own?: { object: KubeObject | undefined } | undefined;
  /** Why it is not ready, as it was seen last. */
  why: string;
  /** It is ready, and followed on, since it may turn: for how long it was waited for. */
  reached?: { milliseconds: number } | undefined;
  /** Why it, or what it needs, can't be read just now. */
  trouble: { own?: KapplyError | undefined; related?: KapplyError | undefined };
  /** It has failed, and what is related to it may still tell why. */
  failed?: Extract<WaitEnd, { is: "failed" }> | undefined;
  /** What is related was not read yet. An end is put off until then, by `performance.now()`, for what it may tell. */
  looksBehindUntil?: number | undefined;
  waited?: Waited<I> | undefined;
}

export function newState<I extends WaitItem>(item: I): State<I> {
  return { item, why: "it was not read yet", trouble: {} };
}

function troubleOf({ trouble }: State<WaitItem>): KapplyError | undefined {
  return trouble.own ?? trouble.related;
}

/** Whether anything is known of it, be it that it can't be read. */
export function isKnown(state: State<WaitItem>): boolean {
  return state.own !== undefined || troubleOf(state) !== undefined;
}

/** Whether what is related to it may still tell more, and is worth the time. */
export function looksBehind(state: State<WaitItem>): boolean {
  const { looksBehindUntil } = state;
  return (
    looksBehindUntil !== undefined && performance.now() < looksBehindUntil && troubleOf(state) === undefined
  );
}

/** What to tell while it is waited for. */
export function wordsOf(state: State<WaitItem>): string {
  return troubleOf(state)?.message ?? state.why;
}

/** Whether it is ready as far as anybody knows: not while it can't be read. */
export function isReached(state: State<WaitItem>): boolean {
  return state.reached !== undefined && troubleOf(state) === undefined;
}

/** How it ends where it is not waited for any longer. */
export function lastEnd(state: State<WaitItem>, because: Because): WaitEnd {
  const trouble = troubleOf(state);
  if (isReached(state)) return { is: "ready" };
  if (state.failed !== undefined) return state.failed;
  if (state.own === undefined && because === "deadline")
    return { is: "unreadable", error: withHint(trouble ?? neverAnswered()) };
  // That a kind is not served says all; of what was read before the server went away both is to be known.
  const isAll = trouble === undefined || state.own === undefined || trouble.code === "not-served";
  return {
    is: "unfinished",
    why: isAll
      ? wordsOf(state)
      : `${state.reached === undefined ? state.why : "it was ready"}; and now ${trouble.message}`,
    because,
  };
}

function neverAnswered(): KapplyError {
  return new KapplyError("timeout", "the server did not answer in time");
}

function withHint(error: KapplyError): KapplyError {
  if (error.details.hint !== undefined) return error;
  const hint = "give it more time with --timeout";
  return new KapplyError(error.code, error.message, { ...error.details, hint });
}
