/** docs/retries.md says what the code does. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { startsWithinMs, undecidedMs } from "../../src/cluster/server-start.js";
import { rules, type RefusalKind } from "../../src/cluster/refusals.js";
import { decide, maxAttempts, type Trouble } from "../../src/cluster/retry.js";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/retries.md"), "utf8");

/** The rows of the table of refusals by their kind. */
const rows = new Map(
  [...page.matchAll(/^\| `([\w-]+)` +\| ([^|]+?) +\| ([^|]+?) +\|/gm)].map(
    ([, kind = "", status = "", happens = ""]) => [kind, { status, happens }],
  ),
);

const words: Record<string, string> = {
  never: "final",
  patiently: "tried again",
  twice: "tried twice",
  "once-served": "tried again for 30 s where this run makes it",
  "unless-pinned": "tried again, unless the manifest pins a version",
  "with-new-credentials": "the credentials are read again",
  "once-permitted": "tried again while the permission may come",
};

function refusal(kind: RefusalKind, code: number, retryAfterMs?: number): Trouble {
  const status = { code, reason: "", message: "", causes: [] };
  const refused = { status, fromKubernetes: true, excerpt: "", retryAfterMs };
  return { kind: "refusal", refusal: kind, refused, renewed: false };
}

const unreachable: Trouble = {
  kind: "fault",
  fault: { kind: "connection", reason: "refused", detail: "", sent: false },
};
const so = { resendable: true, pinned: false, now: 0, random: () => 1 };

function waitAfter(troubles: readonly Trouble[], more: object = {}): number | string {
  const verdict = decide(troubles, { ...so, ...more });
  return verdict.retry ? verdict.waitMs / 1000 : verdict.because;
}

const times = (n: number, trouble: Trouble): Trouble[] => Array.from({ length: n }, () => trouble);

describe("docs/retries.md", () => {
  test("has a row for every kind of refusal, and no other", () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(rules).sort());
  });

  test.each(Object.entries(rules))("says of %s what its rule is", (kind, { retry, uncertain }) => {
    const said = [words[retry], ...(uncertain === true ? ["the write may have been done"] : [])];
    expect(rows.get(kind)?.happens).toBe(said.join("; "));
  });

  test("says how often and how long it waits", () => {
    const waits = times(maxAttempts - 1, unreachable).map((_, n) =>
      waitAfter(times(n + 1, refusal("unavailable", 503))),
    );
    expect(page).toContain(`**Up to ${maxAttempts} attempts**`);
    expect(page.replaceAll(/\s+/g, " ")).toContain(`a random time up to ${waits.join(", ")} s`);
    expect(waitAfter(times(maxAttempts, refusal("unavailable", 503)))).toBe("attempts");
    expect(page).toContain(`longer than ${waitAfter([refusal("throttled", 429, 3_600_000)])} s`);
  });

  test("says how a server is waited for that can't be reached", () => {
    const patient = { patient: true, deadline: 1_000_000 };
    expect(page).toContain(`at most ${waitAfter(times(100, unreachable), patient)} s apart`);
    expect(waitAfter(times(maxAttempts, unreachable))).toBe("attempts");
  });

  test("says how a permission is waited for", () => {
    const forbidden = refusal("forbidden", 403);
    const waiting = { accessUntil: 60_000 };
    expect(page.replaceAll(/\s+/g, " ")).toContain(
      `at most ${waitAfter(times(100, forbidden), waiting)} s apart`,
    );
    expect(waitAfter([forbidden])).toBe("final");
  });

  test("says how long a 403 may be one of a server that starts", () => {
    const said = page.replaceAll(/\s+/g, " ");
    expect(said).toContain(`A 401 is asked again for ${startsWithinMs / 1000} s after the server was away`);
    expect(said).toContain(
      `for ${startsWithinMs / 1000} s at most; ${undecidedMs / 1000} s where \`/readyz\` may not be read`,
    );
  });

  test("says when the same credentials are tried once more", () => {
    const unauthenticated = refusal("unauthenticated", 401);
    expect(page).toContain(`the same token once more after ${waitAfter([unauthenticated])} s`);
    expect(waitAfter(times(2, unauthenticated))).toBe("final");
  });
});
