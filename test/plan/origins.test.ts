/** Whose differences are, told from managed fields as our own merge leaves them: test/e2e/drift.test.ts asks servers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest } from "../../src/merge/index.js";
import type { Difference, KubeObject, Origin } from "../../src/model.js";
import { differences } from "../../src/plan/differences.js";
import { driftOf, withOrigins } from "../../src/plan/origins.js";
import { isVoid, type FoundDifference } from "../../src/plan/found.js";
import type { Shape } from "../../src/shape.js";
import { specs } from "../merge/arbitraries.js";
import { kindOf, sampler } from "../merge/shapes.js";
import { newWorld, thing, writerOf, type World } from "../merge/world.js";

const shape = kindOf(sampler);

/** What applying a spec as kapply would change, and whose that is. */
function explain(live: KubeObject, spec: Json, by: { shape: Shape | undefined } = { shape }): Difference[] {
  const known = by.shape;
  const manifest = thing(spec);
  const after = applyManifest(live, manifest, { ...writerOf("kapply"), force: true });
  if (after.is === "conflict") throw new Error(after.message);
  const found = differences(specOf(live), specOf(after.object), known);
  return withOrigins(found, live, manifest, "kapply", known);
}

const specOf = (object: KubeObject): JsonObject => ({ spec: object["spec"] ?? {} });

/** A live object after some writes, the first of them ours. */
function after(spec: Json, ...writes: ((world: World) => void)[]): KubeObject {
  const world = newWorld();
  world.force("kapply", spec);
  for (const write of writes) write(world);
  return world.live() ?? thing(undefined);
}

const by = (found: readonly Difference[]): Record<string, Origin["by"] | undefined> =>
  Object.fromEntries(found.map(({ path, origin }) => [path, origin?.by]));

const byManifest = { by: "manifest" };
const unknown = { by: "unknown" };
const byOthers = (...managers: string[]) => ({
  by: "others",
  owners: managers.map((manager) => expect.objectContaining({ manager }) as unknown),
});

