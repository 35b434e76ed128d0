import { describe, expect, test } from "vitest";
import { writePlanned } from "../../src/apply/write.js";
import type { Writes } from "../../src/apply/write.js";
import { KapplyError } from "../../src/errors.js";
import { getPath } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { judge } from "../../src/plan/index.js";
import type { Attempt, Planned, Settling, Target } from "../../src/plan/index.js";
import { semanticsOf } from "../../src/schema/index.js";
import { live, target, types } from "../make.js";
import { apply } from "../plan/world.js";

const settings = (data: Record<string, string>): Target => target(types.configMap, "settings", { data });
const settling: Settling = { fieldManager: "kapply", onConflict: "fail", takeOverFrom: ["argocd"] };

/** A server that holds one object; `meanwhile` writes it before each of our requests that is listed in it. */
function world(
  first: KubeObject,
  meanwhile: Partial<Record<number, (found: KubeObject) => KubeObject>> = {},
) {
  let found = first;
  let asked = 0;
  const log: string[] = [];
  const write = (object: KubeObject): KubeObject => {
    const version = Number(getPath(found, ["metadata", "resourceVersion"])) + 1;
    const fields = getPath(object, ["metadata", "managedFields"]);
    found = live(object, String(version), fields as never);
    return found;
  };
  const others = (): void => {
    const change = meanwhile[++asked];
    if (change !== undefined) write(change(found));
  };
  const writes: Writes = {
    apply: ({ type }, { body, force }) => {
      others();
      log.push("apply");
      return Promise.resolve().then(() => ({
        object: write(apply(found, { type, body }, "kapply", force)),
        created: false,
        warnings: [],
      }));
    },
    moveOwnership: (_target, moved) => {
      others();
      const is = (object: KubeObject) => getPath(object, ["metadata", "resourceVersion"]);
      const isFresh = is(moved) === is(found);
      log.push(isFresh ? "moved" : "stale");
      if (isFresh) write(moved);
      return Promise.resolve(isFresh);
    },
    waitForCrd: () => Promise.resolve(),
    get: () => {
      log.push("get");
      return Promise.resolve(found);
    },
    semantics: (type) => Promise.resolve(semanticsOf(type)),
  };
  return { writes, log, data: () => getPath(found, ["data"]) };
}

/** The plan for a target, as it was made from an object. */
function planFor(one: Target, found: KubeObject, how: Settling): Planned {
  const { attempt } = judge(one, found, semanticsOf(one.type), how);
  const change = { action: "unknown", why: "the test does not ask" } as const;
  return { target: one, verdict: { change }, attempt, warnings: [], requests: 0, milliseconds: 0 };
}

const applied = (manager: string, data: Record<string, string>, found?: KubeObject): KubeObject => {
  const object = apply(found, settings(data), manager, true);
  return live(object, "1", getPath(object, ["metadata", "managedFields"]) as never);
};
const run = (
  one: Target,
  found: KubeObject,
  { writes }: { writes: Writes },
  how = settling,
): Promise<{ attempt: Attempt }> => writePlanned(planFor(one, found, how), writes, how, () => undefined);

describe("writing what was planned", () => {
  test("moves ownership first, then applies: what the manifest dropped goes", async () => {
    const found = applied("argocd", { a: "1", old: "x" });
    const server = world(found);
    await run(settings({ a: "1" }), found, server);
    expect(server.log).toEqual(["moved", "apply"]);
    expect(server.data()).toEqual({ a: "1" });
  });
  test("looks again where somebody wrote before ownership moved", async () => {
    const found = applied("argocd", { a: "1", old: "x" });
    const server = world(found, { 1: (now) => applied("other", { more: "y" }, now) });
    await run(settings({ a: "1" }), found, server);
    expect(server.log).toEqual(["stale", "get", "moved", "apply"]);
    expect(server.data()).toEqual({ a: "1", more: "y" });
  });
  test("gives up on an object that others write all the time", async () => {
    const found = applied("argocd", { a: "1", old: "x" });
    const again = (now: KubeObject) => applied("other", { at: String(Math.random()) }, now);
    const server = world(found, { 1: again, 2: again, 3: again, 4: again, 5: again });
    await expect(run(settings({ a: "1" }), found, server)).rejects.toMatchObject({
      code: "rejected",
      message: "others kept writing it while its ownership was to be moved",
    });
    expect(server.log).not.toContain("apply");
  });

  const taken = { 1: (now: KubeObject) => applied("scaler", { a: "9" }, now) };
  const ours = applied("kapply", { a: "1", b: "1" });

  test("tells of a conflict that came after planning with owner and values", async () => {
    const server = world(ours, taken);
    const error = await run(settings({ a: "2", b: "2" }), ours, server).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KapplyError);
    expect(error).toMatchObject({
      code: "conflict",
      details: {
        causes: [{ path: "data.a", contest: { owner: { manager: "scaler" }, live: "9", wanted: "2" } }],
      },
    });
    expect(server.log).toEqual(["apply", "get"]);
  });
  test("gives way to it where it is asked to", async () => {
    const server = world(ours, taken);
    const { attempt } = await run(settings({ a: "2", b: "2" }), ours, server, {
      ...settling,
      onConflict: "yield",
    });
    expect(attempt.yielded).toMatchObject([{ path: "data.a", owner: { manager: "scaler" } }]);
    expect(server.data()).toEqual({ a: "9", b: "2" });
  });
  test("and takes it over with force, without a word", async () => {
    const server = world(ours, taken);
    await run(settings({ a: "2" }), ours, server, { ...settling, onConflict: "force" });
    expect(server.log).toEqual(["apply"]);
    expect(server.data()).toEqual({ a: "2" });
  });
});
