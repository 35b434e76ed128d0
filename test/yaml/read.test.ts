import { describe, expect, test } from "vitest";
import type { Path } from "../../src/model.js";
import { type YamlReading, readJson } from "../../src/yaml/index.js";
import { readYaml } from "./sync.js";

const head = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n";

/** Problems as a person reads them: `line:column message (hint)`. */
function told({ problems }: YamlReading): string[] {
  return problems.map(({ place, message, hint }) => {
    return `${place.line}:${place.column} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** The code, place and message of the only problem of a text. */
function only(text: string): string {
  const reading = readYaml(text, "x.yaml");
  const lines = told(reading);
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

/** The place of a path in the only document of a text, as `line:column`. */
function placeOf(text: string, path: Path): string {
  const { documents, problems } = readYaml(text, "x.yaml");
  expect(problems).toEqual([]);
  const { line, column, source } = documents[0]?.placeOf(path) ?? { line: 0, column: 0, source: "" };
  expect(source).toBe("x.yaml");
  return `${line}:${column}`;
}

test.each(["a:\n  b: 1\n", "a: {b: 1}\n", "a: &x\n  b: 1\n", '{"a": {"b": 1}}\n'])(
  "a key has a place of its own in %j",
  (text) => {
    const document = readYaml(text, "x.yaml").documents[0];
    const at = (part: "value" | "key"): number => {
      const { line, column } = document?.placeOf(["a", "b"], part) ?? { line: 0, column: 0 };
      return (
        text
          .split("\n")
          .slice(0, line - 1)
          .join("\n").length +
        (line > 1 ? 1 : 0) +
        column -
        1
      );
    };
    expect(text.slice(at("key")).replace('"', "").startsWith("b")).toBe(true);
    expect(text.slice(at("value")).startsWith("1")).toBe(true);
  },
);

describe("every value knows its place", () => {
  // The same object in plain block style and with an anchor, which takes the full reader.
  const plain = `# a comment\n---\n${head}  replicas: 3\n  list:\n  - a: 1\n  - "b": two # here\n  text: |\n    x\n  none:\n  map:\n    deep: {in: [1, two]}\n`;
  const anchored = plain.replace("replicas: 3", "replicas: &three 3");
  const crlf = `\ufeff${plain}`.replaceAll("\n", "\r\n");

  describe.each([
    ["in plain style", plain],
    ["with an anchor", anchored],
    ["with CRLF and a byte order mark", crlf],
  ])("%s", (_style, text) => {
    test.each<[string, Path, string]>([
      ["the object", [], "3:1"],
      ["a scalar", ["kind"], "4:7"],
      ["a mapping below its key, at the key", ["metadata"], "5:1"],
      ["a list below its key, at the key", ["spec", "list"], "9:3"],
      ["an item", ["spec", "list", 0], "10:5"],
      ["a value in an item", ["spec", "list", 1, "b"], "11:10"],
      ["a block of text, at its indicator", ["spec", "text"], "12:9"],
      ["a value of nothing, behind its colon", ["spec", "none"], "14:8"],
      ["a value in flow", ["spec", "map", "deep", "in", 1], "16:20"],
      ["what is not there, at its nearest parent", ["spec", "map", "nope", "x"], "15:3"],
      ["what is beyond a list, at the list", ["spec", "list", 7], "9:3"],
    ])("%s", (_what, path, place) => {
      expect(placeOf(text, path)).toBe(place);
    });
  });

  test("what an alias repeats stands at the alias, what is in it at the anchor", () => {
    const text = "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n";
    expect(placeOf(text, ["c"])).toBe("3:4");
    expect(placeOf(text, ["c", "b"])).toBe("2:6");
    expect(placeOf(text, ["d", "b"])).toBe("2:6");
  });

  test("in JSON too, wherever it comes from", () => {
    const text = '{\n  "a": [1, {"b": 9007199254740993}],\n  "c":\n    2\n}\n';
    for (const { documents } of [readYaml(text, "-"), readJson(text, "-")]) {
      const places = [[], ["a"], ["a", 1, "b"], ["c"], ["d"]].map((path) => documents[0]?.placeOf(path));
      expect(places.map((place) => `${place?.line}:${place?.column}`)).toEqual([
        "1:1",
        "2:8",
        "2:18",
        "3:3",
        "1:1",
      ]);
    }
  });

  test("in the second document, and in the second JSON value", () => {
    for (const text of ["a: 1\n--- # two\n\nb: &x 2\n", '{"a": 1}\n\n\n{"b": 2}']) {
      const { documents } = readYaml(text, "x.yaml");
      expect(documents.map(({ place }) => place.line)).toEqual([1, 4]);
      expect(documents[1]?.placeOf(["b"]).line).toBe(4);
    }
  });
});

describe("what is wrong is told with its place and the way out", () => {
  test.each<[string, string, string]>([
    [
      "a tab as indent",
      "\ta: 1\n",
      "6:1 a tab in the indentation, where YAML allows only spaces (replace the tab with spaces)",
    ],
    [
      "an unclosed quote",
      '  a: "one\n  b: 1\n',
      "6:6 a double quote that is never closed (close it, and indent all its lines deeper than the key before it)",
    ],
    [
      "a quote cut by a marker",
      "  a: 'one\n---\nb: 1\n",
      "6:6 a single quote that is never closed (close it, and indent all its lines deeper than the key before it)",
    ],
    [
      "an unclosed list",
      "  a: [1, 2\n  b: 1\n",
      "6:6 a `[` that is never closed by `]` (close it, and indent all its lines deeper than the key before it)",
    ],
    [
      "an unclosed mapping",
      "  a: {b: 1\n",
      "6:6 a `{` that is never closed by `}` (close it, and indent all its lines deeper than the key before it)",
    ],
    [
      "a missing comma",
      '  a: ["x" "y"]\n',
      "6:11 two items without a comma between them (put a comma between the items of [ ] and { })",
    ],
    [
      "a glued comment",
      '  a: "x"#c\n',
      "6:9 a comment without a space before it (put a space before #, or quote the text that it belongs to)",
    ],
    [
      "text behind a quote",
      '  a: "b" c\n',
      "6:10 text after a closing quote (put the whole value in quotes; double the single quotes in '', put \\ before those in \"\")",
    ],
    [
      "text behind a bracket",
      "  a: [1] b\n",
      "6:10 text after a closing bracket (remove it, or put the whole value in quotes)",
    ],
    ["a start like @", "  a: @x\n", "6:6 a value that starts with the character @ (put the value in quotes)"],
    [
      "a wildcard",
      "  a: *.example.com\n",
      "6:6 an alias (what starts with an asterisk) without an anchor in this document (put it in quotes if it is meant as text)",
    ],
    [
      "an alias as a key",
      "  a: &x k\n  *x: 1\n",
      "7:3 an alias with a colon right behind it (put a space before the colon)",
    ],
    [
      "a custom tag",
      "  a: !thing b\n",
      "6:13 a tag (what starts with an exclamation mark) that Kubernetes has no meaning for (remove the tag; quote the value if the exclamation mark belongs to it)",
    ],
    [
      "a tag that does not fit",
      "  a: !!int b\n",
      "6:12 the tag !!int on what is none (remove the tag, or correct the value)",
    ],
    [
      "two colons",
      "  a: b: c\n",
      "6:6 two keys on one line (put the value in quotes if the second colon belongs to it)",
    ],
    [
      "a missing colon",
      "  a: 1\n  b\n",
      "7:3 a line that is no key (a key needs a colon and a space behind it; text over several lines needs quotes or |)",
    ],
    [
      "a list on its key's line",
      "  a: - 1\n",
      "6:6 a list that starts on the line of its key (start it on the next line)",
    ],
    [
      "a deeper line",
      "  a: 1\n   b: 2\n",
      "6:6 a value on a line that has keys indented below it (indent the line below like this one, or remove the value)",
    ],
    [
      "a line less deep",
      "    a: 1\n  b: 2\n",
      "7:1 a line whose indentation fits none of those above it (indent it like the lines it belongs to)",
    ],
    [
      "an item among keys",
      "  a: 1\n  - b\n",
      "7:1 a list item where a key is expected (indent it like the items it belongs to, below the key of the list)",
    ],
    [
      "an escape",
      '  a: "\\d+"\n',
      "6:7 the escape \\d in double quotes, which YAML does not have (write a backslash as \\\\, or use single quotes)",
    ],
    [
      "text behind a bar",
      "  a: |x\n    one\n",
      "6:7 text right after | or > (start the text on the next line, indented)",
    ],
    [
      "a block that is not indented",
      "  a: |\n  one\n",
      "7:3 a block of text that is not indented (indent it deeper than the key above it)",
    ],
    [
      "a template",
      "  a: {{ .Values.x }}\n",
      "6:6 a template that was not rendered: {{ .Values.x }} (render it first, as in: helm template CHART | kapply apply -f -)",
    ],
    [
      "a template's condition",
      "  {{- if .x }}\n  a: 1\n  {{- end }}\n",
      "6:3 a template that was not rendered: {{- if .x }} (render it first, as in: helm template CHART | kapply apply -f -)",
    ],
    [
      "a merge conflict",
      "<<<<<<< HEAD\n  a: 1\n=======\n  a: 2\n>>>>>>> b\n",
      "6:1 a merge conflict that was not resolved (keep one of the two versions, and remove the lines with <<<<<<<, ======= and >>>>>>>)",
    ],
    [
      "a duplicate key",
      "  a: 1\n  b: 2\n  a: 3\n",
      '8:3 the key "a" is there twice, first at line 6, column 3 (keep one of them)',
    ],
    [
      "a duplicate after resolution",
      "  yes: 1\n  on: 2\n",
      '7:3 the key "true" is there twice, first at line 6, column 3 (keep one of them)',
    ],
    [
      "a duplicate __proto__",
      "  __proto__: 1\n  __proto__: 2\n",
      '7:3 the key "__proto__" is there twice, first at line 6, column 3 (keep one of them)',
    ],
    [
      "a merge over a key",
      "  a: 1\n  <<: {a: 2}\n",
      '7:7 a merge `<<` that also has the key "a" of the lines above it, first at line 6, column 3 (move `<<` to the top of its mapping, where the lines below it win)',
    ],
    [
      "a merge of a number",
      "  <<: 1\n",
      '6:7 a merge `<<` of something that is not a mapping, nor a list of mappings (quote the key as "<<" if it is meant as text)',
    ],
    [
      "a list as a key",
      "  ? [a]\n  : 1\n",
      "6:5 a key that is a list, where JSON has only text (quote it if it is meant as text)",
    ],
    [
      "a cyclic alias",
      "  a: &x\n    b: *x\n",
      "7:8 the alias *x stands inside the value of its own anchor, which has no end (repeat what is meant)",
    ],
    [
      "a forward alias",
      "  a: *x\n  b: &x 1\n",
      "6:6 the alias *x stands before its anchor (move the anchor up)",
    ],
    [
      "an integer too large",
      "  a: 99999999999999999999\n",
      "6:6 a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity (quote it if it is meant as text)",
    ],
    ["a NUL", "  a: \0\n", "6:6 a NUL character (U+0000) (is this a text file? save it as UTF-8)"],
    [
      "an escape character",
      "  a: \x1b[31m\n",
      '6:6 the character U+001B, which YAML does not allow (write it as "\\u001B" in double quotes if it belongs there)',
    ],
    [
      "a byte order mark inside",
      "  a: x\ufeff\n",
      "6:7 a byte order mark (U+FEFF) in the middle of the text (remove it; was a file appended to another?)",
    ],
    [
      "text after a document end",
      "  a: 1\n...\nb: 1\n",
      "8:1 text after a document end `...`, which kubectl would drop without a word (start the next document with a line `---`)",
    ],
  ])("%s", (_name, text, message) => {
    expect(only(head + text)).toBe(message);
  });

  test("a directive, and text on a marker's line", () => {
    expect(only("%YAML 1.2\n---\na: 1\n")).toBe(
      "1:1 a YAML directive, which manifests can't use (remove the line that starts with %)",
    );
    expect(only("--- a: 1\n")).toBe(
      "1:4 text on the line of a document marker `---` (start the document on the next line)",
    );
    expect(only("a: 1\n----\n")).toBe(
      "2:4 a line that starts with more than three dashes (a document marker is `---` alone on its line)",
    );
  });

  test("all problems of all documents, and the documents that are sound", () => {
    const { documents, problems } = readYaml(
      `a: 1\na: 2\nb: .inf\n---\nc: 1\n---\nd: [\n---\ne: "\\d"\nf: "\\q"\n`,
      "x.yaml",
    );
    expect(documents.map(({ value }) => value)).toEqual([{ c: 1 }]);
    expect(problems.map(({ code, place }) => [code, place.line])).toEqual([
      ["duplicate-key", 2],
      ["bad-value", 3],
      ["syntax", 7],
      ["syntax", 9],
      ["syntax", 10],
    ]);
  });

  test("no message repeats a value, which may be one of a Secret", () => {
    const values = [
      "*hunter2",
      "!hunter2",
      "&hunter2!",
      "'hunter2' x",
      "[hunter2",
      '"hunter2',
      "hunter2: x: y",
      "@hunter2",
      "!!int hunter2",
      "\n  hunter2\n b",
    ];
    for (const value of values) {
      for (const line of told(readYaml(`${head}  password: ${value}\n  other: 1\n`, "x.yaml")))
        expect(line).not.toContain("hunter2");
    }
  });
});

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