describe("the origin of a difference", () => {
  test("is the manifest where the field is ours", () => {
    expect(explain(after({ text: "a" }), { text: "b" })).toEqual([
      { path: "spec.text", before: "a", after: "b", origin: byManifest },
    ]);
  });
  test("is the manifest where it drops a field of ours", () => {
    expect(explain(after({ text: "a", number: 1 }), { text: "a" })).toEqual([
      { path: "spec.number", before: 1, origin: byManifest },
    ]);
  });
  test("is others, and who and when, where they changed what was ours", () => {
    const live = after({ text: "a" }, (world) => world.update("kubectl-edit", { text: "x" }));
    expect(explain(live, { text: "a" })).toEqual([
      {
        path: "spec.text",
        before: "x",
        after: "a",
        origin: {
          by: "others",
          owners: [
            {
              manager: "kubectl-edit",
              operation: "Update",
              apiVersion: "test/v1",
              since: "2026-01-01T00:00:01Z",
            },
          ],
        },
      },
    ]);
  });
  test("names every owner of the value", () => {
    const live = after(
      { text: "a" },
      (world) => world.update("kubectl-edit", { text: "x" }),
      (world) => void world.apply("argocd", { text: "x" }),
    );
    expect(explain(live, { text: "a" })[0]?.origin).toEqual(byOthers("argocd", "kubectl-edit"));
  });
  test("is the manifest where it claims what others had updated before we last applied", () => {
    const live = after(
      { text: "a" },
      (world) => world.update("kubectl-edit", { text: "a", number: 1 }),
      (world) => world.force("kapply", { text: "b" }),
    );
    expect(explain(live, { text: "b", number: 2 })[0]?.origin).toEqual(byManifest);
  });
  test("is others where it claims what others apply: an apply may claim without a time of its own", () => {
    const live = after(
      { text: "a" },
      (world) => void world.apply("argocd", { number: 1 }),
      (world) => world.force("kapply", { text: "b" }),
    );
    expect(explain(live, { text: "b", number: 2 })[0]?.origin).toEqual(byOthers("argocd"));
  });
  test("is others where it is not known when we applied, or when they wrote", () => {
    const live = after({ text: "a" }, (world) => world.update("kubectl-edit", { text: "a", number: 1 }));
    expect(explain(untimed(live, "kapply"), { text: "a", number: 2 })[0]?.origin).toEqual(
      byOthers("kubectl-edit"),
    );
    expect(explain(untimed(live, "kubectl-edit"), { text: "a", number: 2 })[0]?.origin).toEqual(
      byOthers("kubectl-edit"),
    );
  });
  test("is others where we never applied", () => {
    const world = newWorld();
    world.update("kubectl-create", { text: "a" });
    expect(explain(world.live() ?? {}, { text: "b" })[0]?.origin).toEqual(byOthers("kubectl-create"));
  });
  test("is unknown where the field is not there: it is new in the manifest, or was removed", () => {
    const removed = after({ text: "a", number: 1 }, (world) => world.update("eve", { text: "a" }));
    expect(explain(removed, { text: "a", number: 1 })).toEqual([
      { path: "spec.number", after: 1, origin: unknown },
    ]);
    expect(explain(after({ text: "a" }), { text: "a", number: 1 })).toEqual([
      { path: "spec.number", after: 1, origin: unknown },
    ]);
  });
  test("is the manifest where the field is not there, but ours: what was empty is filled", () => {
    const live = after({ args: [], text: "" });
    expect(explain({ ...live, spec: {} }, { args: ["v"], text: "a" })).toEqual([
      { path: "spec.args", after: ["v"], origin: byManifest },
      { path: "spec.text", after: "a", origin: byManifest },
    ]);
  });
  test("is the manifest where the value is nobody's: it is a default", () => {
    const live = after({ text: "a" });
    (live["spec"] as JsonObject)["number"] = 1;
    expect(explain(live, { text: "a", number: 2 })[0]?.origin).toEqual(byManifest);
  });
  test("is unknown where the manifest does not have the field: something else follows from applying it", () => {
    const live = after({ text: "a" });
    const found = differences({ spec: { truth: true } }, { spec: { truth: false } }, shape);
    expect(withOrigins(found, live, thing({ text: "b" }), "kapply", shape)[0]?.origin).toEqual(unknown);
  });
  test("is unknown where nothing is recorded, or what is can't be read", () => {
    const live = thing({ text: "a" });
    expect(explain(live, { text: "b" })[0]?.origin).toEqual(unknown);
    const found = differences(live, thing({ text: "b" }), shape);
    const broken = { ...live, metadata: { name: "it", managedFields: [{ manager: "a" }] } };
    expect(withOrigins(found, broken, thing({ text: "b" }), "kapply", shape)[0]?.origin).toEqual(unknown);
  });
  test("is unknown where a field may have another path in the version of somebody's entry", () => {
    const live = after({ text: "a" }, (world) =>
      world.update("old", { text: "a", truth: true }, { apiVersion: "test/v0" }),
    );
    (live["spec"] as JsonObject)["number"] = 1;
    expect(explain({ ...live, apiVersion: "test/v1" }, { text: "a", number: 2 })[0]?.origin).toEqual(unknown);
  });
  test("is that of the list for items of an atomic one", () => {
    const items = { is: "list", type: "atomic", keys: [], item: () => sampler } as const;
    const known = kindOf({ ...sampler, field: (name) => (name === "items" ? items : undefined) });
    const live = thing(
      { items: [{ name: "a", text: "x" }] },
      { metadata: { name: "it", managedFields: [entry("eve", { "f:items": {} })] } },
    );
    const manifest = thing({ items: [{ name: "a", text: "y" }, { name: "b" }] });
    const found = withOrigins(
      differences(specOf(live), specOf(manifest), known),
      live,
      manifest,
      "kapply",
      known,
    );
    expect(found.map(({ path, origin }) => [path, origin?.by])).toEqual([
      ["spec.items[name=a].text", "others"],
      ["spec.items[name=b]", "others"],
    ]);
  });
  test("is told by field within an item", () => {
    const live = after({ named: [{ name: "p", value: "1", args: ["a"] }] }, (world) =>
      world.update("eve", { named: [{ name: "p", value: "2", args: ["a"] }] }),
    );
    expect(by(explain(live, { named: [{ name: "p", value: "1", args: ["b"] }] }))).toEqual({
      "spec.named[name=p].value": "others",
      "spec.named[name=p].args": "manifest",
    });
  });
  test("is told apart where an item that is dropped has fields of others", () => {
    const live = after({ named: [{ name: "p", value: "1", args: ["a"] }, { name: "q" }] }, (world) =>
      world.update("eve", { named: [{ name: "p", value: "2", args: ["a"] }, { name: "q" }] }),
    );
    expect(explain(live, { named: [{ name: "q" }] })).toEqual([
      { path: "spec.named[name=p]", before: { name: "p", args: ["a"] }, origin: byManifest },
      { path: "spec.named[name=p].value", before: "2", origin: byOthers("eve") },
    ]);
  });
  test("is unknown of items that repeat", () => {
    const live = after({ text: "a" }, (world) =>
      world.update("eve", { text: "a", named: [{ name: "p" }, { name: "p" }] }),
    );
    const found = differences(specOf(live), { spec: { text: "a", named: [{ name: "p" }] } }, shape);
    const told = withOrigins(found, live, thing({ named: [{ name: "p" }] }), "kapply", shape);
    expect(by(told)).toEqual({ "spec.named[1]": "unknown" });
  });
  test("is unknown of an order, which is nobody's", () => {
    const live = after({ named: [{ name: "p" }, { name: "q" }] });
    expect(by(explain(live, { named: [{ name: "q" }, { name: "p" }] }))).toEqual({ "spec.named": "unknown" });
  });
});

