/** Fields left to their owners: what is taken out of a manifest, and that nothing is contested then. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isObject, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest, recordUpdate, yieldFields } from "../../src/merge/index.js";
import { followPath } from "../../src/merge/follow.js";
import { fieldStep, indexStep, keyStep, valueStep, type FieldPath } from "../../src/merge/path.js";
import type { KubeObject } from "../../src/model.js";
import { specs } from "./arbitraries.js";
import { kindOf, sampler } from "./shapes.js";
import { thing, writerOf } from "./world.js";

const shape = kindOf(sampler);
const port80 = keyStep([
  ["port", 80],
  ["protocol", "TCP"],
]);

/** The spec without a field; names are plain fields. */
function without(spec: JsonObject, ...path: string[]): Json | undefined {
  const steps = path.map((step) => (/^[kvi]:/.test(step) ? step : fieldStep(step)));
  return yieldFields(thing(spec), [[fieldStep("spec"), ...steps]], shape)["spec"];
}

describe("a manifest without a field", () => {
  test("has all others", () => {
    expect(without({ text: "a", number: 1 }, "number")).toEqual({ text: "a" });
  });
  test("has no declared map that was emptied, up to the first that has more", () => {
    expect(without({ text: "a", inner: { deep: { x: "1" } } }, "inner", "deep", "x")).toEqual({ text: "a" });
  });
  test("has no empty labels", () => {
    const labelled = thing(undefined, { metadata: { name: "it", labels: { tier: "web" } } });
    const path = ["metadata", "labels", "tier"].map(fieldStep);
    expect(yieldFields(labelled, [path], shape)["metadata"]).toEqual({ name: "it" });
  });
  test("has no empty spec", () => {
    expect(without({ text: "a" }, "text")).toBeUndefined();
  });
  test("keeps maps that were empty before", () => {
    expect(without({ inner: { a: "1", deep: {} } }, "inner", "a")).toEqual({ inner: { deep: {} } });
  });
  test("keeps the emptied value of a key that no field is declared for", () => {
    expect(without({ maps: { k: { a: "1" } } }, "maps", "k", "a")).toEqual({ maps: { k: {} } });
    expect(without({ any: { a: { b: 1 } } }, "any", "a", "b")).toEqual({ any: { a: {} } });
  });
  test("keeps the keys of a list item, and their items where they are left to a default", () => {
    const ports = [{ port: 80, name: "web" }, { port: 443 }];
    expect(without({ ports }, "ports", port80, "name")).toEqual({ ports: [{ port: 80 }, { port: 443 }] });
    expect(without({ ports }, "ports", port80, "port")).toEqual({ ports });
  });
  test("that is an item has no such item, and the list goes with the last one", () => {
    const named = [{ name: "p", value: "1" }, { name: "q" }];
    const [p, q] = ["p", "q"].map((name) => [...["spec", "named"].map(fieldStep), keyStep([["name", name]])]);
    expect(without({ named }, "named", keyStep([["name", "p"]]))).toEqual({ named: [{ name: "q" }] });
    expect(yieldFields(thing({ named, text: "a" }), [p, q] as FieldPath[], shape)["spec"]).toEqual({
      text: "a",
    });
    expect(without({ set: ["x", "y"] }, "set", valueStep("x"))).toEqual({ set: ["y"] });
  });
  test("that is part of what is owned as a whole has none of it", () => {
    const whole = { text: "a", wholeMap: { k: "x" }, args: ["x", "y"] };
    expect(without(whole, "wholeMap", "k")).toEqual({ text: "a", args: ["x", "y"] });
    expect(without(whole, "args", indexStep(0))).toEqual({ text: "a", wholeMap: { k: "x" } });
  });
  test("that holds others has none of them", () => {
    expect(without({ text: "a", inner: { a: "1", deep: { x: "1" } } }, "inner")).toEqual({ text: "a" });
  });
  test("that it does not have is itself", () => {
    const spec = { text: "a", ports: [{ port: 1 }] };
    expect(without(spec, "ports", port80, "name")).toEqual(spec);
    expect(without(spec, "text", "below")).toEqual({ ports: [{ port: 1 }] });
  });
  test("keeps keys like __proto__ as data", () => {
    const map = JSON.parse('{"__proto__":"x","k":"y"}') as JsonObject;
    expect(JSON.stringify(without({ map }, "map", "k"))).toBe('{"map":{"__proto__":"x"}}');
    expect(without({ map, text: "a" }, "map", "__proto__")).toEqual({ map: { k: "y" }, text: "a" });
  });
});

const stored = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...(object["metadata"] as JsonObject), uid: "u" },
});

const apply = (live: KubeObject | undefined, manifest: KubeObject, manager: string, force: boolean) =>
  applyManifest(live, manifest, { ...writerOf(manager), force });

function forced(live: KubeObject | undefined, spec: Json, manager: string): KubeObject {
  const applied = apply(live, thing(spec), manager, true);
  if (applied.is === "conflict") throw new Error(applied.message);
  return stored(applied.object);
}

/** We, then somebody who updates, then somebody who applies by force. */
function writtenBy(ours: Json, updated: Json, applied: Json): KubeObject {
  const first = forced(undefined, ours, "kapply");
  const metadata = first["metadata"] as JsonObject;
  const second = stored(recordUpdate(first, thing(updated, { metadata }), writerOf("eve")));
  return forced(second, applied, "bob");
}

function freeze<T extends Json>(value: T): T {
  if (Array.isArray(value)) value.forEach(freeze);
  else if (isObject(value)) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

describe("after yielding all that is contested, an apply without force", () => {
  test("conflicts no more, and every contested field keeps its value", () => {
    let contested = 0;
    fc.assert(
      fc.property(specs, specs, specs, specs, (ours, updated, applied, now) => {
        const live = writtenBy(ours, updated, applied);
        const manifest = freeze(thing(now));
        const first = apply(live, manifest, "kapply", false);
        if (first.is === "applied") return;
        contested++;
        const paths = first.conflicts.map(({ path }) => path);
        const second = apply(live, yieldFields(manifest, paths, shape), "kapply", false);
        if (second.is === "conflict") throw new Error(second.message);
        for (const path of paths) {
          const [before, after] = [live, second.object].map(
            (object) => followPath(object, path, shape).value,
          );
          expect([path, after]).toEqual([path, before]);
        }
      }),
      { numRuns: 300 },
    );
    expect(contested).toBeGreaterThan(50);
  });
});
