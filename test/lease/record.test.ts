import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf, leaseName, parseRevision, recordedOn } from "../../src/lease/index.js";
import { decide } from "../../src/lease/decide.js";
import { holdingOf, releasedLease, takenLease } from "../../src/lease/record.js";
import type { JsonObject } from "../../src/json.js";
import { setKey } from "../../src/json.js";

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

function reversed(object: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const key of Object.keys(object).reverse()) setKey(copy, key, object[key] ?? null);
  return copy;
}
