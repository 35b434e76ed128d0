import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRevision, parseRevision } from "../../src/lease/index.js";
import type { Recorded, Revision } from "../../src/lease/index.js";
import { compareRevisions, readRevision, revisionText } from "../../src/lease/revision.js";

const number = parseRevision;
const counted = (
  n: number,
  { of = "deployment.apps/web", created = "2026-01-01T00:00:00Z", uid = "u1" } = {},
): Revision => ({ is: "controller", number: BigInt(n), of, created, uid });

describe("what --revision takes", () => {
  test("integers of any size, and times as RFC 3339 has them", () => {
    expect(parseRevision("0042")).toEqual({ is: "number", number: 42n });
    expect(parseRevision("9".repeat(400))).toMatchObject({ is: "number" });
    expect(parseRevision("2026-02-28T23:59:59.123456789+14:00")).toMatchObject({ is: "time" });
    expect(parseRevision("0001-01-01t00:00:00z")).toMatchObject({ is: "time" });
  });
  test.each([
    ["-1"],
    ["1.5"],
    ["v7"],
    [""],
    [" 7"],
    ["1e3"],
    ["0x10"],
    ["2026-02-29T00:00:00Z"],
    ["2026-13-01T00:00:00Z"],
    ["2026-01-01T24:00:00Z"],
    ["2026-01-01T00:00:60Z"],
    ["2026-01-01T00:00:00"],
    ["2026-01-01T00:00:00+24:00"],
    ["2026-01-01"],
    ["7 deployment.apps/web 2026-01-01T00:00:00Z u1"],
  ])("not %j", (text) => {
    expect(() => parseRevision(text)).toThrow(expect.objectContaining({ code: "usage" }) as Error);
  });
});

describe("which is newer", () => {
  test("numbers compare as numbers, beyond 2^53 too", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 40n }),
        fc.bigInt({ min: 0n, max: 10n ** 40n }),
        (a, b) => {
          expect(Math.sign(compareRevisions(number(String(a)), number(String(b))) ?? NaN)).toBe(
            a < b ? -1 : a > b ? 1 : 0,
          );
        },
      ),
    );
  });
  test("times compare as points in time, whatever their offset", () => {
    const date = fc.date({
      min: new Date("0001-01-02T00:00:00Z"),
      max: new Date("9999-12-30T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, date, fc.integer({ min: -23, max: 23 }), (a, b, hours) => {
        const moved = new Date(a.getTime() + hours * 3_600_000).toISOString();
        const sign = hours < 0 ? "-" : "+";
        const text = moved.replace("Z", `${sign}${String(Math.abs(hours)).padStart(2, "0")}:00`);
        fc.pre(/^\d{4}-/.test(text));
        expect(Math.sign(compareRevisions(parseRevision(text), parseRevision(b.toISOString())) ?? NaN)).toBe(
          Math.sign(a.getTime() - b.getTime()),
        );
      }),
    );
  });
  test("fractions of seconds count to the last digit", () => {
    const time = (fraction: string): Revision => parseRevision(`2026-01-01T00:00:00${fraction}Z`);
    expect(compareRevisions(time(".5"), time(".49"))).toBe(1);
    expect(compareRevisions(time(".1234567891"), time(".123456789"))).toBe(1);
    expect(compareRevisions(time(".500"), time(".5"))).toBe(0);
    expect(compareRevisions(time(""), time(".000"))).toBe(0);
  });
  test("a workload that was made again begins anew", () => {
    const again = { uid: "u2", created: "2026-01-02T00:00:00Z" };
    expect(compareRevisions(counted(7), counted(9))).toBe(-1);
    expect(compareRevisions(counted(1, again), counted(9))).toBe(1);
    expect(compareRevisions(counted(9), counted(1, again))).toBe(-1);
  });
  test("a number, a time and revisions of two workloads can't be compared", () => {
    const kinds = [
      number("7"),
      parseRevision("2026-01-01T00:00:00Z"),
      counted(7),
      counted(7, { of: "deployment.apps/api" }),
    ];
    kinds.forEach((a, i) =>
      kinds.forEach((b, j) => expect(compareRevisions(a, b), `${i} ${j}`).toBe(i === j ? 0 : undefined)),
    );
  });
  test("what is written on a Lease reads as it was", () => {
    for (const one of [number("7"), parseRevision("2026-01-01T00:00:00.5+02:00"), counted(7)])
      expect(readRevision(revisionText(one))).toEqual(one);
    for (const text of ["", "seven", "7 web", "7 web yesterday u1", "7 web 2026-01-01T00:00:00Z u1 more"])
      expect(readRevision(text)).toBeUndefined();
  });
});

describe("whether a revision is applied", () => {
  const applied = (revision: string): Recorded => ({ applied: { hash: "h", revision } });
  const check = (recorded: Recorded, text: string, allow = false) =>
    checkRevision(recorded, { revision: parseRevision(text) }, allow);

  test("newer, equal and first ones are; older ones are not", () => {
    expect(check({}, "7")).toEqual({ is: "go" });
    expect(check(applied("9"), "10")).toEqual({ is: "go" });
    expect(check(applied("9"), "9")).toEqual({ is: "go" });
    expect(check(applied("9"), "7")).toEqual({ is: "skip", why: "revision 7 is older than 9" });
  });
  test("one that was begun counts, as some of it may be there; the newest is named", () => {
    expect(check({ ...applied("8"), begun: { revision: "9" } }, "8")).toEqual({
      is: "skip",
      why: "revision 8 is older than 9, which was begun",
    });
    expect(check({ ...applied("9"), begun: { revision: "8" } }, "7")).toEqual({
      is: "skip",
      why: "revision 7 is older than 9",
    });
  });
  test("the pod of a workload that was made again is told so", () => {
    const again = revisionText(counted(1, { uid: "u2", created: "2026-01-02T00:00:00Z" }));
    expect(checkRevision(applied(again), { revision: counted(7) }, false)).toEqual({
      is: "skip",
      why: "revision 7 is older than 1 of the deployment.apps/web that was made later (2026-01-02T00:00:00Z)",
    });
  });
  test("what can't be compared is an error that says what there is, and --allow-downgrade gets by", () => {
    const time = "2026-01-01T00:00:00Z";
    expect(() => check(applied("9"), time)).toThrow(
      "the set's recorded revision is the number 9; this run's is the time 2026-01-01T00:00:00Z",
    );
    expect(() => check(applied("nine"), "7")).toThrow(
      `the set's recorded revision is "nine", which can't be read`,
    );
    expect(() =>
      checkRevision(
        applied(revisionText(counted(1, { of: "deployment.apps/api" }))),
        { revision: counted(7) },
        false,
      ),
    ).toThrow("is revision 1 of deployment.apps/api; this run's is revision 7 of deployment.apps/web");
    expect(check(applied("9"), time, true)).toEqual({ is: "go" });
    expect(check(applied("nine"), "7", true)).toEqual({ is: "go" });
  });
  test("an older one is applied with --allow-downgrade, and so is a set without revision", () => {
    expect(check(applied("9"), "7", true)).toEqual({ is: "go" });
    expect(checkRevision(applied("9"), {}, false)).toEqual({ is: "go" });
  });
});
