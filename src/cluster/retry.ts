/** Whether, when and why a request is sent again: a pure function of what has gone wrong with it so far. */
import type { Fault } from "./faults.js";
import { faultWords } from "./faults.js";
import { rules } from "./refusals.js";
import type { RefusalKind } from "./refusals.js";
import type { Refused } from "./status.js";

/** Something that went wrong with one attempt. */
export type Trouble =
  | { kind: "fault"; fault: Fault }
  /** `renewed`: after a 401, reading the credentials again gave others. */
  | { kind: "refusal"; refusal: RefusalKind; refused: Refused; renewed: boolean };

/**
 * How far a server is that turned a request away: `starting` may refuse what it permits, `just-ready` did perhaps so
 * when the request came but would not now, `ready` means it.
 */
export type Stage = "starting" | "just-ready" | "ready";

export interface Circumstances {
  /** GET, server-side apply and whatever changes nothing: sending it twice does what sending it once does. */
  resendable: boolean;
  pinned: boolean;
  now: number;
  deadline?: number | undefined;
  retryNotFoundUntil?: number | undefined;
  /** One that just starts knows no credentials and rights; `ready` without it. */
  server?: Stage | undefined;
  /** Until then a 403 may be one of a Role or RoleBinding that is not there yet. */
  accessUntil?: number | undefined;
  /** Nobody watches: a server that can't be reached is waited for until the deadline, not for ten attempts. */
  patient?: boolean | undefined;
  random: () => number;
}

export type Verdict =
  /** `why`: left out where nobody needs to know, as of a token that was rotated. */
  | { retry: true; waitMs: number; why?: string | undefined }
  /** `final`: trying again would not help. */
  | { retry: false; because: "final" | "attempts" | "deadline" };

export const maxAttempts = 10;
const firstBackoffMs = 500;
const maxBackoffMs = 30_000;
// A server that has come up is not to wait for us: nothing is asked of it by trying to connect.
const maxKnockMs = 5_000;
const maxWaitMs = 60_000;
const reauthenticateMs = 2_000;
const maxRenewals = 2;
const startingMs = 500;

/** Decides about the last of `troubles`, which are all those of one request, oldest first. */
export function decide(troubles: readonly Trouble[], circumstances: Circumstances): Verdict {
  const trouble = troubles.at(-1);
  const wait = trouble && waitAfter(trouble, troubles, circumstances);
  if (trouble === undefined || wait === undefined || wait === "final")
    return { retry: false, because: "final" };
  if (wait === "attempts") return { retry: false, because: "attempts" };
  if (circumstances.deadline !== undefined && circumstances.now + wait >= circumstances.deadline)
    return { retry: false, because: "deadline" };
  const quiet = isRenewed(trouble) || isOutdated(trouble, circumstances);
  return { retry: true, waitMs: wait, why: quiet ? undefined : troubleWords(trouble) };
}

/** A 403 from before the server was known to be ready. */
function isOutdated(trouble: Trouble, { server }: Circumstances): boolean {
  return server === "just-ready" && isRefusal(trouble, "forbidden");
}

type Wait = number | "final" | "attempts";

function waitAfter(trouble: Trouble, troubles: readonly Trouble[], so: Circumstances): Wait {
  if (trouble.kind === "fault") {
    if (trouble.fault.kind !== "connection" || (trouble.fault.sent && !so.resendable)) return "final";
    if (isKnock(trouble, so)) return knock(troubles, so);
    return backoff(troubles, so, 0);
  }
  const { refused, refusal } = trouble;
  const { retry, uncertain } = rules[refusal];
  if (uncertain && !so.resendable) return "final";
  if (isOutdated(trouble, so)) return 0;
  if (so.server === "starting" && (refusal === "forbidden" || refusal === "unauthenticated"))
    return afterUnauthenticated(troubles) === 0 ? 0 : startingMs * (0.5 + so.random());
  const asked = refused.status.code >= 500 || refused.status.code === 429 ? refused.retryAfterMs : undefined;
  switch (retry) {
    case "never":
      return "final";
    case "patiently":
      return backoff(troubles, so, asked ?? 0);
    case "unless-pinned":
      return so.pinned ? "final" : backoff(troubles, so, asked ?? 0);
    case "twice":
      if (asked === undefined && troubles.filter((other) => isRefusal(other, refusal)).length > 2)
        return "attempts";
      return backoff(troubles, so, asked ?? 0);
    case "once-served":
      return untilServed(troubles.filter((other) => isRefusal(other, refusal)).length, so);
    case "once-permitted":
      return untilPermitted(troubles.filter((other) => isRefusal(other, refusal)).length, so);
    case "with-new-credentials":
      return afterUnauthenticated(troubles);
  }
}

