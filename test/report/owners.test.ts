/** Words about other managers: who owns what, since when, and what became of it. */
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { parseJson } from "../../src/json.js";
import type { Outcome } from "../../src/model.js";
import { ageText, dateText } from "../../src/report/names.js";
import { contestText } from "../../src/report/owners.js";
import { createSecrets } from "../../src/report/secrets.js";
import {
  at,
  base64,
  contest,
  database,
  editor,
  failure,
  outcome,
  record,
  resultOf,
  scaler,
  settings,
  web,
} from "./fixtures.js";

const now = new Date("2026-11-22T12:12:30Z");
const words = { now: () => now, secrets: createSecrets(false) };
const replicas = contest("spec.replicas", at(20, 13));

describe("an age", () => {
  test.each([
    ["2026-11-22T12:12:30Z", "0 s ago"],
    ["2026-11-22T12:11:31Z", "59 s ago"],
    ["2026-11-22T12:11:30Z", "1 min ago"],
    ["2026-11-22T11:12:31Z", "59 min ago"],
    ["2026-11-22T11:12:30Z", "1 h ago"],
    ["2026-11-20T12:12:31Z", "47 h ago"],
    ["2026-11-20T12:12:30Z", "2 days ago"],
    ["2025-11-22T12:12:30Z", "365 days ago"],
  ])("since %s is %s", (moment, age) => {
    expect(ageText(moment, now)).toBe(age);
  });

  test("is not told where clocks differ, or of what is no time", () => {
    expect(ageText("2026-11-22T12:12:31Z", now)).toBe("");
    expect(ageText("yesterday", now)).toBe("");
  });
});

test("a date is the same everywhere, and what is none is as it came, harmless", () => {
  expect(dateText("2026-11-22T10:12:10+01:00")).toBe("2026-11-22 09:12 UTC");
  expect(dateText("some\u001bday")).toBe("some\\x1bday");
});

