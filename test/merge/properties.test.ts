/** What holds for any applies by any managers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalJson, isObject, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest, recordUpdate, type Applied } from "../../src/merge/index.js";
import { compareValues, same } from "../../src/merge/compare.js";
import { intersection, none, pathsOf } from "../../src/merge/field-set.js";
import { fieldsOf } from "../../src/merge/fields-of.js";
import { readOwners } from "../../src/merge/managers.js";
import type { KubeObject } from "../../src/model.js";
import { specs } from "./arbitraries.js";
import { kindOf, sampler } from "./shapes.js";
import { thing, writerOf } from "./world.js";

const shape = kindOf(sampler);

function applied(live: KubeObject | undefined, manager: string, spec: Json, force = true): KubeObject {
  const result: Applied = applyManifest(live, thing(spec), { ...writerOf(manager), force });
  if (result.is === "conflict") throw new Error(result.message);
  return { ...result.object, metadata: { ...(result.object["metadata"] as JsonObject), uid: "u" } };
}

/** Both specs applied, by two managers. */
const both = (a: Json, b: Json): KubeObject => applied(applied(undefined, "ann", a), "bob", b);
const fieldsIn = (spec: Json) => fieldsOf(thing(spec), shape);

function freeze<T extends Json>(value: T): T {
  if (Array.isArray(value)) value.forEach(freeze);
  else if (isObject(value)) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

/** A value without what is empty, in which emptied maps and lists are as if they had never been there. */
function filled(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => filled(item) ?? {});
  if (!isObject(value)) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const left = filled(item);
    return left === undefined ? [] : [[key, left] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

type Parts = [left: Json | undefined, right: Json | undefined];

/** A value in two parts that share no field: each has some of the fields, keys and items. */
function part(value: Json, name: string, goesLeft: () => boolean): Parts {
  if (Array.isArray(value) && name !== "args") {
    const left = value.filter(goesLeft);
    return [left, value.filter((item) => !left.includes(item))];
  }
  if (!isObject(value) || name === "wholeMap") return goesLeft() ? [value, undefined] : [undefined, value];
  const parts = Object.entries(value).map(([key, item]) => [key, part(item, key, goesLeft)] as const);
  const side = (at: 0 | 1): JsonObject =>
    Object.fromEntries(
      parts.flatMap(([key, both]) => (both[at] === undefined ? [] : [[key, both[at]] as const])),
    );
  return [side(0), side(1)];
}

const parted = fc
  .tuple(specs, fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }))
  .map(([spec, sides]) => {
    let at = 0;
    const [left = {}, right = {}] = part(spec, "", () => sides[at++] ?? false);
    return [left, right] as const;
  });

describe("apply", () => {
  test("is done once: again, it changes nothing", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const live = freeze(both(a, b));
        expect(applied(live, "bob", b)).toEqual(live);
      }),
    );
  });
  test("never changes what it is given", () => {
    fc.assert(
      fc.property(specs, specs, specs, (a, b, c) => {
        const live = freeze(both(a, b));
        applied(live, "ann", freeze(c));
        recordUpdate(live, freeze(thing(c, { metadata: { name: "it", uid: "u" } })), writerOf("eve"));
      }),
    );
  });
  test("leaves every value as it was applied last", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const live = both(a, b);
        expect(applied(live, "other", b, false)["spec"]).toEqual(live["spec"]);
      }),
    );
  });
  test("owns exactly the fields of the manifest", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const owner = readOwners(both(a, b)).get('{"manager":"bob","operation":"Apply"}');
        const below = pathsOf(fieldsIn(b)).filter(([top]) => top === "f:spec");
        expect(pathsOf(owner?.fields ?? fieldsIn({})).filter(([top]) => top === "f:spec")).toEqual(below);
      }),
    );
  });
  test("conflicts just where fields that are owned would change", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const live = applied(undefined, "ann", a);
        const result = applyManifest(live, thing(b), { ...writerOf("bob"), force: false });
        const { modified, added } = compareValues(live, both(a, b), shape);
        const contested = [modified, added].map((fields) => intersection(fieldsIn(a), fields));
        expect(result.is === "conflict").toBe(
          contested.some((fields) => pathsOf(fields).some(([, step]) => step !== undefined)),
        );
      }),
    );
  });
  test("by two managers of fields that do not meet conflicts in neither order, and is the same in either", () => {
    fc.assert(
      fc.property(parted, ([a, b]) => {
        const there = applied(applied(undefined, "ann", a, false), "bob", b, false);
        const back = applied(applied(undefined, "bob", b, false), "ann", a, false);
        expect(compareValues(there["spec"] ?? {}, back["spec"] ?? {}, sampler)).toBe(same);
        const fields = (object: KubeObject, id: string) =>
          pathsOf(readOwners(object).get(id)?.fields ?? none);
        for (const id of readOwners(there).keys()) expect(fields(there, id)).toEqual(fields(back, id));
      }),
    );
  });
  test("of nothing leaves what others apply, and nothing else", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const left = applied(both(a, b), "ann", {})["spec"] ?? {};
        expect(compareValues(filled(left) ?? {}, filled(b) ?? {}, sampler)).toBe(same);
      }),
    );
  });
  test("of the same from several leaves it until the last one drops it", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const live = both(spec, spec);
        const without = applied(live, "ann", {});
        expect(equalJson(without["spec"] ?? {}, live["spec"] ?? {})).toBe(true);
      }),
    );
  });
});