describe("a spec that was never changed since it was created", () => {
  const created = (apiVersion: string, kind: string, generation: number): KubeObject => ({
    apiVersion,
    kind,
    metadata: {
      name: "it",
      generation,
      managedFields: [
        { ...entry("kapply", { "f:text": {} }), apiVersion, operation: "Apply" },
        { ...entry("eve", { "f:number": {} }), apiVersion },
      ],
    },
    spec: { text: "a", number: 1 },
  });
  const manifest: KubeObject = thing({ text: "a", number: 2, truth: true }, { data: { k: "v" } });
  const { spec, data } = manifest;
  const origins = (live: KubeObject) => {
    const found = differences({ spec: live["spec"] ?? null }, { spec: spec ?? null, data: data ?? null });
    return by(withOrigins(found, live, manifest, "kapply"));
  };

  test("has lost nothing, and what others set has been theirs all along", () => {
    const told = { "spec.number": "manifest", "spec.truth": "manifest", data: "unknown" };
    expect(origins(created("apps/v1", "Deployment", 1))).toEqual(told);
    expect(origins(created("shop.example/v1", "Widget", 1))).toEqual(told);
  });
  test("is known by its generation where the kind counts every change of it", () => {
    const untold = { "spec.number": "others", "spec.truth": "unknown", data: "unknown" };
    expect(origins(created("apps/v1", "Deployment", 2))).toEqual(untold);
    expect(origins(created("v1", "Service", 1))).toEqual(untold);
    expect(origins(created("metrics.k8s.io/v1", "NodeMetrics", 1))).toEqual(untold);
  });
});

test("what kubectl apply records in an annotation is not shown", () => {
  const record = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  const annotated = (annotations: JsonObject): KubeObject => ({ metadata: { annotations } });
  const shown = (before: KubeObject, after: KubeObject) =>
    withOrigins(differences(before, after), before, after, "kapply").map(({ origin: _, ...rest }) => rest);
  expect(shown(annotated({ a: "1" }), annotated({ a: "1", ...record }))).toEqual([]);
  expect(shown({ metadata: {} }, annotated(record))).toEqual([]);
  expect(shown({ metadata: {} }, annotated({ a: "1", ...record }))).toEqual([
    { path: "metadata.annotations", after: { a: "1" } },
  ]);
});

