import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/cluster/faults.js";
import { rules } from "../../src/cluster/refusals.js";
import type { RefusalKind } from "../../src/cluster/refusals.js";
import { decide, mayHaveBeenDone } from "../../src/cluster/retry.js";
import type { Circumstances, Trouble } from "../../src/cluster/retry.js";

const refused: Fault = { kind: "connection", reason: "refused", detail: "", sent: false };
const reset: Fault = { kind: "connection", reason: "reset", detail: "", sent: true };

function fault(fault: Fault): Trouble {
  return { kind: "fault", fault };
}

function refusal(kind: RefusalKind, code: number, retryAfterMs?: number, renewed = false): Trouble {
  const status = { code, reason: "", message: "", causes: [] };
  return {
    kind: "refusal",
    refusal: kind,
    refused: { status, fromKubernetes: true, excerpt: "", retryAfterMs },
    renewed,
  };
}

const so: Circumstances = { resendable: true, pinned: false, now: 1000, random: () => 0.5 };

function times<T>(n: number, item: T): T[] {
  return Array.from({ length: n }, () => item);
}

describe("a server that just starts", () => {
  test.each(["forbidden", "unauthenticated"] as const)(
    "is asked again after %s, as often as it takes",
    (kind) => {
      const trouble = refusal(kind, kind === "forbidden" ? 403 : 401);
      expect(decide(times(30, trouble), { ...so, server: "starting" })).toMatchObject({
        retry: true,
        waitMs: 500,
      });
      expect(decide(times(30, trouble), { ...so, server: "ready" })).toMatchObject({ retry: false });
    },
  );
  test("is believed when it says that an object is wrong", () => {
    expect(decide([refusal("invalid", 422)], { ...so, server: "starting" }).retry).toBe(false);
  });
});

describe("backoff", () => {
  test("doubles from half a second to thirty, with jitter over the whole of it", () => {
    const waits = times(9, 0).map((_, n) => {
      const verdict = decide(times(n + 1, fault(refused)), { ...so, random: () => 0.5 });
      return verdict.retry ? verdict.waitMs : "stop";
    });
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  test("ends with the tenth attempt", () => {
    expect(decide(times(10, fault(refused)), so)).toEqual({ retry: false, because: "attempts" });
  });

  test("goes on until the deadline where nobody watches and nothing could be sent, every five seconds at most", () => {
    const patient = { ...so, patient: true, deadline: 1_000_000, random: () => 0.999 };
    const verdict = decide(times(100, fault(refused)), patient);
    expect(verdict).toMatchObject({ retry: true, waitMs: 4995 });
    expect(decide(times(100, fault(refused)), { ...patient, now: 999_000 })).toEqual({
      retry: false,
      because: "deadline",
    });
    // What was sent and got no answer is a server in trouble: ten attempts, however long nothing was there before.
    expect(decide([...times(50, fault(refused)), ...times(9, fault(reset))], patient)).toMatchObject({
      retry: true,
    });
    expect(decide([...times(50, fault(refused)), ...times(10, fault(reset))], patient)).toEqual({
      retry: false,
      because: "attempts",
    });
  });

  test("asks again after a 403 for as long as a RoleBinding may not be there yet, and once more at the end", () => {
    const forbidden = refusal("forbidden", 403);
    expect(decide([forbidden], so)).toEqual({ retry: false, because: "final" });
    expect(decide([forbidden], { ...so, accessUntil: 11_000 })).toMatchObject({ retry: true, waitMs: 100 });
    expect(decide(times(50, forbidden), { ...so, accessUntil: 11_000 })).toMatchObject({ waitMs: 1000 });
    expect(decide(times(50, forbidden), { ...so, accessUntil: 1300 })).toMatchObject({ waitMs: 300 });
    expect(decide([forbidden], { ...so, now: 11_000, accessUntil: 11_000 })).toEqual({
      retry: false,
      because: "final",
    });
  });

  test("ends where the next attempt would begin after the end of the run", () => {
    expect(decide([fault(refused)], { ...so, deadline: 1250 })).toEqual({
      retry: false,
      because: "deadline",
    });
    expect(decide([fault(refused)], { ...so, deadline: 1251 })).toMatchObject({ retry: true });
  });

  test("never waits longer than a minute, and at least what the server asks up to that", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 8 }),
        fc.nat({ max: 10_000_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, asked, random) => {
          const troubles = times(n + 1, refusal("throttled", 429, asked));
          const verdict = decide(troubles, { ...so, random: () => random });
          expect(verdict.retry).toBe(true);
          if (verdict.retry) {
            expect(verdict.waitMs).toBeGreaterThanOrEqual(Math.min(asked, 60_000));
            expect(verdict.waitMs).toBeLessThanOrEqual(60_000);
          }
        },
      ),
    );
  });
});

