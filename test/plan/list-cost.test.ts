import { describe, expect, test } from "vitest";
import {
  firstLimit,
  listGoesOn,
  listPays,
  mostPageBytes,
  nextLimit,
  smallerLimit,
} from "../../src/plan/list-cost.js";
import type { PageSeen } from "../../src/plan/list-cost.js";

/** A page of 1,000 objects of 1 KB, half of them ours, with 10,000 to come. */
const seen = (of: Partial<PageSeen> = {}): PageSeen => ({
  objects: 1000,
  bytes: 1_000_000,
  ours: 500,
  remaining: 10_000,
  seen: 1000,
  ...of,
});

describe("LIST or GET", () => {
  test("eight objects are asked for one by one, nine are listed", () => {
    expect([1, 8, 9, 1000].map(listPays)).toEqual([false, false, true, true]);
  });

  test("a first page has room for all of ours and as many others, within bounds", () => {
    expect([9, 200, 1000, 10_000].map(firstLimit)).toEqual([68, 450, 1500, 1500]);
  });

  test("a first page that is of no use costs no more than the GETs, in objects or in bytes", () => {
    for (const wanted of [9, 30, 100, 1000, 10_000]) {
      expect(firstLimit(wanted) / 15).toBeLessThan(wanted);
      expect(mostPageBytes(wanted) / 1024 / 40).toBeLessThanOrEqual(wanted);
      expect(mostPageBytes(wanted)).toBeLessThanOrEqual(8 * 1024 * 1024);
    }
  });

  test("where ours lie close, the list goes on; where the rest is foreign, or large, GETs cost less", () => {
    expect(listGoesOn(seen(), 400, true)).toBe(true);
    expect(listGoesOn(seen({ ours: 0 }), 400, true)).toBe(false);
    expect(listGoesOn(seen({ ours: 0, remaining: 2000 }), 400, true)).toBe(true);
    expect(listGoesOn(seen({ ours: 0, remaining: 2000, bytes: 20_000_000 }), 400, true)).toBe(false);
    expect(listGoesOn(seen({ bytes: 50_000_000 }), 400, true)).toBe(false);
  });

  test("in a list that is not by name, all of the rest has to come", () => {
    expect(listGoesOn(seen(), 400, false)).toBe(false);
    expect(listGoesOn(seen({ remaining: 2000 }), 400, false)).toBe(true);
  });

  test("where nobody tells how much follows, a list may double, and not for ever", () => {
    const untold = { remaining: undefined, ours: 0 };
    expect(listGoesOn(seen({ ...untold, seen: 1000 }), 900, true)).toBe(true);
    expect(listGoesOn(seen({ ...untold, seen: 16_000 }), 900, true)).toBe(false);
  });

  test("the next page is as large as what is still to be read, and of four megabytes at most", () => {
    expect(nextLimit(seen(), 100, true)).toBe(250);
    expect(nextLimit(seen(), 5000, true)).toBe(1500);
    expect(nextLimit(seen({ bytes: 20_000_000 }), 5000, true)).toBe(209);
    expect(nextLimit(seen({ bytes: 9e9 }), 5000, true)).toBe(1);
  });

  test("a page that is too large is tried smaller until that has cost what the GETs will", () => {
    const mebibyte = 1024 * 1024;
    const tooLarge = (limit: number): { limit: number; bytes: number } => ({ limit, bytes: 8 * mebibyte });
    expect(smallerLimit(1000, tooLarge(1500), 8 * mebibyte)).toBe(188);
    expect(smallerLimit(1000, tooLarge(1500), 40 * mebibyte)).toBeUndefined();
    expect(smallerLimit(100, { limit: 250, bytes: mostPageBytes(100) }, mostPageBytes(100))).toBeUndefined();
  });

  test("a page that is too large for its objects to be worth a LIST is not tried smaller", () => {
    expect(smallerLimit(10_000, { limit: 188, bytes: 8 * 1024 * 1024 }, 16 * 1024 * 1024)).toBeUndefined();
    expect(smallerLimit(10_000, { limit: 120, bytes: 1000 }, 1000)).toBeUndefined();
  });
});
