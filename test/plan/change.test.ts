import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { getPath } from "../../src/json.js";
import type { KubeObject, Path } from "../../src/model.js";
import type { PlanReads } from "../../src/plan/change.js";
import type { Target } from "../../src/plan/index.js";
import { live, target, types } from "../make.js";
import { apply, changeOf, planOne } from "./world.js";

const settings = (data: Record<string, string>): Target => target(types.configMap, "settings", { data });
const web = (replicas?: number): Target =>
  target(types.deployment, "web", {
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "nginx" }] },
      },
    },
  });

/** The object as it is stored once managers applied, one after the other. */
function stored(...applied: (readonly [manager: string, target: Target])[]): KubeObject {
  const last = applied.reduce<KubeObject | undefined>(
    (found, [manager, one]) => apply(found, one, manager, true),
    undefined,
  );
  const object = last ?? {};
  const fields = getPath(object, ["metadata", "managedFields"]);
  return live(object, "5", fields as never);
}

const forbidden = (): Promise<never> => Promise.reject(new KapplyError("forbidden", "you may not patch"));

describe("what is not there", () => {
  test("is created, and an apply does not ask in advance", async () => {
    const asked = await planOne(settings({ a: "1" }), undefined, { preview: "before-writing" });
    expect(changeOf(asked)).toEqual({ action: "create", preview: "not-asked" });
    expect(asked.attempts).toEqual([]);
  });
  test("is asked about by a diff", async () => {
    const one = settings({ a: "1" });
    expect(changeOf(await planOne(one, undefined))).toEqual({
      action: "create",
      preview: "server",
      after: one.body,
    });
  });
  test("is predicted where the server is not to be asked, or may not be", async () => {
    const one = settings({ a: "1" });
    const readOnly = await planOne(one, undefined, { preview: "predicted" }, { dryRun: forbidden });
    expect(changeOf(readOnly)).toEqual({
      action: "create",
      preview: "predicted",
      why: "--read-only",
      after: one.body,
    });
    const notPermitted = await planOne(one, undefined, { preview: "if-permitted" }, { dryRun: forbidden });
    expect(changeOf(notPermitted)).toMatchObject({
      preview: "predicted",
      why: "patch is not permitted",
    });
    await expect(async () =>
      changeOf(await planOne(one, undefined, { preview: "server" }, { dryRun: forbidden })),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("what somebody made between our read and the dry run is compared with what there is", async () => {
  const found = stored(["other", settings({ a: "1" })]);
  const one = settings({ a: "1" });
  const asked = await planOne(
    one,
    undefined,
    {},
    {
      get: readsOnce(undefined, found),
      dryRun: () => Promise.resolve({ object: apply(found, one, "kapply"), created: false, warnings: [] }),
    },
  );
  expect(changeOf(asked)).toMatchObject({ action: "configure", differences: [] });
});

describe("what is there", () => {
  test("costs no question where it is as it was applied", async () => {
    const one = web(3);
    const asked = await planOne(one, stored(["kapply", one]));
    expect(changeOf(asked)).toEqual({ action: "unchanged", yielded: [] });
    expect(asked.attempts).toEqual([]);
  });
  test("costs no question either where the manifest is a name alone, and nobody is recorded", async () => {
    const asked = await planOne(
      target(types.namespace, "shop"),
      live(target(types.namespace, "shop").body, "5"),
    );
    expect(changeOf(asked).action).toBe("unchanged");
    expect(asked.attempts).toEqual([]);
  });
  test("is a change with its fields and whom they come from", async () => {
    const asked = await planOne(settings({ a: "2" }), stored(["kapply", settings({ a: "1" })]));
    expect(changeOf(asked)).toMatchObject({
      action: "configure",
      preview: "server",
      differences: [{ path: "data.a", before: "1", after: "2", origin: { by: "manifest" } }],
    });
    expect(asked.planned.version).toBe("5");
  });
  test("is a change without differences where equal values come to be ours", async () => {
    const one = settings({ a: "1" });
    const change = changeOf(await planOne(one, stored(["other", one])));
    expect(change).toMatchObject({ action: "configure", differences: [] });
  });
  test("is predicted without a question under --read-only, and where patch is not permitted", async () => {
    const found = stored(["kapply", settings({ a: "1", gone: "x" })]);
    const one = settings({ a: "2" });
    const expected = {
      action: "configure",
      preview: "predicted",
      after: one.body,
      differences: [
        { path: "data.a", before: "1", after: "2" },
        { path: "data.gone", before: "x" },
      ],
    };
    const readOnly = await planOne(one, found, { preview: "predicted" }, { dryRun: forbidden });
    expect(changeOf(readOnly)).toMatchObject({ ...expected, why: "--read-only" });
    const refused = await planOne(one, found, { preview: "if-permitted" }, { dryRun: forbidden });
    expect(changeOf(refused)).toMatchObject({ ...expected, why: "patch is not permitted" });
  });
  test("is not known where nobody can tell how its kind is merged, and the server is not asked", async () => {
    const widget = target(types.widget, "w", { spec: { size: 1 } });
    const asked = await planOne(widget, live(widget.body, "5"), { preview: "predicted" });
    expect(changeOf(asked)).toEqual({
      action: "unknown",
      why: "how its kind is merged is not known, and the server was not asked (--read-only)",
    });
  });
  test("is not known where dry run is not supported, never nothing", async () => {
    const dryRun = (): Promise<undefined> => Promise.resolve(undefined);
    const found = stored(["kapply", settings({ a: "1" })]);
    expect(changeOf(await planOne(settings({ a: "2" }), found, {}, { dryRun })).action).toBe("unknown");
  });
  test("is read again when it moved between read and dry run", async () => {
    const one = settings({ a: "2" });
    const moved = live(stored(["kapply", one]), "6", getFields(stored(["kapply", one])));
    const asked = await planOne(
      one,
      stored(["kapply", settings({ a: "1" })]),
      {},
      {
        get: readsOnce(stored(["kapply", settings({ a: "1" })]), moved),
        dryRun: () => Promise.resolve({ object: moved, created: false, warnings: [] }),
      },
    );
    expect(changeOf(asked).action).toBe("unchanged");
  });
  test("is looked at three times and no more when it moves again and again", async () => {
    let version = 10;
    let asked = 0;
    const next = (): KubeObject => {
      const object = stored(["kapply", settings({ a: "2", by: "others" })]);
      return live(object, String(version++), getFields(object));
    };
    const dryRun = (): ReturnType<PlanReads["dryRun"]> => {
      asked++;
      return Promise.resolve({ object: next(), created: false, warnings: [] });
    };
    await planOne(settings({ a: "2" }), next(), {}, { dryRun, get: () => Promise.resolve(next()) });
    expect(asked).toBe(3);
  });
  test("keeps the error of its read", async () => {
    const error = new KapplyError("unreachable", "no");
    const { planned } = await planOne(settings({}), undefined, {}, { get: () => Promise.reject(error) });
    expect(planned.verdict).toEqual({ error });
  });
});

describe("fields that others own with other values", () => {
  const found = stored(["kapply", web(3)], ["scaler", web(5)]);

  test("are an error that names field, owner, values, place and ways out", async () => {
    const { planned } = await planOne(web(4), found);
    const { error } = planned.verdict as { error: KapplyError };
    expect(error).toMatchObject({
      code: "conflict",
      message: "another field manager owns a field that the manifest sets otherwise",
      details: {
        causes: [
          {
            path: "spec.replicas",
            place: { source: "set.yaml", line: 10 },
            contest: { owner: { manager: "scaler", operation: "Apply" }, live: 5, wanted: 4 },
          },
        ],
      },
    });
    for (const way of ["--force-conflicts", "--on-conflict=yield", "drop the field", "give it up"])
      expect(error.details.hint).toContain(way);
  });
  test("of a Secret's stringData have the place where the manifest says them", async () => {
    const secret = (text: string): Target => {
      const one = target(types.secret, "s", { stringData: { password: text } });
      const data = { password: Buffer.from(text).toString("base64") };
      const { stringData: _, ...rest } = one.body;
      const placeOf = (path: Path) => ({ source: path.join("."), line: 1, column: 1 });
      return { ...one, manifest: { ...one.manifest, placeOf }, body: { ...rest, data } };
    };
    const { planned } = await planOne(secret("c"), stored(["kapply", secret("a")], ["ops", secret("b")]));
    const { error } = planned.verdict as { error: KapplyError };
    expect(error.details.causes?.[0]?.place?.source).toBe("stringData.password");
  });
  test("are the same error where it is predicted", async () => {
    const { planned, attempts } = await planOne(web(4), found, { preview: "predicted" });
    expect(planned.verdict).toMatchObject({
      error: { code: "conflict", details: { causes: [{ contest: { live: 5, wanted: 4 } }] } },
    });
    expect(attempts).toEqual([]);
  });
  test("are left to them on request, without a question when that is all there is", async () => {
    const asked = await planOne(web(4), stored(["kapply", web()], ["scaler", web(5)]), {
      onConflict: "yield",
    });
    expect(changeOf(asked)).toMatchObject({
      action: "unchanged",
      yielded: [{ path: "spec.replicas", live: 5, wanted: 4, owner: { manager: "scaler" } }],
    });
    expect(asked.attempts).toEqual([]);
    expect(getPath(asked.planned.attempt.body, ["spec", "replicas"])).toBeUndefined();
  });
  test("are left to them while the rest is applied", async () => {
    const next = target(types.deployment, "web", {
      ...web(4).body,
      spec: { ...specOf(web(4)), paused: true },
    });
    const asked = await planOne(next, found, { onConflict: "yield" });
    expect(changeOf(asked)).toMatchObject({
      action: "configure",
      differences: [{ path: "spec.paused", after: true }],
      yielded: [{ path: "spec.replicas" }],
    });
    expect(asked.attempts).toHaveLength(1);
  });
  test("are taken with force, and the diff says whose they were", async () => {
    const asked = await planOne(web(4), found, { onConflict: "force" });
    expect(changeOf(asked)).toMatchObject({
      differences: [
        {
          path: "spec.replicas",
          before: 5,
          after: 4,
          origin: { by: "others", owners: [{ manager: "scaler" }] },
        },
      ],
    });
  });
});

describe("objects that others applied", () => {
  const before = settings({ a: "1", old: "x" });
  const now = settings({ a: "1" });

  test("become ours with --take-over-from, and what the manifest dropped goes", async () => {
    const asked = await planOne(now, stored(["argocd", before]), { takeOverFrom: ["argocd"] });
    expect(changeOf(asked)).toMatchObject({
      action: "configure",
      preview: "predicted",
      why: "its ownership moves first",
      differences: [{ path: "data.old", before: "x" }],
      takenOver: [{ manager: "argocd", operation: "Apply" }],
    });
    expect(asked.planned.attempt.moved?.object).toBeDefined();
    expect(asked.attempts).toMatchObject([{ force: true }]);
  });
  test("are ownership only where nothing else is to be done", async () => {
    const asked = await planOne(now, stored(["argocd", now]), { takeOverFrom: ["argocd"] });
    expect(changeOf(asked)).toMatchObject({ action: "configure", differences: [], takenOver: [{}] });
  });
  test("stay with whoever was not named", async () => {
    const asked = await planOne(now, stored(["argocd", before]), { takeOverFrom: ["helm"] });
    expect(changeOf(asked)).toMatchObject({ takenOver: [], differences: [] });
  });
});

function specOf({ body }: Target): KubeObject {
  return body["spec"] as KubeObject;
}

function getFields(object: KubeObject): never {
  return getPath(object, ["metadata", "managedFields"]) as never;
}

/** One answer first, another from then on. */
function readsOnce(first: KubeObject | undefined, later: KubeObject): () => Promise<KubeObject | undefined> {
  let asked = 0;
  return () => Promise.resolve(asked++ === 0 ? first : later);
}
