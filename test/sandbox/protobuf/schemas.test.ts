import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isObject, type Json, type JsonObject } from "../../../src/json.js";

const folder = new URL("../../../schemas/", import.meta.url);

/** Every definition with fields, by its full name. */
const definitions = readdirSync(folder)
  .filter((file) => file.startsWith("io."))
  .flatMap((file) => {
    const held = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Record<string, JsonObject>;
    return Object.entries(held).map(([name, { properties }]): [string, Record<string, JsonObject>] => [
      file.replace("json", name),
      isObject(properties) ? (properties as Record<string, JsonObject>) : {},
    ]);
  });

const numberOf = (schema: JsonObject | undefined): Json | undefined => schema?.["x-kapply-proto"];

describe("the numbers of fields in schemas/", () => {
  it("are there for all but what the envelope says", () => {
    const without = definitions.flatMap(([name, properties]) =>
      Object.keys(properties)
        .filter((field) => field !== "kind" && field !== "apiVersion")
        .filter((field) => numberOf(properties[field]) === undefined)
        .map((field) => `${name} ${field}`),
    );
    expect(without).toEqual([]);
  });

  it("are each field's own", () => {
    for (const [name, properties] of definitions) {
      const numbers = Object.values(properties)
        .map(numberOf)
        .filter((number) => number !== undefined)
        .map((number) => JSON.stringify(number));
      expect(new Set(numbers).size, name).toBe(numbers.length);
    }
  });

  it("say which messages a field is in", () => {
    const rule = definitions.find(([name]) => name.endsWith("v1.NamedRuleWithOperations"))?.[1];
    expect(numberOf(rule?.["resourceNames"])).toBe(1);
    expect(numberOf(rule?.["operations"])).toEqual([2, 1]);
    expect(numberOf(rule?.["resources"])).toEqual([2, 2, 3]);
  });
});
