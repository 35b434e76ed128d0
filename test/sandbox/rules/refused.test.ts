/** What a real API server refuses (scripts/record-defaults.ts), refused by the sandbox in the same words. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isObject, type JsonObject } from "../../../src/json.js";
import { admissionRefusal, type DefaultsContext } from "../../../src/sandbox/defaults/index.js";
import { codeDefaults } from "../../../src/schema/index.js";
import { createProblems, mergedCauses, updateProblems } from "../../../src/sandbox/rules/index.js";
import { bundledType, type Cause } from "../../../src/schema/index.js";
import {
  mergePatched,
  namespace,
  textAt,
  type Changed,
  type Recorded,
  type Refused,
} from "../defaults/recording.js";
import { codecOf, contextOf, created, definitionOf, updated } from "../defaults/server.js";

function read<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as T[];
}

function typeOf(object: JsonObject) {
  const type = bundledType(textAt(object, "apiVersion"), textAt(object, "kind"));
  if (type === undefined) throw new Error(`no type of ${textAt(object, "kind")}`);
  return type;
}

/** The address of the API server is never free. */
const taken = { takenIPs: () => new Set(["10.0.0.1"]), takenPorts: () => new Set<number>() };

/** A name is made before rules are asked, and the namespace is set. */
function placed(object: JsonObject): JsonObject {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const prefix = metadata["generateName"];
  const name = typeof prefix === "string" ? { name: `${prefix}xxxxx` } : {};
  return { ...object, metadata: { ...metadata, ...name, ...(typeOf(object).namespaced && { namespace }) } };
}

function createCauses(input: JsonObject): Cause[] {
  const object = created(placed(input));
  return mergedCauses(
    typeOf(input),
    createProblems(typeOf(input), object, taken),
    codecOf(input).validate(object),
  );
}

function updateCauses(live: JsonObject, change: JsonObject): Cause[] {
  const before = placed(live);
  const next = updated(before, mergePatched(before, change) as JsonObject);
  return mergedCauses(typeOf(live), updateProblems(typeOf(live), before, next), codecOf(live).validate(next));
}

/**
 * Causes as they are compared: the real server says some things twice, in the order of Go's maps, adds differences
 * as Go prints them, and shows some values as its own types have them, which nobody else can.
 */
function comparable(causes: readonly Cause[]): string[] {
  const lines = causes.map(({ reason, field, message }) => {
    const text = message
      .replace(/\n@@.*/s, "")
      .replace(/(a valid regular expression, but isn't): .*/, "$1")
      .replace(/11111111-2222-3333-4444-555555555555/g, "UID");
    const plain =
      /^Invalid value: [[{].*"(Spec|Served)":/.test(text) ||
      /^Invalid value: [[{].*("spec"|"served"):/.test(text)
        ? text.replace(/^Invalid value: .*(?=: )/s, "Invalid value: ...")
        : text;
    return `${field}: ${plain} (${reason})`;
  });
  return [...new Set(lines)].sort();
}

const rows = read<Refused>("fixtures/refused.json");
const isJudged = ({ code }: Refused): boolean => code === 422;

describe("what the real server refuses is refused in the same words", () => {
  test.each(rows.filter(isJudged))("$case", ({ object, live, change, causes }) => {
    const found = live === undefined ? createCauses(object) : updateCauses(live, change ?? {});
    expect(comparable(found)).toEqual(comparable(causes));
  });
});

describe("what names something that is not there is not let in, in the same words", () => {
  const account = { kind: "ServiceAccount" };
  const holdings: NonNullable<DefaultsContext["holdings"]> = {
    get: (collection, _namespace, name) =>
      collection === "serviceaccounts" && name === "default" ? account : undefined,
    list: () => [],
  };

  test.each(rows.filter((row) => !isJudged(row)))("$case", ({ object, code, message }) => {
    const whole = codeDefaults(definitionOf(object), codecOf(object).read(object).object);
    const why = admissionRefusal(definitionOf(object), whole, contextOf({ holdings }));
    expect({ code, message }).toEqual({ code: 403, message: `pods "a" is forbidden: ${why ?? ""}` });
  });
});

describe("what the real server takes is not refused", () => {
  const recorded = read<Recorded>("../defaults/fixtures/recorded.json").map((row) => ({
    ...row,
    title: textAt(row.input, "metadata", "name"),
  }));

  test.each(recorded)("$title", ({ input }) => {
    expect(createCauses(input)).toEqual([]);
  });

  test.each(read<Changed>("../defaults/fixtures/changed.json"))("$case", ({ live, change }) => {
    expect(updateCauses(live, change)).toEqual([]);
  });
});
