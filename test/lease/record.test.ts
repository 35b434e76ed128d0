import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRevision, hashOf, leaseName, parseRevision, recordedOn } from "../../src/lease/index.js";
import type { Ending, Recorded, Wanted } from "../../src/lease/index.js";
import { decide } from "../../src/lease/decide.js";
import type { How } from "../../src/lease/hash.js";
import { holdingOf, releasedLease, takenLease } from "../../src/lease/record.js";
import type { JsonObject } from "../../src/json.js";
import { setKey } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";

const at = { namespace: "shop", name: "kapply-web" };
const by = { holder: "a", now: 0, durationSeconds: 15 };

test("a Lease is named after its set, whose name can be a label's value", () => {
  expect(leaseName("web-2")).toBe("kapply-web-2");
  for (const bad of ["", "Web", "web.shop", "-web", "web-", "a/b", "x".repeat(64)])
    expect(() => leaseName(bad), bad).toThrow(expect.objectContaining({ code: "usage" }) as Error);
});

test("a new Lease is as client-go writes one, with what is begun", () => {
  expect(takenLease(undefined, at, { ...by, wanted: { hash: "h", revision: parseRevision("7") } })).toEqual({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      ...at,
      labels: { "app.kubernetes.io/managed-by": "kapply" },
      annotations: { "kapply.dev/begun-hash": "h", "kapply.dev/begun-revision": "7" },
    },
    spec: {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "1970-01-01T00:00:00.000000Z",
      renewTime: "1970-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    },
  });
});

test("a run without revision leaves on record the newest that was begun and the newest that was applied", () => {
  const before = { hash: "h", revision: parseRevision("9") };
  const begun = takenLease(undefined, at, { ...by, wanted: before });
  const failed = releasedLease(begun, 0, { ending: "failed", wanted: before, before: {} });
  const wanted = { hash: "other" };
  const taken = takenLease(failed, at, { ...by, wanted });
  expect(recordedOn(taken).begun).toEqual({ hash: "other", revision: "9" });

  const applied = releasedLease(begun, 0, { ending: "applied", wanted: before, before: {} });
  const after = takenLease(applied, at, { ...by, wanted });
  const done = releasedLease(after, 0, { ending: "applied", wanted, before: recordedOn(applied) });
  expect(recordedOn(done)).toMatchObject({ applied: { hash: "other", revision: "9" }, begun: undefined });
});

/** What stands on the Lease after runs that ended so, one after the other. */
function leaseAfter(...runs: (Wanted & { ending: Ending })[]): KubeObject | undefined {
  let lease: KubeObject | undefined;
  for (const { ending, ...wanted } of runs) {
    const before = recordedOn(lease);
    lease = releasedLease(takenLease(lease, at, { ...by, wanted }), 0, { ending, wanted, before });
  }
  return lease;
}
const seven = { hash: "7", revision: parseRevision("7"), ending: "applied" } as const;
const nineFails = { hash: "9", revision: parseRevision("9"), ending: "failed" } as const;
const isApplied = (revision: string, recorded: Recorded): boolean =>
  checkRevision(recorded, { revision: parseRevision(revision) }, false).is === "go";

test("a newer revision that ended halfway is not forgotten when the set is applied without a revision", () => {
  const plain = { hash: "plain", ending: "applied" } as const;
  const recorded = recordedOn(leaseAfter(seven, nineFails, plain));
  expect(recorded).toMatchObject({
    applied: { hash: "plain", revision: "7" },
    begun: { hash: undefined, revision: "9" },
  });
  expect(isApplied("8", recorded)).toBe(false);
  expect(isApplied("9", recorded)).toBe(true);
});

test("nor by an older one that is let by and ends halfway too, but by its success", () => {
  const five = { hash: "5", revision: parseRevision("5") };
  const halfway = recordedOn(leaseAfter(seven, nineFails, { ...five, ending: "failed" }));
  expect(halfway).toMatchObject({ applied: { revision: "7" }, begun: { hash: "5", revision: "9" } });
  expect(isApplied("8", halfway)).toBe(false);

  const done = recordedOn(leaseAfter(seven, nineFails, { ...five, ending: "applied" }));
  expect(done).toMatchObject({ applied: { hash: "5", revision: "5" }, begun: undefined });
  expect(isApplied("6", done)).toBe(true);

  const time = { hash: "t", revision: parseRevision("2026-01-01T00:00:00Z") };
  expect(recordedOn(leaseAfter(nineFails, { ...time, ending: "failed" })).begun?.revision).toBe("9");
});

test("a newer revision that ends halfway after another is the one that is remembered", () => {
  const ten = { hash: "10", revision: parseRevision("10"), ending: "failed" } as const;
  expect(recordedOn(leaseAfter(seven, nineFails, ten)).begun).toEqual({ hash: "10", revision: "10" });
});

