import fc from "fast-check";
import { expect, test } from "vitest";
import { createPrefixes } from "../../src/report/prefixes.js";

/** Few letters, so that strings begin alike. */
const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 8 });

test("finds what a search through all strings finds", () => {
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 20 }),
      fc.string({ unit: fc.constantFrom("a", "b", "c") }),
      (words, text) => {
        const prefixes = createPrefixes<string>();
        for (const one of words) prefixes.add(one, one);
        const byLength = [...words].sort((a, b) => b.length - a.length);
        for (let at = 0; at < text.length; at++) {
          const even = (value: string): boolean => value.length % 2 === 0;
          const longest = byLength.find((one) => even(one) && text.startsWith(one, at));
          expect(prefixes.longestAt(text, at, even)?.value).toBe(longest);
          const agreed = Math.max(0, ...words.map((one) => agreement(one, text.slice(at))));
          expect(prefixes.agreesAt(text, at)?.length ?? 0).toBe(agreed);
        }
      },
    ),
  );
});

test("the first value of a string stays", () => {
  const prefixes = createPrefixes<number>();
  prefixes.add("abc", 1);
  prefixes.add("abc", 2);
  prefixes.add("ab", 3);
  expect(prefixes.longestAt("abcd", 0, () => true)).toEqual({ length: 3, value: 1 });
});

function agreement(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
