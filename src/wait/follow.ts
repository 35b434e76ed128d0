/** Keeping up with a collection, whatever becomes of connections, servers and kinds. */
import { KapplyError } from "../errors.js";
import { steadyNow } from "../time.js";
import { openGrants } from "./grants.js";
import { believeAfterMs, isAboutAccess, isPassing } from "./passing.js";
import { openRounds } from "./rounds.js";
import type { Collection, Seen } from "./rounds.js";
import type { Selection, WaitReads } from "./types.js";

export type { Collection } from "./rounds.js";

/** Is told what becomes of a collection. What it throws ends the following. */
export interface Listener {
  seen: Seen;
  /** It can't be read just now, and will be tried again. */
  troubled: (error: KapplyError) => void;
  /** It can't be read: nothing more is told. */
  denied: (error: KapplyError) => void;
}

export interface Circumstances {
  /** Ends the following. */
  signal: AbortSignal;
  /** Watches that may still be opened. Where none is left, a collection is listed again and again. */
  watches: { left: number };
  random: () => number;
}

/** `too-wide`: the collection may not be listed as a whole. What is selected of it, one by one, may be. */
export type Followed = "over" | "too-wide";

/**
 * Follows a collection until the signal aborts or it can't be read: by list and watch, by lists alone where watching is
 * not permitted, by GETs where listing is not either; a way that was refused is tried once more later. Rejects with what the listener throws.
 */
export async function follow(
  collection: Collection,
  reads: WaitReads,
  listener: Listener,
  { signal, watches, random }: Circumstances,
): Promise<Followed> {
  const grants = openGrants(believeAfterMs);
  const rounds = openRounds(collection, reads, listener.seen, {
    signal,
    random,
    onAnswer: (verb) => grants.answered(verb),
  });
  const isOver = (): boolean => signal.aborted;
  let way: Way = "watch";
  let refusedAt: number | undefined;
  let isTriedAgain = false;

  while (!isOver()) {
    // Rights that came a moment after the wait would otherwise go unused as long as it lasts.
    if (refusedAt !== undefined && !isTriedAgain && steadyNow() - refusedAt >= tryAgainAfterMs) {
      way = "watch";
      isTriedAgain = true;
    }
    try {
      if (way === "watch" && watches.left > 0) await inTurn(watches, () => rounds.listAndWatch());
      else await rounds.poll(way === "get" ? "get" : "list");
    } catch (error) {
      if (!(error instanceof KapplyError)) throw error;
      if (isOver()) break;
      const doubted = isAboutAccess(error) && !grants.isBelieved(rounds.asked());
      const next = isRefused(error) && !doubted ? otherWay(rounds.asked(), collection.selection) : undefined;
      if (next === "too-wide") return next;
      if (next !== undefined) {
        way = next;
        refusedAt ??= steadyNow();
      } else if (doubted || isPassing(error)) {
        listener.troubled(error);
        await rounds.rest();
      } else {
        listener.denied(error);
        break;
      }
    }
  }
  return "over";
}

type Way = "watch" | "list" | "get";

/** A little more than a pod waits for its permissions. */
const tryAgainAfterMs = 15_000;

async function inTurn(turns: { left: number }, work: () => Promise<void>): Promise<void> {
  turns.left--;
  try {
    await work();
  } finally {
    turns.left++;
  }
}

/** What is left to try where a request is not permitted; undefined where nothing is. */
function otherWay(refused: Way, selection: Selection): "list" | "get" | "too-wide" | undefined {
  if (refused === "watch") return "list";
  if (refused === "get" || selection.by === "labels") return undefined;
  return selection.by === "name" ? "get" : "too-wide";
}

/** Not permitted, or 405: the kind has no such verb. */
function isRefused({ code, details }: KapplyError): boolean {
  return code === "forbidden" || details.status?.code === 405;
}
