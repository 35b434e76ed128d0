/** Whether an API server that says no has read its RBAC objects yet. */
import type { Stage, Trouble } from "./retry.js";
import type { Reply, Request } from "./types.js";

export interface Readiness {
  /** How far it is, as far as we saw. */
  seen(): Stage;
  /** Whether it said that it is ready, and was well since. */
  known(): boolean;
  /** How far it is for a request that got a 403 and left when it was `known` or not. Asks where nothing else tells. */
  after403(known: boolean): Promise<Stage>;
  /** It was not there, or not well. */
  unwell(): void;
}

/**
 * kube-apiserver listens before its RBAC objects are read, and answers 403 meanwhile to whom it permits. Its
 * `/readyz` says 500 until they are (check `informer-sync`), or 403, as this path is permitted by RBAC too
 * (`system:public-info-viewer`). Source: k8s.io/apiserver pkg/server/config.go and healthz.go.
 *
 * `ask` sends one request; `now` is in milliseconds.
 */
export function watchReadiness(
  ask: (request: Request) => Promise<Reply | Trouble>,
  now: () => number,
): Readiness {
  let unwellAt = -Infinity;
  let known = false;
  let asksUntil: number | undefined;
  let asking: Promise<void> | undefined;

  async function learn(): Promise<void> {
    const answer = await ask(readyz);
    if (!("kind" in answer)) known = true;
    else asksUntil ??= now() + graceAfter(answer);
  }

  const recentlyUnwell = (): boolean => now() - unwellAt < startsWithinMs;

  return {
    seen: () => (recentlyUnwell() ? "starting" : "ready"),
    known: () => known,
    after403: async (wasKnown) => {
      if (recentlyUnwell()) return "starting";
      if (!known && (asksUntil === undefined || now() < asksUntil)) {
        asking ??= learn().finally(() => (asking = undefined));
        await asking;
      }
      if (known) return wasKnown ? "ready" : "just-ready";
      return asksUntil !== undefined && now() < asksUntil ? "starting" : "ready";
    },
    unwell: () => {
      unwellAt = now();
      known = false;
      asksUntil = undefined;
    },
  };
}

const readyz: Request = { method: "GET", path: "/readyz", raw: true, what: "whether the server is ready" };

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
