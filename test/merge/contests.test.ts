/** Contested fields with their owners and values, predicted or as a server names them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../src/json.js";
import { applyManifest, contestsOf, contestsOfCauses } from "../../src/merge/index.js";
import { followPath } from "../../src/merge/follow.js";
import { fieldStep, indexStep, keyStep, valueStep } from "../../src/merge/path.js";
import type { KubeObject } from "../../src/model.js";
import { specs } from "./arbitraries.js";
import { kindOf, sampler } from "./shapes.js";
import { newWorld, thing, writerOf } from "./world.js";

const shape = kindOf(sampler);

/** Ann applies, Eve updates and scales, and the manifest wants all of it otherwise. */
const world = newWorld();
world.apply("ann", { text: "a", ports: [{ port: 80, name: "web" }], map: { "a.b/c": "x" } });
world.update("eve", { ...(world.spec() as JsonObject), truth: true });
world.update("hpa", { ...(world.spec() as JsonObject), number: 3 }, { subresource: "scale" });
const live = world.live() as KubeObject;
const manifest = thing({
  number: 1,
  text: "b",
  truth: false,
  map: { "a.b/c": "y" },
  ports: [{ port: 443 }, { port: 80, name: "http" }],
});

function conflictsIn(body: KubeObject, object: KubeObject) {
  const applied = applyManifest(object, body, { ...writerOf("kapply"), force: false });
  return applied.is === "conflict" ? applied.conflicts : [];
}

const found = contestsOf(conflictsIn(manifest, live), manifest, live, shape);
const told = found.map(({ path, live: held, wanted, at, owner }) => ({
  path,
  held,
  wanted,
  at,
  who: owner.manager,
}));

const portName = "spec.ports[port=80,protocol=TCP].name";

describe("a predicted contest", () => {
  test("names the field, the live and the wanted value, and where the manifest has it", () => {
    expect(told).toEqual([
      { path: "spec.text", held: "a", wanted: "b", at: ["spec", "text"], who: "ann" },
      { path: 'spec.map["a.b/c"]', held: "x", wanted: "y", at: ["spec", "map", "a.b/c"], who: "ann" },
      { path: portName, held: "web", wanted: "http", at: ["spec", "ports", 1, "name"], who: "ann" },
      { path: "spec.truth", held: true, wanted: false, at: ["spec", "truth"], who: "eve" },
      { path: "spec.number", held: 3, wanted: 1, at: ["spec", "number"], who: "hpa" },
    ]);
  });
  test("names the owner as managed fields have it, and since when", () => {
    const owners = Object.fromEntries(found.map(({ owner }) => [owner.manager, owner]));
    expect(owners).toEqual({
      ann: { manager: "ann", operation: "Apply", apiVersion: "test/v1", since: "2026-01-01T00:00:00Z" },
      eve: { manager: "eve", operation: "Update", apiVersion: "test/v1", since: "2026-01-01T00:00:01Z" },
      hpa: {
        manager: "hpa",
        operation: "Update",
        apiVersion: "test/v1",
        subresource: "scale",
        since: "2026-01-01T00:00:02Z",
      },
    });
  });
  test("is there once for each owner of a field", () => {
    const two = newWorld();
    two.apply("ann", { text: "a" });
    two.apply("bob", { text: "a" });
    const object = two.live() as KubeObject;
    const body = thing({ text: "b" });
    const owners = contestsOf(conflictsIn(body, object), body, object, shape).map(
      ({ owner }) => owner.manager,
    );
    expect(owners).toEqual(["ann", "bob"]);
  });
  test("of a field that is owned and not there has no live value", () => {
    const without = { ...live, spec: { number: 3 } };
    const [contest] = contestsOf(conflictsIn(manifest, live), manifest, without, shape);
    expect(contest).toMatchObject({ path: "spec.text", live: undefined, wanted: "b" });
  });
});

const paths = found.map(({ path }) => path);

