import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/json.js";
import { readBlock } from "../../src/yaml/block.js";
import type { Placed } from "../../src/yaml/document.js";
import { readFull } from "../../src/yaml/full.js";
import { splitDocuments } from "../../src/yaml/split.js";
import { badCharacters, textOf } from "../../src/yaml/text.js";
import { structures } from "./kubectl-inputs.js";

/** Places as plain data; empty collections look like scalars, since both have nothing below them. */
function shown({ offset, entries, items }: Placed): unknown {
  if (entries !== undefined && entries.size > 0)
    return [offset, [...entries].map(([key, at]) => [key, shown(at)])];
  return items !== undefined && items.length > 0 ? [offset, items.map(shown)] : offset;
}

/** Holds the quick reader against the full one, for each document of a text; answers how many it read. */
function compare(raw: string): number {
  const { text } = textOf(raw, "x.yaml");
  if (badCharacters(text).length > 0) return 0;
  let read = 0;
  for (const chunk of splitDocuments(text).chunks) {
    const quick = readBlock(chunk.text, true);
    if (quick === undefined) continue;
    read += 1;
    const full = readFull(chunk.text);
    expect({ text: chunk.text, faults: full.faults, value: quick.value }).toEqual({
      text: chunk.text,
      faults: [],
      value: full.value,
    });
    expect(shown(quick.placed)).toEqual(shown(full.placed));
    expect(readBlock(chunk.text, false)?.value).toEqual(quick.value);
  }
  return read;
}

const head = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: x\n";

describe("the quick reader and the full one", () => {
  test("agree on all structures that kubectl was tried on", () => {
    const read = Object.values(structures).reduce((sum, text) => sum + compare(text), 0);
    expect(read).toBeGreaterThan(50);
  });

  test("agree on all scalars that kubectl was tried on", () => {
    const fixture = readFileSync(new URL("fixtures/kubectl-scalars.json", import.meta.url), "utf8");
    const rows = parseJson(fixture) as unknown as { scalar: string }[];
    const read = rows.reduce((sum, { scalar }) => {
      const texts = [
        `a: ${scalar}\n`,
        `${scalar}: a\n`,
        `- ${scalar}\n`,
        `- [${scalar}]\n`,
        `- {${scalar}: a}\n`,
      ];
      return sum + texts.reduce((count, text) => count + compare(text), 0);
    }, 0);
    expect(read).toBeGreaterThan(rows.length);
  });

  test("agree on the usual style, which the quick one reads", () => {
    const texts = [
      head,
      `${head}data:\n  a: |\n    one\n\n      two\n  b: |-\n    x\n  c: |+\n    y\n\n  d: >-\n    f\n    g\n\n    h\n`,
      `${head}spec:\n  args: [--a=b, "c", 'd']\n  empty: {}\n  none:\n  list:\n  - a: 1\n    b:\n    - c\n  - - d\n`,
      `${head}spec: {a: 1, b: {c: [d]}, "e": 'f'} # end\n# last\n`,
      `${head}spec:\n  a: one two\n    three\n\n    four\n  b: 'it''s\n    so'\n  c: "x\\n\\\n    y\\ \\\n    z"\n`,
    ];
    for (const text of texts) expect(compare(text)).toBe(1);
  });

  test("agree on whatever lines come", () => {
    const piece = fc.constantFrom(
      ..."a: |b: |c:|- |-|yes|0644|1.5|'q'|\"d\"|'it''s'|'|\"|# c| # c|[a, b]|[]|{}|{a: 1}|{a: b, c: [1]}|[|]|,|:".split(
        "|",
      ),
      ...[
        "|",
        "|-",
        "|+",
        "|2",
        ">",
        ">-",
        ">+",
        "\\n",
        "\\",
        "\\\n",
        "é",
        "\u00a0",
        "\t",
        "one two",
        "? ",
        "&a",
        "*a",
      ],
      ...[
        "!!str ",
        "<<: ",
        "__proto__: ",
        "http://x",
        "a:b",
        "~",
        "...",
        "%",
        "''",
        '""',
        "\\ ",
        "1e3",
        "--f",
        "-x",
      ],
      ...["'y': ", '"z": ', "1: ", "@", " ", "  ", "\n", "\n\n"],
    );
    const line = fc.tuple(
      fc.constantFrom("", " ", "  ", "    ", "      "),
      fc.array(piece, { maxLength: 4 }),
    );
    const text = fc.array(line, { maxLength: 8 }).map((lines) => {
      return lines.map(([indent, pieces]) => indent + pieces.join("")).join("\n");
    });
    fc.assert(
      fc.property(text, fc.constantFrom("", head), fc.constantFrom("", "\n"), (body, start, end) => {
        compare(start + body + end);
      }),
      { numRuns: 3000 },
    );
  });

  test("the quick one leaves alone what takes more", () => {
    const texts = [
      "a: &x 1\n",
      "a: *x\n",
      "a: !!str 1\n",
      "<<: {a: 1}\n",
      "a: 1\na: 2\n",
      "? a\n: 1\n",
      "a: [\n  1]\n",
      "a: .inf\n",
    ];
    for (const text of texts) expect([text, readBlock(text, false)]).toEqual([text, undefined]);
  });
});
