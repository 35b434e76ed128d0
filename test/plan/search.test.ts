/** Whatever a namespace holds, and however its list comes: what is found is what is there. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ListedPage, Reads } from "../../src/plan/live.js";
import { searchFor } from "../../src/plan/search.js";
import { object, target, types } from "../make.js";
import { readAll, shelf } from "./shelf.js";

const targetsOf = (names: readonly string[]): ReturnType<typeof target>[] =>
  names.map((name) => target(types.configMap, name));

function page(names: readonly string[], more: boolean): ListedPage {
  const items = names.map((name) => object(types.configMap, name));
  return { is: "page", items, more, remaining: undefined, bytes: 1 };
}

const letters = Array.from("abcdefghijkl");

describe("a list by name", () => {
  test("tells what is not there as soon as it has passed it", () => {
    const search = searchFor(targetsOf(["b-b", "bb", "z"]));
    expect(search.take(page(letters, true))).toEqual([]);
    expect(search.left()).toBe(1);
    expect(search.missing().absent.map(({ ref }) => ref.name)).toEqual(["b-b", "bb"]);
    expect(search.missing().open.map(({ ref }) => ref.name)).toEqual(["z"]);
  });

  test("tells nothing of the kind before some objects came", () => {
    const search = searchFor(targetsOf(["bb"]));
    search.take(page(["a", "c", "d"], true));
    expect(search.left()).toBe(1);
  });

  test.each([
    ["not by name", [...letters, "a-late-one"]],
    ["begun anew", [...letters, ...letters]],
    ["of names that sort otherwise as UTF-8", [...letters, "\u{10000}"]],
  ])("that turns out to be %s tells what is not there by its end alone", (_how, names) => {
    const search = searchFor(targetsOf(["bb"]));
    search.take(page(names.slice(0, 12), true));
    expect(search.left()).toBe(0);
    search.take(page(names.slice(12), true));
    expect(search.left()).toBe(1);
    expect(search.missing().absent).toEqual([]);
    search.take(page(["y"], false));
    expect(search.left()).toBe(0);
    expect(search.missing()).toMatchObject({ open: [], absent: [{ ref: { name: "bb" } }] });
  });
});

const name = fc.string({
  unit: fc.constantFrom(...Array.from("ab0-.:"), "\u{fffd}", "\u{1f600}"),
  minLength: 1,
  maxLength: 5,
});
const utf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const scrambled = (a: string, b: string): number => scramble(a) - scramble(b) || utf8(a, b);
const scramble = (text: string): number =>
  Array.from(text).reduce(
    (sum, letter) => Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0,
    7,
  );

test("what is found is what is there, in any order, by pages of any size, told or not what follows", async () => {
  const names = (most: number): fc.Arbitrary<string[]> =>
    fc.uniqueArray(name, { minLength: 9, maxLength: most });
  await fc.assert(
    fc.asyncProperty(
      names(40),
      names(150),
      fc.constantFrom(utf8, scrambled),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      fc.constantFrom(10, 10_000),
      async (wanted, held, order, mostPerPage, tells, size) => {
        const server = shelf(
          held.map((one) => object(types.configMap, one)),
          { order, mostPerPage, tells, bytes: () => size },
        );
        const found = await readAll(targetsOf(wanted), server);
        const present = [...found]
          .filter(([, live]) => live.state === "present")
          .map(([{ ref }]) => ref.name);
        expect(present.sort()).toEqual(wanted.filter((one) => held.includes(one)).sort());
        expect(found.size).toBe(wanted.length);
        expect([...found.values()].filter(({ state }) => state === "failed")).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

test("an object that comes twice, since the list had to begin anew, is told once", async () => {
  const names = letters.flatMap((letter) => [letter, `${letter}-2`, `${letter}-3`]);
  const all = names.map((one) => object(types.configMap, one));
  const list: Reads["list"] = async function* () {
    await Promise.resolve();
    yield { is: "page", items: all.slice(0, 20), more: true, remaining: 16, bytes: 20_000 };
    yield { is: "page", items: all, more: false, remaining: 0, bytes: 36_000 };
  };
  const found = await readAll(targetsOf([...names, "c-1"]), shelf([], {}, { list }));
  const absent = [...found].filter(([, live]) => live.state === "absent");
  expect(absent.map(([{ ref }]) => ref.name)).toEqual(["c-1"]);
  expect(found.size).toBe(37);
});