describe("a contested field", () => {
  test("is told with its owner, its age and both values", () => {
    expect(contestText(web, replicas, words)).toBe(
      'owned by "kube-controller-manager" (Update of scale, since 2026-11-22 09:12 UTC, 3 h ago): live 5, manifest 3',
    );
  });

  test("is told with what is known", () => {
    const owner = { manager: "argocd", operation: "Apply", apiVersion: "v1" } as const;
    expect(contestText(web, { path: "spec.replicas", owner, place: at(1) }, words)).toBe(
      'owned by "argocd" (Apply)',
    );
    expect(contestText(web, { ...replicas, owner, live: undefined, wanted: null }, words)).toBe(
      'owned by "argocd" (Apply): manifest null',
    );
  });

  test("has its long value cut, on one line", () => {
    const text = contestText(
      web,
      { ...replicas, live: "line\n".repeat(100), wanted: { a: [1, "\u001b[31m"] } },
      words,
    );
    expect(text).toMatch(
      /: live "(line\\n){9}li\.\.\. \(602 characters\), manifest \{"a":\[1,"\\u001b\[31m"\]\}$/,
    );
  });

  test("of a Secret shows no value, nor where it is not known whose it is", () => {
    const secret = contest("data.password", at(3), { live: base64("by hand"), wanted: base64("by us") });
    for (const ref of [database, undefined]) {
      expect(contestText(ref, secret, words)).toMatch(
        /: live "<secret, 7 bytes, #[0-9a-f]{6}>", manifest "<secret, 5 bytes, #[0-9a-f]{6}>"$/,
      );
    }
  });
});

describe("what an apply did about other managers", () => {
  const yielding = outcome(web, "configured", {
    yielded: [replicas, contest("spec.paused", at(21), { owner: editor })],
  });

  test("is told with the result line, and once", async () => {
    const { reporter, stderr } = await record();
    reporter.emit({ event: "outcome", outcome: yielding });
    const told = stderr();
    expect(told).toMatch(
      /^deployment.apps\/web: left to "kube-controller-manager" .*; left to "kubectl-edit" .*\n$/,
    );
    await reporter.finish(resultOf([yielding]));
    expect(stderr().indexOf("left to", told.length)).toBe(-1);
  });

  test("is told of an object that came without an event", async () => {
    const { reporter, stderr } = await record();
    await reporter.finish(resultOf([yielding]));
    expect(stderr()).toContain("left to");
  });

  test("groups fields by their owner", async () => {
    const { reporter, stderr } = await record();
    await reporter.finish(
      resultOf([
        outcome(web, "unchanged", { yielded: [replicas, contest("spec.paused", at(21), { live: true })] }),
      ]),
    );
    expect(stderr()).toContain(
      "3 h ago): spec.replicas (live 5, manifest 3), spec.paused (live true, manifest 3)\n",
    );
  });

  test.each([
    ["nothing was written", outcome(web, "failed", { ...yielding, action: "failed", error: failure("no") })],
    [
      "nobody else is concerned",
      outcome(web, "configured", { differences: [{ path: "a", origin: { by: "manifest" } }] }),
    ],
  ] as [string, Outcome][])("is nothing where %s", async (_case, one) => {
    const { reporter, stderr } = await record();
    await reporter.finish(resultOf([one]));
    expect(stderr()).not.toMatch(/left to|took over|overwrote/);
  });

  test("stands in the diff where there is one, and on stderr where an unchanged object has none", async () => {
    const { reporter, stdout, stderr } = await record({ command: "diff", diff: true });
    const scaled = outcome({ ...web, name: "scaled" }, "unchanged", { yielded: [replicas] });
    await reporter.finish(resultOf([{ ...yielding, before: {}, after: {} }, scaled]));
    expect(stdout()).toContain('# spec.replicas: left to "kube-controller-manager"');
    expect(stdout()).not.toContain("scaled");
    expect(stderr()).toContain('deployment.apps/scaled: left to "kube-controller-manager"');
    expect(stderr()).not.toContain("deployment.apps/web:");
  });

  test.each(["json", "yaml", "ndjson", "name"] as const)("is no talk with -o %s", async (output) => {
    const { reporter, stderr } = await record({ output });
    reporter.emit({ event: "outcome", outcome: yielding });
    await reporter.finish(resultOf([yielding]));
    expect(stderr()).toBe("");
  });
});

describe("conflicts", () => {
  const conflict = (path: string): Partial<Outcome> => ({
    error: failure("another field manager owns a field that the manifest sets otherwise", {
      code: "conflict",
      causes: [{ message: "conflict", contest: contest(path, at(9)) }],
      hint: "drop it, or\ntake it",
    }),
  });

  test("have one hint for all of them, after the last", async () => {
    const { reporter, stderr } = await record();
    await reporter.finish(
      resultOf([
        outcome(web, "failed", conflict("spec.replicas")),
        outcome(settings, "failed", { error: failure("the server says no") }),
        outcome({ ...web, name: "api" }, "failed", conflict("spec.paused")),
      ]),
    );
    expect(stderr().match(/hint: /g)).toHaveLength(1);
    expect(stderr().split("\n").slice(-5)).toEqual([
      expect.stringContaining("  web.yaml:9:1: spec.paused: owned by "),
      "  hint: drop it, or",
      "        take it",
      "3 objects: 3 failed in 1.2 s",
      "",
    ]);
  });

  test("that end the run are told in the same way", async () => {
    const { reporter, stdout, stderr } = await record({ output: "json" });
    const causes = [
      { message: "conflict", contest: contest("data.password", at(9), { live: base64("by hand") }) },
    ];
    reporter.fail(new KapplyError("conflict", "another field manager owns a field", { causes }));
    expect(stderr()).toMatch(/^ {2}web.yaml:9:1: data.password: owned by .* live "<secret, 7 bytes, #/m);
    const { error } = parseJson(stdout()) as { error: { causes: { contest: object }[] } };
    expect(error.causes[0]?.contest).toMatchObject({ owner: { ...scaler }, source: "web.yaml:9:1" });
    expect(stdout()).not.toContain(base64("by hand"));
  });
});
