import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Json, equalJson, getPath, parseJson, stringifyJson } from "../../src/json.js";
import { readYaml } from "./sync.js";
import { laxScalars, laxStructures, strictScalars, strictStructures } from "./kubectl-differences.js";
import { scalars, structures } from "./kubectl-inputs.js";

type Reading = { made: Json } | { failed: string };
interface ScalarRow {
  scalar: string;
  value: Reading;
  key: Reading;
}
interface StructureRow {
  name: string;
  text: string;
  reading: Reading;
}

const head = "apiVersion: example.dev/v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n";

function fixture(name: string): unknown {
  return parseJson(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
}

const scalarRows = fixture("kubectl-scalars.json") as ScalarRow[];
const structureRows = fixture("kubectl-structures.json") as StructureRow[];

function read(text: string, pick: (documents: Json) => Json | undefined): Reading {
  const { documents, problems } = readYaml(text, "x.yaml");
  if (problems.length > 0) return { failed: problems.map(({ message }) => message).join("; ") };
  const made = pick(documents.map(({ value }) => value));
  return made === undefined ? { failed: "nothing was made" } : { made };
}

const asValue = (scalar: string) =>
  read(`${head}  value: ${scalar}\n`, (made) => getPath(made, [0, "spec", "value"]));
const asKey = (scalar: string) => read(`${head}  ${scalar}: here\n`, (made) => getPath(made, [0, "spec"]));

/** How a reading stands to kubectl's: the same, or which of the two refuses, or another value. */
function comparison(ours: Reading, kubectls: Reading): "same" | "stricter" | "laxer" | "different" {
  if ("failed" in ours) return "failed" in kubectls ? "same" : "stricter";
  if ("failed" in kubectls) return "laxer";
  return sameValue(ours.made, kubectls.made) ? "same" : "different";
}

/** kubectl prints a whole float beyond 2^63 with all its digits, so that it is read back as an integer. */
function sameValue(a: Json, b: Json): boolean {
  return equalJson(a, b) || (typeof a === "number" && typeof b === "bigint" && a === Number(b));
}

test("the fixtures hold what kubectl was asked, which is enough", () => {
  expect(scalarRows.map(({ scalar }) => scalar)).toEqual([...new Set(scalars)]);
  expect(structureRows.map(({ name, text }) => [name, text])).toEqual(Object.entries(structures));
  expect([scalarRows.length > 150, structureRows.length > 40]).toEqual([true, true]);
});

describe("a scalar means what it means to kubectl", () => {
  for (const row of scalarRows) {
    const { scalar } = row;
    if (!(`value ${scalar}` in strictScalars) && !(`value ${scalar}` in laxScalars)) {
      test(`value ${stringifyJson(scalar)}`, () => {
        const ours = asValue(scalar);
        expect([comparison(ours, row.value), ours]).toEqual(["same", ours]);
      });
    }
    if (!(`key ${scalar}` in strictScalars) && !(`key ${scalar}` in laxScalars)) {
      test(`key ${stringifyJson(scalar)}`, () => {
        const ours = asKey(scalar);
        expect([comparison(ours, row.key), ours]).toEqual(["same", ours]);
      });
    }
  }
});

describe("a structure means what it means to kubectl", () => {
  for (const { name, text, reading } of structureRows) {
    if (name in strictStructures || name in laxStructures) continue;
    test(name, () => {
      const ours = read(text, (made) => made);
      expect([comparison(ours, reading), ours]).toEqual(["same", ours]);
    });
  }
});

describe("where kapply differs on purpose", () => {
  const scalarReading = (name: string): [Reading, Reading] => {
    const row = scalarRows.find(({ scalar }) => name === `value ${scalar}` || name === `key ${scalar}`);
    if (row === undefined) throw new Error(`no such row: ${name}`);
    return name.startsWith("value") ? [asValue(row.scalar), row.value] : [asKey(row.scalar), row.key];
  };
  const structureReading = (name: string): [Reading, Reading] => {
    const row = structureRows.find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(`no such row: ${name}`);
    return [read(row.text, (made) => made), row.reading];
  };

  test.each(Object.entries(strictScalars))("stricter on %s: %s", (name) => {
    expect(comparison(...scalarReading(name))).toBe("stricter");
  });
  test.each(Object.entries(laxScalars))("no stricter than YAML on %s: %s", (name) => {
    expect(comparison(...scalarReading(name))).toMatch(/laxer|different/);
  });
  test.each(Object.entries(strictStructures))("stricter on %s: %s", (name) => {
    expect(comparison(...structureReading(name))).toBe("stricter");
  });
  test.each(Object.entries(laxStructures))("no stricter than YAML on %s: %s", (name) => {
    expect(comparison(...structureReading(name))).toBe("laxer");
  });
});
