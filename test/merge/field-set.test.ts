import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asMember,
  difference,
  equalSets,
  has,
  intersection,
  isEmpty,
  leaf,
  namedFields,
  none,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
  type FieldSet,
} from "../../src/merge/field-set.js";
import { pathText } from "../../src/merge/path.js";
import { fieldSets, paths } from "./arbitraries.js";

const texts = (set: FieldSet): string[] => pathsOf(set).map(pathText);

describe("a set of fields", () => {
  test("has the paths it was made of, and not their parents", () => {
    const set = namedFields(["a"], ["b", "c"]);
    expect(
      [["a"], ["b"], ["b", "c"]].map((path) =>
        has(
          set,
          path.map((name) => `f:${name}`),
        ),
      ),
    ).toEqual([true, false, true]);
  });
  test("never has the whole object", () => {
    expect(setOf([])).toBe(none);
    expect(has(leaf, [])).toBe(false);
  });
  test("lists the fields of a level before those below them", () => {
    expect(texts(namedFields(["b"], ["a", "x"], ["a"], ["a", "c", "d"], ["c"]))).toEqual([
      ".a",
      ".b",
      ".c",
      ".a.x",
      ".a.c.d",
    ]);
  });
  test("made a member keeps what is below", () => {
    expect(asMember(namedFields(["a"]))).toEqual({ member: true, children: namedFields(["a"]).children });
    expect(asMember(none)).toBe(leaf);
  });
});

describe("difference", () => {
  test("of a parent leaves its children, and of a child its parent", () => {
    const set = namedFields(["a"], ["a", "b"]);
    expect(texts(difference(set, namedFields(["a"])))).toEqual([".a.b"]);
    expect(texts(difference(set, namedFields(["a", "b"])))).toEqual([".a"]);
  });
  test("that is recursive takes the children too", () => {
    const set = namedFields(["a"], ["a", "b"], ["a", "b", "c"], ["d"]);
    expect(texts(recursiveDifference(set, namedFields(["a", "b"])))).toEqual([".a", ".d"]);
    expect(texts(recursiveDifference(set, namedFields(["a"])))).toEqual([".d"]);
  });
});

describe("laws", () => {
  const members = (set: FieldSet): Set<string> => new Set(pathsOf(set).map((path) => JSON.stringify(path)));
  const both = fc.property(fieldSets, fieldSets, (a, b) => {
    const [left, right] = [members(a), members(b)];
    expect(members(union(a, b))).toEqual(new Set([...left, ...right]));
    expect(members(intersection(a, b))).toEqual(new Set([...left].filter((path) => right.has(path))));
    expect(members(difference(a, b))).toEqual(new Set([...left].filter((path) => !right.has(path))));
  });
  test("union, intersection and difference are those of the paths", () => {
    fc.assert(both);
  });
  test("a recursive difference has no path that starts with one of the other", () => {
    fc.assert(
      fc.property(fieldSets, fieldSets, (a, b) => {
        const taken = pathsOf(b);
        const left = pathsOf(a).filter(
          (path) => !taken.some((start) => start.every((step, at) => step === path[at])),
        );
        expect(pathsOf(recursiveDifference(a, b))).toEqual(left);
      }),
    );
  });
  test("no empty nodes are kept, whatever is taken", () => {
    const noEmpty = (set: FieldSet): boolean =>
      [...set.children.values()].every((child) => !isEmpty(child) && noEmpty(child));
    fc.assert(
      fc.property(fieldSets, fieldSets, (a, b) => {
        const results = [union(a, b), intersection(a, b), difference(a, b), recursiveDifference(a, b)];
        expect(results.every(noEmpty)).toBe(true);
      }),
    );
  });
  test("sets are equal whatever the order they were made in, and are themselves where nothing is taken", () => {
    fc.assert(
      fc.property(paths, (some) => {
        const set = setOf(...some);
        expect(equalSets(set, setOf(...[...some].reverse()))).toBe(true);
        expect(difference(set, none)).toBe(set);
        expect(intersection(set, set)).toBe(set);
      }),
    );
  });
  test("sets that differ in a member are not equal", () => {
    expect(equalSets(namedFields(["a", "b"]), namedFields(["a"], ["a", "b"]))).toBe(false);
    expect(equalSets(namedFields(["a"]), namedFields(["b"]))).toBe(false);
  });
});
