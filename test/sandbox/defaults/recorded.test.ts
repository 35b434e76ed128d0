/** Objects as a real API server made them (scripts/record-defaults.ts), and as the sandbox does. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isObject, type JsonObject } from "../../../src/json.js";
import { withCodeDefaults } from "../../../src/sandbox/defaults/index.js";
import { omit } from "../../../src/sandbox/defaults/omit.js";
import { mergePatched, stripped, textAt, type Changed, type Recorded } from "./recording.js";
import { contextOf, created, definitionOf, updated } from "./server.js";

function read<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")) as T[];
}

/** Generations are counted, and statuses written, elsewhere. */
function comparable(object: JsonObject, ...others: string[]): JsonObject {
  const { metadata, ...rest } = stripped(object);
  return {
    ...omit(rest, ...others),
    metadata: omit(isObject(metadata) ? metadata : {}, "generation"),
  };
}

describe("a new object is made as the real server makes it", () => {
  const rows = read<Recorded>("recorded.json").map((row) => ({
    ...row,
    title: `${textAt(row.input, "kind")} ${textAt(row.input, "metadata", "name")}`,
  }));

  test.each(rows)("$title", ({ input, output }) => {
    expect(comparable(created(input))).toEqual(comparable(output));
  });

  test.each(rows)("and to make $title again changes nothing, nor the object that was given", ({ input }) => {
    const once = created(input);
    const copy = structuredClone(once);
    const again = withCodeDefaults(definitionOf(input), once, contextOf({ random: () => "zzzzz" }));
    expect(again).toEqual(copy);
    expect(once).toEqual(copy);
  });
});

describe("a changed object keeps and loses what it does on the real server", () => {
  test.each(read<Changed>("changed.json"))("$case", ({ live, change, output }) => {
    const next = mergePatched(live, change) as JsonObject;
    expect(comparable(updated(live, next), "status")).toEqual(comparable(output));
  });
});