test("a part of a set is never recorded as the set, and keeps nobody from applying it", () => {
  const part = { hash: "part", part: true, ending: "applied" } as const;
  const lease = leaseAfter(seven, nineFails, part);
  expect(recordedOn(lease)).toMatchObject({
    applied: { hash: "7", revision: "7" },
    begun: { hash: "part", revision: "9" },
  });
  const waited = { holder: "b", allowDowngrade: false, first: {}, unchangedMs: 0 };
  for (const hash of ["7", "part"]) {
    const decision = decide(leaseAfter(seven, part), { ...waited, wanted: { hash } });
    expect(decision, hash).toEqual({ do: "take" });
  }
});

test("who waits finds the same set applied without a revision, though a newer one was begun before", () => {
  const lease = leaseAfter(nineFails, { hash: "h", ending: "applied" });
  const so = { holder: "b", allowDowngrade: false, first: {}, unchangedMs: 0 };
  expect(decide(lease, { ...so, wanted: { hash: "h" } })).toMatchObject({ do: "skip", because: "applied" });
  const nine = { hash: "h", revision: parseRevision("9") };
  expect(decide(lease, { ...so, wanted: nine })).toEqual({ do: "take" });
});

test("a Lease that changed hands as often as an int32 can count is taken all the same", () => {
  const live = { spec: { holderIdentity: "z", leaseTransitions: 2 ** 31 - 1 } };
  const taken = takenLease(live, at, { ...by, wanted: { hash: "h" } });
  expect(taken).toMatchObject({ spec: { holderIdentity: "a", leaseTransitions: 2 ** 31 - 1 } });
});

test("any object that is no Lease of ours is read without surprise", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, spec) => {
      const lease = { metadata, spec } as JsonObject;
      recordedOn(lease);
      holdingOf(lease);
      takenLease(lease, at, { ...by, wanted: { hash: "h" } });
    }),
  );
  expect(holdingOf({ spec: { holderIdentity: "a", leaseDurationSeconds: -1 } })?.durationMs).toBe(15_000);
});

test("the same set is no reason to skip where another one was begun after it", () => {
  const so = { holder: "b", wanted: { hash: "h" }, allowDowngrade: false, first: {}, unchangedMs: 60_000 };
  const annotations = {
    "kapply.dev/hash": "h",
    "kapply.dev/applied-at": "now",
    "kapply.dev/applied-by": "a",
  };
  expect(decide({ metadata: { annotations } }, so)).toEqual({
    do: "skip",
    because: "applied",
    why: "a applied the same set while this one waited",
  });
  const crashed = { metadata: { annotations: { ...annotations, "kapply.dev/begun-hash": "other" } } };
  expect(decide(crashed, so)).toEqual({ do: "take" });
});

test("the hash is of what the set says: no order counts, every value does", () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => value as JsonObject);
  fc.assert(
    fc.property(fc.array(object, { maxLength: 5 }), (objects) => {
      expect(hashOf(objects.map(reversed).reverse())).toBe(hashOf(objects));
      expect(hashOf([...objects, { kind: "Another" }])).not.toBe(hashOf(objects));
    }),
  );
  expect(hashOf([{ a: 9007199254740993n }])).not.toBe(hashOf([{ a: 9007199254740992n }]));
  expect(hashOf([{ a: [1, 2] }])).not.toBe(hashOf([{ a: [2, 1] }]));
  expect(hashOf([{ a: "1" }])).not.toBe(hashOf([{ a: 1 }]));
  expect(hashOf([{ a: 1 }, { a: 1 }])).not.toBe(hashOf([{ a: 1 }]));
  const proto: JsonObject = {};
  setKey(proto, "__proto__", 1);
  expect(hashOf([proto])).not.toBe(hashOf([{}]));
});

test("the hash is of how a set is applied, too", () => {
  const objects = [{ kind: "ConfigMap" }];
  const usual = { fieldManager: "kapply", onConflict: "fail", takeOverFrom: [], validate: "strict" };
  const hashed = (how: Partial<How>): string => hashOf(objects, { ...usual, ...how });
  // So stands it on the Leases of versions that did not ask how.
  expect(hashed({})).toBe(sha256('{"kind":"ConfigMap"}\n'));
  const others: Partial<How>[] = [
    { onConflict: "force" },
    { onConflict: "yield" },
    { fieldManager: "ci" },
    { takeOverFrom: ["helm"] },
    { takeOverFrom: ["helm", "argocd"] },
    { validate: "warn" },
  ];
  expect(new Set([{}, ...others].map(hashed)).size).toBe(others.length + 1);
  expect(hashed({ takeOverFrom: ["argocd", "helm", "helm"] })).toBe(
    hashed({ takeOverFrom: ["helm", "argocd"] }),
  );
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function reversed(object: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const key of Object.keys(object).reverse()) setKey(copy, key, object[key] ?? null);
  return copy;
}
