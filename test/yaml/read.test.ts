import { describe, expect, test } from "vitest";
import { readJson } from "../../src/yaml/index.js";
import { readYaml, told } from "./sync.js";

describe("hostile input is a problem, never a crash", () => {
  const deep = 10_000;
  test.each([
    ["lists in flow", `a: ${"[".repeat(deep)}${"]".repeat(deep)}\n`],
    ["lists in flow, unclosed", `a: ${"[".repeat(deep)}`],
    ["mappings in flow", `a: ${"{a: ".repeat(deep)}`],
    ["lists in blocks", `${"- ".repeat(deep)}x\n`],
    ["mappings in blocks", `${Array.from({ length: 2000 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")}\n`],
    ["JSON", `{"a":${"[".repeat(deep)}${"]".repeat(deep)}}`],
  ])("10,000-deep nesting of %s", (_name, text) => {
    const { documents, problems } = readYaml(text, "x.yaml");
    expect(documents).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(["too-large"]);
  });

  test("a bomb of aliases is cut off", () => {
    const names = "abcdefghijkl".split("");
    const lines = names.map(
      (name, at) => `${name}: &${name} [${at === 0 ? "x" : `*${names[at - 1] ?? ""}, `.repeat(9)}]`,
    );
    const { problems } = readYaml(`${lines.join("\n")}\n`, "x.yaml");
    expect(problems.map(({ code }) => code)).toEqual(["too-large"]);
    expect(told({ documents: [], problems })[0]).toContain("aliases repeat more than 4 MiB of this document");
  });

  test("aliases that repeat what fits are copies of their own", () => {
    const { documents } = readYaml("a: &x {b: [1]}\nc: *x\n", "x.yaml");
    const value = documents[0]?.value as { a: { b: number[] }; c: { b: number[] } };
    value.a.b.push(2);
    expect(value.c).toEqual({ b: [1] });
  });

  test("__proto__ and its like are keys, in every style", () => {
    for (const text of [
      "__proto__: {a: 1}\nconstructor: 2\n",
      '{"__proto__": {"a": 1}, "constructor": 2}',
      "<<: {__proto__: {a: 1}}\nconstructor: 2\n",
    ]) {
      const value = readYaml(text, "x.yaml").documents[0]?.value ?? {};
      expect(Object.entries(value)).toEqual([
        ["__proto__", { a: 1 }],
        ["constructor", 2],
      ]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });
});

describe("documents", () => {
  test("empty, comment-only and null ones are skipped", () => {
    const { documents, problems } = readYaml(
      "# c\n---\n---\n  # c\n---\n~\n---\na: 1\n...\n# end\n---\n",
      "x.yaml",
    );
    expect([documents.map(({ value }) => value), problems]).toEqual([[{ a: 1 }], []]);
  });

  test("a marker inside a block of text is text, at column 1 it is none", () => {
    const { documents } = readYaml("a: |\n  x\n  ---\n  ...\n---\nb: 1\n", "x.yaml");
    expect(documents.map(({ value }) => value)).toEqual([{ a: "x\n---\n...\n" }, { b: 1 }]);
  });

  test("JSON values on standard input follow each other without markers", () => {
    const { documents, problems } = readYaml('{"a": "\\ud83d\\ude00"}{"b": 1}\n\n{"c": 1}', "-");
    expect([documents.map(({ value }) => value), problems]).toEqual([[{ a: "😀" }, { b: 1 }, { c: 1 }], []]);
  });
});

describe("readJson is strict", () => {
  test.each([
    ['{"a":1,}', "1:8 a comma before `}` (JSON has no trailing comma: remove it)"],
    ["[1, ]", "1:5 a comma before `]` (JSON has no trailing comma: remove it)"],
    ['{"a":1 "b":2}', '1:8 `"` where a comma or } is expected'],
    ['{"a":\n 01}', "2:2 `0` where a value is expected"],
    ['{"a":1,"a":2}', '1:8 the key "a" is there twice, first at line 1, column 6 (keep one of them)'],
    [
      '{"__proto__":1,\n"__proto__":2}',
      '2:1 the key "__proto__" is there twice, first at line 1, column 14 (keep one of them)',
    ],
    ['{"a":"x', "1:6 a string without a closing quote"],
    [
      "// c\n{}",
      "1:1 `/` where a value is expected (JSON has no comments: remove it, or name the file .yaml)",
    ],
    ["{'a':1}", "1:2 `'` where a key in double quotes is expected (JSON has double quotes only)"],
    ["{a:1}", "1:2 `a` where a key in double quotes is expected"],
    ['{"a":1', "1:7 the end of the text where a comma or } is expected"],
    [
      "[1e999]",
      "1:2 a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity (quote it if it is meant as text)",
    ],
    [
      "[18446744073709551616]",
      "1:2 a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity (quote it if it is meant as text)",
    ],
    [
      '["\\ud800"]',
      "1:2 a string with half of a surrogate pair (write the character itself, or both halves of its escape)",
    ],
  ])("%s", (text, message) => {
    expect(told(readJson(text, "x.json"))).toEqual([message]);
  });

  test("and exact", () => {
    const { documents, problems } = readJson(
      '\ufeff{"a": [18446744073709551615, 1.50, -0, 1E3, "\\u0041\\n"], "": null}\r\n',
      "x.json",
    );
    expect([documents[0]?.value, problems]).toEqual([
      { a: [18446744073709551615n, 1.5, -0, 1000, "A\n"], "": null },
      [],
    ]);
  });
});
