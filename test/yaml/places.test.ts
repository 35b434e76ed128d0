import { describe, expect, test } from "vitest";
import type { Path } from "../../src/model.js";
import { readJson } from "../../src/yaml/index.js";
import { head, placeOf, readYaml } from "./sync.js";

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
