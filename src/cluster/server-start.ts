/** Whether an API server that says no has read its RBAC objects yet. */
import type { Stage, Trouble } from "./retry.js";
import type { Reply, Request } from "./types.js";

export interface ServerStart {
  /** Whether it was away, or not well, a moment ago. */
  wasUnwell(): boolean;
  /** Whether it said that it is ready, and was well since. */
  isReady(): boolean;
  /** How far it is for a request that got a 403 and left when it `isReady` or not. Asks where nothing else tells. */
  after403(wasReady: boolean): Promise<Stage>;
  /** It was not there, or not well. */
  unwell(): void;
}

type Known =
  | { is: "nothing" }
  /** It said so, or said nothing, at `askedAt`; for how long after `since` that may be the reason of a 403. */
  | { is: "not-ready"; since: number; graceMs: number; askedAt: number }
  | { is: "ready" };

/**
 * kube-apiserver listens before its RBAC objects are read, and answers 403 meanwhile to whom it permits. Its
 * `/readyz` says 500 until they are (check `informer-sync`), or 403, as this path is permitted by RBAC too
 * (`system:public-info-viewer`). Source: k8s.io/apiserver pkg/server/config.go and healthz.go.
 *
 * `ask` sends one request; `now` is in milliseconds.
 */
export function watchServerStart(
  ask: (request: Request) => Promise<Reply | Trouble>,
  now: () => number,
): ServerStart {
  let unwellAt = -Infinity;
  let known: Known = { is: "nothing" };
  let asking: Promise<void> | undefined;

  async function learn(): Promise<void> {
    const before = known;
    const answer = await ask(readyz);
    // What it said before it went away says nothing of what came after it.
    if (known !== before) return;
    if (!("kind" in answer)) known = { is: "ready" };
    else {
      const since = before.is === "not-ready" ? before.since : now();
      known = { is: "not-ready", since, graceMs: graceAfter(answer), askedAt: now() };
    }
  }

  const mayStart = (): boolean => known.is === "not-ready" && now() < known.since + known.graceMs;
  const isToAsk = (): boolean =>
    known.is === "nothing" || (known.is === "not-ready" && mayStart() && now() >= known.askedAt + askEveryMs);

  async function asked(): Promise<void> {
    if (!isToAsk()) return;
    asking ??= learn();
    const mine = asking;
    await mine;
    if (asking === mine) asking = undefined;
  }

  return {
    wasUnwell: () => now() - unwellAt < startsWithinMs,
    isReady: () => known.is === "ready",
    after403: async (wasReady) => {
      await asked();
      if (known.is === "ready") return wasReady ? "ready" : "just-ready";
      return known.is === "nothing" || mayStart() ? "starting" : "ready";
    },
    unwell: () => {
      unwellAt = now();
      known = { is: "nothing" };
      asking = undefined;
    },
  };
}

/** The longest that a 403 waits for the answer, in milliseconds. */
const answersWithinMs = 3_000;
const askEveryMs = 500;

const readyz: Request = {
  method: "GET",
  path: "/readyz",
  raw: true,
  what: "whether the server is ready",
  timeoutMs: answersWithinMs,
};

/** For how long after it was last unwell, or said that it is not ready, a server may still be starting. */
export const startsWithinMs = 15_000;
/** For how long its 403 about `/readyz` may be one of a start: whoever took that right from everybody gets it for ever. */
export const undecidedMs = 3_000;

/** How long to take a 403 for a sign of starting where this came of asking whether it is ready. */
function graceAfter(trouble: Trouble): number {
  if (trouble.kind === "fault") return startsWithinMs;
  const { code } = trouble.refused.status;
  if (code >= 500 || code === 429) return startsWithinMs;
  return trouble.refusal === "forbidden" ? undecidedMs : 0;
}