describe("which trouble is worth another attempt", () => {
  test.each<[string, Trouble, boolean]>([
    ["connection refused", fault(refused), true],
    ["connection reset", fault(reset), true],
    ["TLS that can't be trusted", fault({ kind: "tls", problem: "unknown-ca", detail: "" }), false],
    ["an answer too large", fault({ kind: "too-large", limit: 1 }), false],
    ["an answer that is not JSON", fault({ kind: "nonsense", detail: "", excerpt: "" }), false],
    ["an interruption", fault({ kind: "aborted", sent: true }), false],
    ["a 429", refusal("throttled", 429), true],
    ["a 502", refusal("gateway", 502), true],
    ["a 503", refusal("unavailable", 503), true],
    ["a 500 of etcd", refusal("storage", 500), true],
    ["a 500 of a webhook that can't be called", refusal("webhook-failed", 500), true],
    ["a 500 of another kind", refusal("server-error", 500), true],
    ["a 500 that means an object does not fit its schema", refusal("malformed", 500), false],
    ["a 403", refusal("forbidden", 403), false],
    ["a 404", refusal("object-missing", 404), false],
    ["a field conflict", refusal("field-conflict", 409), false],
    ["an object that exists already", refusal("already-exists", 409), true],
    ["a quota conflict", refusal("quota-conflict", 409), true],
    ["a stale resource version", refusal("stale", 409), true],
    ["a 413", refusal("too-large", 413), false],
    ["a 422", refusal("invalid", 422), false],
    ["a redirect", refusal("redirect", 302), false],
  ])("%s: %#", (_, trouble, again) => {
    expect(decide([trouble], so).retry).toBe(again);
  });

  test("a 500 of no known kind is tried again twice, and on when the server asks for it", () => {
    const other = refusal("server-error", 500);
    expect(decide(times(2, other), so).retry).toBe(true);
    expect(decide(times(3, other), so)).toEqual({ retry: false, because: "attempts" });
    expect(decide(times(3, refusal("server-error", 500, 1000)), so)).toMatchObject({
      retry: true,
      waitMs: 2000,
    });
  });

  test("earlier troubles of other kinds do not use up the two tries of a 500", () => {
    expect(decide([...times(5, fault(refused)), refusal("server-error", 500)], so).retry).toBe(true);
  });

  test("a stale resource version that the manifest pins is final", () => {
    expect(decide([refusal("stale", 409)], { ...so, pinned: true })).toEqual({
      retry: false,
      because: "final",
    });
  });

  test("Retry-After on a final answer changes nothing", () => {
    expect(decide([refusal("invalid", 422, 1000)], so).retry).toBe(false);
    expect(decide([refusal("forbidden", 403, 1000)], so).retry).toBe(false);
  });
});

describe("what can't be sent twice", () => {
  const post = { ...so, resendable: false };

  test("is sent again only where it did not arrive", () => {
    expect(decide([fault(refused)], post).retry).toBe(true);
    expect(decide([fault(reset)], post)).toEqual({ retry: false, because: "final" });
    expect(decide([refusal("throttled", 429)], post).retry).toBe(true);
    expect(decide([refusal("gateway", 504)], post)).toEqual({ retry: false, because: "final" });
  });
});

describe("a kind that this run brings", () => {
  const missing = refusal("type-missing", 404);

  test("is asked for again, ever slower, until its time is over", () => {
    const until = { ...so, retryNotFoundUntil: 31_000 };
    const waits = [1, 2, 3, 4, 5, 6, 20].map((n) => {
      const verdict = decide(times(n, missing), until);
      return verdict.retry ? verdict.waitMs : "stop";
    });
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
    expect(decide([missing], { ...until, now: 30_950 })).toEqual({ retry: false, because: "final" });
  });

  test("is not waited for where the run does not bring it", () => {
    expect(decide([missing], so)).toEqual({ retry: false, because: "final" });
  });

  test("does not use up the attempts for other troubles", () => {
    const troubles = [...times(20, missing), fault(refused)];
    expect(decide(troubles, { ...so, retryNotFoundUntil: 1 })).toMatchObject({ retry: true, waitMs: 250 });
  });
});

describe("401", () => {
  const same = refusal("unauthenticated", 401);
  const renewed = refusal("unauthenticated", 401, undefined, true);

  test("with new credentials to try is sent again at once, and nothing is said about it", () => {
    const quietly = { retry: true, waitMs: 0, why: undefined };
    expect(decide([renewed], so)).toEqual(quietly);
    expect(decide([renewed], { ...so, server: "starting" })).toEqual(quietly);
  });

  test("with the same credentials is sent once more after two seconds", () => {
    expect(decide([same], so)).toMatchObject({ retry: true, waitMs: 2000 });
    expect(decide([same, same], so)).toEqual({ retry: false, because: "final" });
    expect(decide([renewed, same], so)).toMatchObject({ retry: true, waitMs: 2000 });
    expect(decide([renewed, same, same], so).retry).toBe(false);
  });

  test("ends even where every renewal gives other credentials", () => {
    expect(decide(times(3, renewed), so).retry).toBe(false);
  });
});

describe("whether a write may have been done", () => {
  test("after a lost answer that nothing cleared up", () => {
    expect(mayHaveBeenDone([fault(reset), fault(refused)])).toBe(true);
    expect(mayHaveBeenDone([refusal("gateway", 504)])).toBe(true);
    expect(mayHaveBeenDone([fault(reset), refusal("throttled", 429)])).toBe(true);
    expect(mayHaveBeenDone([fault(reset), refusal("unauthenticated", 401)])).toBe(true);
  });

  test("not where the server said no, or never got it", () => {
    expect(mayHaveBeenDone([fault(refused), fault(refused)])).toBe(false);
    expect(mayHaveBeenDone([fault(reset), refusal("invalid", 422)])).toBe(false);
    expect(mayHaveBeenDone([refusal("forbidden", 403)])).toBe(false);
    expect(mayHaveBeenDone([])).toBe(false);
  });
});

test("any run of troubles ends: ten attempts, and at most four of them that were about credentials beside", () => {
  const again = (Object.keys(rules) as RefusalKind[]).filter((kind) => rules[kind].retry !== "never");
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...again), { minLength: 30, maxLength: 30 }),
      fc.boolean(),
      (kinds, renewed) => {
        const troubles: Trouble[] = [];
        for (const kind of kinds) {
          troubles.push(refusal(kind, 500, undefined, renewed));
          if (!decide(troubles, so).retry) break;
        }
        expect(troubles.length).toBeLessThanOrEqual(14);
      },
    ),
  );
});