/** Exponential backoff with full jitter, on top of what the server asked for. */
function backoff(troubles: readonly Trouble[], so: Circumstances, askedMs: number): Wait {
  const attempts = troubles.filter((trouble) => !hasOwnLimit(trouble, so)).length;
  if (attempts >= maxAttempts) return "attempts";
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempts - 1));
  return Math.min(maxWaitMs, askedMs + so.random() * ceiling);
}

/** Waiting for it is limited otherwise than by attempts: it is no sign of a server in trouble. */
function hasOwnLimit(trouble: Trouble, so: Circumstances): boolean {
  return isKnock(trouble, so) || isRefusal(trouble, "type-missing", "service-account-missing", "forbidden");
}

/** Nothing was asked of the server yet. */
function isKnock(trouble: Trouble, { patient }: Circumstances): boolean {
  if (patient !== true || trouble.kind !== "fault") return false;
  return trouble.fault.kind === "connection" && !trouble.fault.sent;
}

function knock(troubles: readonly Trouble[], { random }: Circumstances): number {
  return random() * Math.min(maxKnockMs, firstBackoffMs * 2 ** Math.min(troubles.length - 1, 10));
}

function untilPermitted(times: number, { now, accessUntil, random }: Circumstances): Wait {
  const left = (accessUntil ?? now) - now;
  return left > 0 ? Math.min(left, random() * Math.min(2000, 100 * 2 ** Math.min(times, 10))) : "final";
}

function untilServed(times: number, { now, retryNotFoundUntil }: Circumstances): Wait {
  const wait = Math.min(1000, 50 * 2 ** Math.min(times, 10));
  return retryNotFoundUntil !== undefined && now + wait <= retryNotFoundUntil ? wait : "final";
}

/** Other credentials are tried at once; the same ones once more, as a server that just starts may not know them yet. */
function afterUnauthenticated(troubles: readonly Trouble[]): Wait {
  const all = troubles.filter((trouble) => isRefusal(trouble, "unauthenticated"));
  const renewals = all.filter(isRenewed).length;
  const last = troubles.at(-1);
  if (last !== undefined && isRenewed(last)) return renewals <= maxRenewals ? 0 : "final";
  return all.length - renewals <= 1 ? reauthenticateMs : "final";
}

function isRenewed(trouble: Trouble): boolean {
  return trouble.kind === "refusal" && trouble.renewed;
}

function isRefusal(trouble: Trouble, ...kinds: RefusalKind[]): boolean {
  return trouble.kind === "refusal" && kinds.includes(trouble.refusal);
}

/** Whether a write may have been done though we can't tell: some answer was lost, and no later one was a clear no. */
export function mayHaveBeenDone(troubles: readonly Trouble[]): boolean {
  const last = troubles.at(-1);
  if (last?.kind === "refusal" && !rules[last.refusal].uncertain && isClearNo(last.refusal)) return false;
  return troubles.some((trouble) =>
    trouble.kind === "refusal" ? rules[trouble.refusal].uncertain === true : answerMissing(trouble.fault),
  );
}

function isClearNo(refusal: RefusalKind): boolean {
  const { retry } = rules[refusal];
  return retry === "never" || retry === "once-served" || retry === "once-permitted";
}

function answerMissing(fault: Fault): boolean {
  switch (fault.kind) {
    case "connection":
    case "deadline":
    case "aborted":
      return fault.sent;
    case "too-large":
    case "nonsense":
      return true;
    case "tls":
    case "unsendable":
      return false;
  }
}

/** The trouble in a few words. */
export function troubleWords(trouble: Trouble): string {
  if (trouble.kind === "fault") return faultWords(trouble.fault);
  const { status, excerpt } = trouble.refused;
  const said = status.message || excerpt;
  const first = said.split("\n", 1)[0] ?? "";
  return `the server answered ${status.code}${first === "" ? "" : `: ${first.slice(0, 200)}`}`;
}
