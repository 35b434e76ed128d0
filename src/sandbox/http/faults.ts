/** Misbehaving on purpose: which requests are answered wrongly, late or not at all. */

/** A fault that was asked for: what it does, to which requests, and to how many of them. */
export interface Fault {
  /** As it was written. */
  spec: string;
  /** Undefined where the fault does no more than delay. */
  effect: Effect | undefined;
  /** How long the request waits before anything is done about it. */
  delayMs: number;
  match: Match;
  turns: Turns;
}

export type Effect =
  /** An error in place of what would have been done. */
  | {
      is: "error";
      status: number;
      retryAfter?: number | undefined;
      body?: ErrorBody | undefined;
      message?: string | undefined;
    }
  /** The connection is reset; nothing was done. */
  | { is: "reset" }
  /** It is done, and the connection reset in place of the answer. */
  | { is: "reset-after" }
  /** It is done, and the connection ends in the middle of the answer's body. */
  | { is: "truncate" };

export const errorBodies = ["status", "text", "html", "none"] as const;
export type ErrorBody = (typeof errorBodies)[number];

/** Undefined matches everything. */
export interface Match {
  verbs: readonly string[] | undefined;
  methods: readonly string[] | undefined;
  /** `*` stands for any text, slashes too. */
  path: string | undefined;
}

/** Which of the requests that match, counted from 1. */
export interface Turns {
  /** How many are left alone first. */
  after: number;
  /** Of the others, every so many: 1 is all of them. */
  every: number;
  /** Of these, this share, drawn from the seed. 1 is all of them. */
  rate: number;
  seed: number;
  /** No more than so many in all. */
  first: number;
}

/** What is known of a request before it is handled. */
export interface FaultRequest {
  method: string;
  /** The verb as RBAC names it. */
  verb: string;
  /** Without the query. */
  path: string;
}

export interface Choice {
  delayMs: number;
  effect: Effect | undefined;
  /** For the log: `429`, `slow=2s`, `slow=2s reset`; undefined where nothing is wrong. */
  name: string | undefined;
}

/**
 * Decides about one request after the other: the same requests in the same order always get the same decisions.
 * The first fault with an effect whose turn it is takes the request, and the faults behind it do not count that request.
 * Faults that only delay add up, and take nothing.
 */
export function chooser(faults: readonly Fault[]): (request: FaultRequest) => Choice {
  const all = faults.map((fault) => ({ fault, isTurn: counter(fault.turns) }));
  return (request) => {
    const chosen: Fault[] = [];
    for (const { fault, isTurn } of all) {
      if (!matches(fault.match, request) || !isTurn()) continue;
      chosen.push(fault);
      if (fault.effect !== undefined) break;
    }
    return {
      delayMs: chosen.reduce((sum, { delayMs }) => sum + delayMs, 0),
      effect: chosen.at(-1)?.effect,
      name: chosen.length === 0 ? undefined : chosen.map(nameOf).join(" "),
    };
  };
}

function nameOf({ effect, delayMs }: Fault): string {
  const delay = delayMs === 0 ? [] : [`slow=${delayMs % 1000 === 0 ? `${delayMs / 1000}s` : `${delayMs}ms`}`];
  const what = effect === undefined ? [] : [effect.is === "error" ? String(effect.status) : effect.is];
  return [...delay, ...what].join(" ");
}

function matches({ verbs, methods, path }: Match, request: FaultRequest): boolean {
  return (
    (verbs?.includes(request.verb) ?? true) &&
    (methods?.includes(request.method) ?? true) &&
    (path === undefined || matchesGlob(path, request.path))
  );
}

/** The parts between the stars, in their order; the earliest place of each is as good as any. */
function matchesGlob(glob: string, text: string): boolean {
  const [head = "", ...parts] = glob.split("*");
  const tail = parts.pop();
  if (tail === undefined) return text === glob;
  if (!text.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length >= at + tail.length && text.endsWith(tail);
}

/** Called once for each request that matches: whether it is this one's turn. */
function counter({ after, every, rate, seed, first }: Turns): () => boolean {
  const draw = drawer(seed);
  let seen = 0;
  let taken = 0;
  return () => {
    seen++;
    if (taken >= first || seen <= after || (seen - after) % every !== 0) return false;
    if (rate < 1 && draw() >= rate) return false;
    taken++;
    return true;
  };
}

/** Numbers from 0 to below 1, the same for the same seed (the mulberry32 generator, public domain). */
function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
