import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLabelSelector } from "../../../src/sandbox/selectors/index.js";
import { answerTo, recorded } from "./support.js";

test.each(recorded("label-selectors.json") as [string, string][])(
  "the selector %j is answered as the real server does",
  (text, message) => {
    expect(answerTo(() => parseLabelSelector(text))).toBe(message);
  },
);

describe("a label selector", () => {
  const web = { app: "web", tier: "front", "example.com/n": "10", empty: "" };
  test.each<[string, boolean]>([
    ["", true],
    ["app", true],
    ["!app", false],
    ["none", false],
    ["!none", true],
    ["empty", true],
    ["empty=", true],
    ["none=", false],
    ["app=web", true],
    ["app == web", true],
    ["app=db", false],
    ["app!=web", false],
    ["app!=db", true],
    ["none!=x", true],
    ["app in (db,web)", true],
    ["app in (db)", false],
    ["none in (x)", false],
    ["empty in (,x)", true],
    ["app notin (db)", true],
    ["app notin (web)", false],
    ["none notin (x)", true],
    ["example.com/n>9", true],
    ["example.com/n>10", false],
    ["example.com/n<11", true],
    ["example.com/n<9", false],
    ["app>1", false],
    ["app<1", false],
    ["none<1", false],
    ["app=web,tier=front", true],
    ["app=web,tier=back", false],
    ["constructor", false],
    ["!toString", true],
  ])("%j on the labels of an object: %s", (text, expected) => {
    expect(parseLabelSelector(text)(web)).toBe(expected);
  });

  test("compares integers beyond 2^53 exactly, and none beyond 2^63", () => {
    expect(parseLabelSelector("n>9007199254740992")({ n: "9007199254740993" })).toBe(true);
    expect(parseLabelSelector("n>1")({ n: "9223372036854775808" })).toBe(false);
  });

  test("matches objects without labels where it wants none", () => {
    expect(parseLabelSelector("!app")(undefined)).toBe(true);
    expect(parseLabelSelector("app")(undefined)).toBe(false);
  });
});

test("in and notin, = and !=, a and !a are opposites", () => {
  const word = fc.constantFrom("a", "b", "c", "");
  const labels = fc.dictionary(fc.constantFrom("x", "y"), word);
  fc.assert(
    fc.property(labels, fc.array(word, { minLength: 1, maxLength: 3 }), (given, values) => {
      const matches = (text: string): boolean => parseLabelSelector(text)(given);
      const list = values.join(",");
      const [first = ""] = values;
      expect(matches(`x in (${list})`)).toBe(!matches(`x notin (${list})`));
      expect(matches(`x=${first}`)).toBe(!matches(`x!=${first}`));
      expect(matches("x")).toBe(!matches("!x"));
      expect(matches(`x in (${list})`)).toBe(values.some((value) => matches(`x=${value}`)));
      expect(matches(`x=${first},y=${first}`)).toBe(matches(`x=${first}`) && matches(`y=${first}`));
    }),
  );
});
