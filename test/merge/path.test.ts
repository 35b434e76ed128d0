import { describe, expect, test } from "vitest";
import { compareText, goFloat, goQuote } from "../../src/merge/go-text.js";
import {
  fieldStep,
  keyStep,
  pathText,
  readStep,
  sortedBySteps,
  stepText,
  valueStep,
} from "../../src/merge/path.js";

describe("the text of a path", () => {
  test.each([
    [[fieldStep("spec"), fieldStep("replicas")], ".spec.replicas"],
    [
      [fieldStep("containers"), keyStep([["name", "web"]]), fieldStep("image")],
      '.containers[name="web"].image',
    ],
    [
      [
        keyStep([
          ["protocol", "TCP"],
          ["containerPort", 80],
        ]),
      ],
      '[containerPort=80,protocol="TCP"]',
    ],
    [[valueStep('a "b"')], '[="a \\"b\\""]'],
    [[valueStep(2500000)], "[=2.5e+06]"],
    [[valueStep(true)], "[=true]"],
    [["i:3"], "[3]"],
    [
      [fieldStep("metadata"), fieldStep("labels"), fieldStep("app.kubernetes.io/name")],
      ".metadata.labels.app.kubernetes.io/name",
    ],
  ])("of %j", (path, text) => {
    expect(pathText(path)).toBe(text);
  });
  test("has integers as they are written in messages about what was sent", () => {
    expect(stepText(valueStep(2500000))).toBe("[=2500000]");
  });
});

describe("a step", () => {
  test.each([
    ['k:{"b":1,"a":"x"}', 'k:{"a":"x","b":1}'],
    ['k:{ "name" : "web" }', 'k:{"name":"web"}'],
    ["v:1.0", "v:1"],
    ['v:"a<b"', 'v:"a\\u003cb"'],
    ["i:07", "i:7"],
    ["f:k:{}", "f:k:{}"],
    ["v:9007199254740993", "v:9007199254740993"],
    ['k:{"__proto__":"x"}', 'k:{"__proto__":"x"}'],
  ])("%s is read as %s", (text, step) => {
    expect(readStep(text)).toBe(step);
  });
  test("of an unknown kind is skipped", () => {
    expect(readStep("x:y")).toBeUndefined();
  });
  test.each([[""], ["f"], ["spec"], ["k:[]"], ["k:{"], ["v:nothing"], ["i:one"]])("%j is none", (text) => {
    expect(() => readStep(text)).toThrow(SyntaxError);
  });
});

describe("the order of steps", () => {
  const order = (...steps: string[]): string[] =>
    sortedBySteps(new Map(steps.map((step) => [step, 0]))).map(([step]) => step);
  test("is fields, keys, values, indexes", () => {
    expect(order("i:0", "v:1", 'k:{"a":1}', "f:z", "f:a")).toEqual(["f:a", "f:z", 'k:{"a":1}', "v:1", "i:0"]);
  });
  test("is that of numbers and texts, not of their digits", () => {
    expect(order("v:10", 'v:"a"', "v:9", "v:true", "v:9007199254740993")).toEqual([
      "v:9",
      "v:10",
      "v:9007199254740993",
      'v:"a"',
      "v:true",
    ]);
  });
  test("compares keys one by one, fewer first", () => {
    const [one, two, more] = ['k:{"a":1}', 'k:{"a":2}', 'k:{"a":1,"b":0}'];
    expect(order(two, more, one)).toEqual([one, more, two]);
  });
});

describe("Go's text", () => {
  test.each([
    ["a\tb\\", '"a\\tb\\\\"'],
    ["\u0001\u00a0\u2028é😀", '"\\x01\\u00a0\\u2028é😀"'],
  ])("quotes %j", (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
  test.each([
    [80, "80"],
    [100000, "100000"],
    [1000000, "1e+06"],
    [0.00001, "1e-05"],
    [1.5, "1.5"],
    [0, "0"],
  ])("writes the float %d as %s", (value, text) => {
    expect(goFloat(value)).toBe(text);
  });
  test("orders by code points, not by UTF-16 units", () => {
    expect(["😀", "\uffee", "a", "ab"].sort(compareText)).toEqual(["a", "ab", "\uffee", "😀"]);
  });
});
