import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Change, KubeObject } from "../../src/model.js";
import { planChanges } from "../../src/plan/change.js";
import type { PlanReads } from "../../src/plan/change.js";
import type { Live } from "../../src/plan/live.js";
import { live, object, target, types } from "../make.js";

const one = target(types.configMap, "a", { data: { k: "new" } });
const ours = {
  manager: "kapply",
  operation: "Apply",
  apiVersion: "v1",
  fieldsV1: { "f:data": { "f:k": {} } },
};
const old = live(object(types.configMap, "a", { data: { k: "old" } }, "shop"), "5", [ours]);
const same = live(one.body, "5", [{ ...ours, time: "2026-01-01T00:00:00Z" }]);

async function plan(found: Live, reads: Partial<PlanReads>, previewCreates = false): Promise<Change> {
  const never = (): never => {
    throw new Error("not to be asked");
  };
  const [planned] = await planChanges(
    [one],
    new Map([[one, found]]),
    { get: never, list: never, dryRun: never, ...reads },
    { fieldManager: "kapply", previewCreates, concurrency: 1 },
    () => undefined,
  );
  if (planned === undefined) throw new Error("nothing was planned");
  if ("error" in planned.verdict) throw new Error("not planned", { cause: planned.verdict.error });
  return planned.verdict.change;
}

const answers = (after: KubeObject, created = false): Pick<PlanReads, "dryRun"> => ({
  dryRun: () => Promise.resolve({ object: after, created, warnings: [] }),
});

describe("planning", () => {
  test("what is not there is created, and an apply does not ask in advance", async () => {
    expect(await plan({ state: "absent" }, {})).toEqual({ action: "create", preview: "not-asked" });
  });
  test("a diff asks what would be created", async () => {
    expect(await plan({ state: "absent" }, answers(same, true), true)).toEqual({
      action: "create",
      preview: "server",
      after: one.body,
    });
  });
  test("what waits for its namespace is created, as its manifest has it", async () => {
    const change = await plan({ state: "pending", why: "namespace-pending" }, {}, true);
    expect(change).toEqual({ action: "create", preview: "namespace-pending", after: one.body });
  });
  test("a dry run that changes nothing is unchanged, whenever the fields were last written", async () => {
    const change = await plan({ state: "present", object: live(one.body, "5", [ours]) }, answers(same));
    expect(change.action).toBe("unchanged");
  });
  test("a dry run that differs is a change with its fields", async () => {
    const change = await plan({ state: "present", object: old }, answers(same));
    expect(change).toMatchObject({
      action: "configure",
      differences: [{ path: "data.k", before: "old", after: "new" }],
    });
  });
  test("equal values that we would come to own are a change without differences", async () => {
    const foreign = live(one.body, "5", [{ ...ours, manager: "kubectl" }]);
    const change = await plan({ state: "present", object: foreign }, answers(same));
    expect(change).toMatchObject({ action: "configure", differences: [] });
  });
  test("when the object moved between read and dry run, it is read again", async () => {
    const moved = live(one.body, "6", [ours]);
    const change = await plan(
      { state: "present", object: old },
      { ...answers(moved), get: () => Promise.resolve(moved) },
    );
    expect(change.action).toBe("unchanged");
  });
  test("when it moves again and again, it is looked at three times and no more", async () => {
    let version = 10;
    let asked = 0;
    const next = (): KubeObject => live(one.body, String(version++), [ours]);
    const dryRun = (): ReturnType<PlanReads["dryRun"]> => {
      asked++;
      return Promise.resolve({ object: next(), created: false, warnings: [] });
    };
    const change = await plan(
      { state: "present", object: old },
      { dryRun, get: () => Promise.resolve(next()) },
    );
    expect(change.action).toBe("unchanged");
    expect(asked).toBe(3);
  });
  test("where dry run is not supported the change is unknown, never nothing", async () => {
    const dryRun = (): Promise<undefined> => Promise.resolve(undefined);
    expect((await plan({ state: "present", object: old }, { dryRun })).action).toBe("unknown");
  });
  test("what failed to be read is an error of that object", async () => {
    const error = new KapplyError("forbidden", "no");
    await expect(plan({ state: "failed", error }, {})).rejects.toMatchObject({ cause: error });
  });
});