describe("a contest that a server names", () => {
  const causes = conflictsIn(manifest, live).map(({ field, message }) => ({ field, message }));

  test("is what was predicted, where nobody wrote in between", () => {
    expect(contestsOfCauses(causes, manifest, live, shape)).toEqual(found);
  });
  test("is found again without a shape", () => {
    expect(contestsOfCauses(causes, manifest, live, undefined)).toEqual(found);
  });
  test("is found by the manifest, and its owner in the message, without the live object", () => {
    const contests = contestsOfCauses(causes, manifest, undefined, shape);
    expect(contests.map(({ path, at, wanted }) => ({ path, at, wanted }))).toEqual(
      found.map(({ path, at, wanted }) => ({ path, at, wanted })),
    );
    expect(contests.map(({ owner }) => owner)).toContainEqual({
      manager: "hpa",
      operation: "Update",
      apiVersion: "test/v1",
      subresource: "scale",
    });
    expect(contests.map(({ owner }) => owner)).toContainEqual({
      manager: "ann",
      operation: "Apply",
      apiVersion: "",
    });
    expect(contests.every((contest) => contest.live === undefined)).toBe(true);
  });
  test("without live object and shape is placed as near as it can be told", () => {
    const field = '.spec.ports[port=80,protocol="TCP"].name';
    const message = 'conflict with "kubectl-edit" with subresource "scale" using apps/v1';
    expect(contestsOfCauses([{ field, message }], manifest, undefined, undefined)).toEqual([
      {
        path: 'spec.ports[port=80,protocol="TCP"].name',
        field: undefined,
        at: ["spec", "ports"],
        owner: { manager: "kubectl-edit", operation: "Update", apiVersion: "apps/v1", subresource: "scale" },
      },
    ]);
  });
  test("with an owner that is not recorded any more has what the message says", () => {
    const messages = [
      'conflict with "a \\"b\\"" using v1',
      'conflict with "old" using apps/v1 at 2020-01-02T03:04:05Z',
      'conflict with "\\x00"',
      "something else",
    ];
    const owners = contestsOfCauses(
      messages.map((message) => ({ field: ".spec.text", message })),
      manifest,
      live,
      shape,
    ).map(({ owner }) => owner);
    expect(owners).toEqual([
      { manager: 'a "b"', operation: "Update", apiVersion: "v1" },
      { manager: "old", operation: "Update", apiVersion: "apps/v1", since: "2020-01-02T03:04:05Z" },
      { manager: "\\x00", operation: "Apply", apiVersion: "" },
      { manager: "something else", operation: "Apply", apiVersion: "" },
    ]);
  });
  test("of a live object whose managed fields can't be read is what the message says", () => {
    const odd = { ...live, metadata: { name: "it", managedFields: [{ manager: "x" }] } };
    const [contest] = contestsOfCauses(causes.slice(-1), manifest, odd, shape);
    expect(contest).toMatchObject({ path: paths.at(-1), owner: { manager: found.at(-1)?.owner.manager } });
  });
});

describe("a path followed into a value", () => {
  const value = { a: { "b.c": [{ k: 1, l: "x" }, { k: 2 }], set: ["x", 1], list: [[1], [2]] } };
  const follow = (...steps: string[]) => followPath(value, steps);
  test("ends where the value does not have it", () => {
    expect(follow(fieldStep("a"), fieldStep("b"))).toEqual({ at: ["a"], value: undefined });
    expect(follow(fieldStep("toString"))).toEqual({ at: [], value: undefined });
    expect(follow(fieldStep("a"), fieldStep("list"), indexStep(2))).toEqual({
      at: ["a", "list"],
      value: undefined,
    });
  });
  test("finds items by place, by value and by keys", () => {
    expect(follow(fieldStep("a"), fieldStep("list"), indexStep(1)).value).toEqual([2]);
    expect(follow(fieldStep("a"), fieldStep("set"), valueStep(1)).at).toEqual(["a", "set", 1]);
    expect(follow(fieldStep("a"), fieldStep("b.c"), keyStep([["k", 2]])).at).toEqual(["a", "b.c", 1]);
  });
  test("takes the item with just those keys before one that leaves them out", () => {
    const items = { items: [{ port: 80 }, { port: 80, protocol: "UDP" }] };
    const at = (protocol: string) =>
      followPath(items, [
        fieldStep("items"),
        keyStep([
          ["port", 80],
          ["protocol", protocol],
        ]),
      ]).at;
    expect(at("UDP")).toEqual(["items", 1]);
    expect(at("TCP")).toEqual(["items", 0]);
  });
  test("leads to the value that stands there, for any contest", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const applied = applyManifest(undefined, thing(a), { ...writerOf("ann"), force: false });
        if (applied.is === "conflict") throw new Error(applied.message);
        const body = thing(b);
        for (const contest of contestsOf(conflictsIn(body, applied.object), body, applied.object, shape)) {
          expect(contest.wanted).toBeDefined();
          expect(getPath(body, contest.at)).toEqual(contest.wanted);
        }
      }),
    );
  });
});
