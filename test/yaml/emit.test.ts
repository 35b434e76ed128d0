import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Json, type JsonObject, setKey } from "../../src/json.js";
import { emitYaml } from "../../src/yaml/index.js";
import { readYaml } from "./sync.js";

function readBack(text: string): Json | undefined {
  const { documents, problems } = readYaml(text, "x.yaml");
  expect(problems).toEqual([]);
  return documents[0]?.value;
}

describe("emitYaml", () => {
  test("writes blocks, lists at the indent of their key, keys in their order", () => {
    const value = { b: [{ x: 1, z: [true, null] }, [2, [3]], {}, []], a: "one\ntwo\n", c: { d: {} } };
    expect(emitYaml(value)).toBe(
      "b:\n- x: 1\n  z:\n  - true\n  - null\n- - 2\n  - - 3\n- {}\n- []\na: |\n  one\n  two\nc:\n  d: {}\n",
    );
  });

  test("quotes what a reader could take for something else than text", () => {
    const texts =
      "yes No on ~ null 0644 0x1F 0o17 1:30 1e3 .5 1_000 2001-12-14 << = - ? : @x `x %x *x &x !x #x".split(
        " ",
      );
    for (const text of [
      "",
      " x",
      "x ",
      "a: b",
      "a #b",
      "a:",
      "---",
      "-",
      "... ",
      "[a",
      "{a",
      "'a",
      '"a',
      ...texts,
    ]) {
      expect(emitYaml([text])).toBe(`- ${JSON.stringify(text)}\n`);
    }
  });

  test("leaves plain what nobody can misread", () => {
    const texts =
      "web nginx:1.27 --flag=x -c /bin/sh 100m 1Gi a#b a:b $(HOME) http://x/y?z=1 é it's v1.2.3 <a>".split(
        " ",
      );
    for (const text of [...texts, "two words"]) expect(emitYaml([text])).toBe(`- ${text}\n`);
  });

  test("writes text of several lines as blocks that keep every line feed", () => {
    expect(emitYaml({ a: "x\ny" })).toBe("a: |-\n  x\n  y\n");
    expect(emitYaml({ a: "x\ny\n\n" })).toBe("a: |+\n  x\n  y\n\n");
    expect(emitYaml({ a: "  x\ny\n" })).toBe("a: |2\n    x\n  y\n");
    expect(emitYaml({ a: "\n" })).toBe('a: "\\n"\n');
    expect(emitYaml({ a: "x\n \ny" })).toBe('a: "x\\n \\ny"\n');
  });

  test("writes control characters as escapes", () => {
    expect(emitYaml(["\u001b[31m", "a\u2028b", "\ufeff", "a\r\nb"])).toBe(
      '- "\\u001b[31m"\n- "a\\u2028b"\n- "\\ufeff"\n- "a\\r\\nb"\n',
    );
  });

  test("writes integers beyond 2^53 exactly, and large floats as floats", () => {
    expect(emitYaml([18446744073709551615n, 1e20, 1.5, -9007199254740993n])).toBe(
      "- 18446744073709551615\n- 1e+20\n- 1.5\n- -9007199254740993\n",
    );
  });

  test("writes keys of more than 1024 characters behind a question mark", () => {
    const value = { ["k".repeat(1100)]: { a: [1] }, ["l".repeat(1100)]: "x" };
    expect(emitYaml(value)).toMatch(/^\? k+\n:\n {2}a:\n/);
    expect(readBack(emitYaml(value))).toEqual(value);
  });

  test("whatever it writes is read back as the same value", () => {
    const piece = fc.constantFrom(
      ..."a b - : # ' \" { } [ ] | > % @ ` ~ yes 0644 1:30 0x1F 1e3 .5 << = ... --- null ! &a *a ? \\ é 😀 1_000 __proto__ ,".split(
        " ",
      ),
      ...[
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "- ",
        ": ",
        " #",
        "\u00a0",
        "\u0001",
        "\x7f",
        "\u2028",
        "\ufeff",
        "\r",
      ],
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
      fc.string({ unit: "grapheme" }),
    );
    const leaf: fc.Arbitrary<Json> = fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    );
    const { value } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("object")),
      object: fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }).map((entries) => {
        const object: JsonObject = {};
        for (const [key, item] of entries) setKey(object, key, item);
        return object;
      }),
    }));
    fc.assert(
      fc.property(value, (item) => {
        expect(readBack(emitYaml({ item }))).toEqual({ item });
      }),
      { numRuns: 1000 },
    );
  });
});
