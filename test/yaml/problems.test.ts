import { describe, expect, test } from "vitest";
import { head, only, readYaml, told } from "./sync.js";

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
