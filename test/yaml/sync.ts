/** Reading at once, with the full reader at hand, and what tests say of it. */
import { expect } from "vitest";
import type { Path } from "../../src/model.js";
import { readFull } from "../../src/yaml/full.js";
import type { YamlReading } from "../../src/yaml/index.js";
import { readYamlWith } from "../../src/yaml/read.js";

export function readYaml(text: string, source: string): YamlReading {
  return readYamlWith(text, source, readFull);
}

export const head = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n";

/** Problems as a person reads them: `line:column message (hint)`. */
export function told({ problems }: YamlReading): string[] {
  return problems.map(({ place, message, hint }) => {
    return `${place.line}:${place.column} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** The code, place and message of the only problem of a text. */
export function only(text: string): string {
  const reading = readYaml(text, "x.yaml");
  const lines = told(reading);
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

/** The place of a path in the only document of a text, as `line:column`. */
export function placeOf(text: string, path: Path): string {
  const { documents, problems } = readYaml(text, "x.yaml");
  expect(problems).toEqual([]);
  const { line, column, source } = documents[0]?.placeOf(path) ?? { line: 0, column: 0, source: "" };
  expect(source).toBe("x.yaml");
  return `${line}:${column}`;
}