test("drift is what is known of any difference", () => {
  const drift = (...origins: (Origin | undefined)[]): string =>
    driftOf(origins.map((origin) => ({ path: "a", origin })));
  const manifest: Origin = { by: "manifest" };
  const others: Origin = { by: "others", owners: [] };
  expect(drift()).toBe("none");
  expect(drift({ by: "unknown" }, undefined)).toBe("unknown");
  expect(drift(manifest, { by: "unknown" })).toBe("manifest");
  expect(drift({ by: "unknown" }, others)).toBe("others");
  expect(drift(others, manifest)).toBe("both");
});

type Write = readonly [who: "kapply" | "argocd" | "flux" | "kubectl-edit" | "operator", spec: JsonObject];
const write: fc.Arbitrary<Write> = fc.tuple(
  fc.constantFrom("kapply", "argocd", "flux", "kubectl-edit", "operator"),
  specs,
);

/** The object after all of the writes, and as our last one left it. */
function history(first: JsonObject, writes: readonly Write[]): { live: KubeObject; ours: KubeObject } {
  const world = newWorld();
  world.force("kapply", first);
  let ours = world.live();
  for (const [who, spec] of writes) {
    if (who === "kubectl-edit" || who === "operator") world.update(who, spec);
    else world.force(who, spec);
    if (who === "kapply") ours = world.live();
  }
  return { live: world.live() ?? {}, ours: ours ?? {} };
}

const runs = 200;

describe.each([
  ["a shape", shape],
  ["no shape", undefined],
])("whatever is written by whomever, with %s", (_name, known) => {
  test("what is called the manifest's change nobody else changed since we last applied", () => {
    fc.assert(
      fc.property(specs, fc.array(write, { maxLength: 5 }), specs, (first, writes, next) => {
        const { live, ours } = history(first, writes);
        const told = explain(live, next, { shape: known });
        const changed = differences(specOf(ours), specOf(live), shape).filter(isChange);
        for (const one of told.filter(({ origin }) => origin?.by === "manifest")) {
          const others = told.filter(
            ({ path, origin }) => origin?.by === "others" && isWithin(path, one.path),
          );
          const since = changed.filter(
            ({ path, after }) =>
              (isWithin(path, one.path) || isWithin(one.path, path)) &&
              // What others own of it is told apart; what was removed within it does not go now.
              !others.some((other) => isWithin(path, other.path) || isWithin(other.path, path)) &&
              (one.before === undefined || !isVoid(after)),
          );
          expect(since, one.path).toEqual([]);
        }
      }),
      { numRuns: runs },
    );
  });
  test("nothing is called the manifest's change while it says what we last applied", () => {
    fc.assert(
      fc.property(specs, fc.array(write, { maxLength: 5 }), (first, writes) => {
        const { live } = history(first, writes);
        const last = writes.findLast(([who]) => who === "kapply")?.[1] ?? first;
        const told = explain(live, last, { shape: known });
        expect(told.filter(({ origin }) => origin?.by === "manifest")).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

const isWithin = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

/** What is empty, nothing and null are hardly told apart, and an order says nothing. */
const isChange = ({ before, after, field }: FoundDifference): boolean =>
  field.was !== "unrecorded" && !(isVoid(before) && isVoid(after));

function entry(manager: string, spec: JsonObject): JsonObject {
  return {
    manager,
    operation: "Update",
    apiVersion: "test/v1",
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": spec },
  };
}

function untimed(live: KubeObject, manager: string): KubeObject {
  const entries = getPath(live, ["metadata", "managedFields"]) as JsonObject[];
  const managedFields = entries.map(({ time, ...rest }) =>
    rest["manager"] === manager || time === undefined ? rest : { ...rest, time },
  );
  return { ...live, metadata: { ...(live["metadata"] as JsonObject), managedFields } };
}
