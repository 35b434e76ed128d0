/** The owners of replicas, to the scale and back. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import { withOwnersOfScale, withScaleOwners, type ReplicasPath } from "../../src/merge/index.js";

const pathOf: ReplicasPath = (apiVersion) =>
  apiVersion === "apps/v1" ? ["spec", "replicas"] : apiVersion === "apps/v0" ? [] : undefined;
const time = "2026-01-02T03:04:05Z";

function entry(manager: string, operation: string, fieldsV1: JsonObject, more: JsonObject = {}): JsonObject {
  return { manager, operation, apiVersion: "apps/v1", time, fieldsType: "FieldsV1", fieldsV1, ...more };
}

const replicas = { "f:spec": { "f:replicas": {} } };
const both = { "f:spec": { "f:paused": {}, "f:replicas": {} } };
const object = (...managedFields: JsonObject[]): JsonObject => ({ metadata: { name: "a", managedFields } });
const entriesOf = (of: JsonObject): JsonObject[] =>
  ((of["metadata"] as JsonObject)["managedFields"] ?? []) as JsonObject[];
const back = (live: JsonObject, scale: JsonObject): JsonObject[] =>
  entriesOf(withOwnersOfScale(live, scale, "apps/v1", pathOf));

const applier = entry("one", "Apply", both);
const ofScale = { apiVersion: "autoscaling/v1", fieldsV1: replicas };

describe("the owners of a scale", () => {
  test("are those of the replicas, in its own version", () => {
    const other = entry("two", "Update", { "f:spec": { "f:paused": {} } });
    expect(entriesOf(withScaleOwners({ metadata: {} }, object(applier, other), pathOf))).toEqual([
      { ...applier, ...ofScale },
    ]);
  });

  test("are none where the object's version has no scale, or is not served", () => {
    const older = ["apps/v0", "apps/v9"].map((apiVersion) => ({ ...applier, apiVersion }));
    expect(entriesOf(withScaleOwners({ metadata: {} }, object(...older), pathOf))).toEqual([]);
  });
});

describe("back in the object", () => {
  test("who applied the replicas and still owns them is left as it was", () => {
    expect(back(object(applier), object({ ...applier, ...ofScale }))).toEqual([applier]);
  });

  test("who lost them keeps the rest, and who got them owns them alone, since no time", () => {
    const thief = entry("two", "Update", replicas, { apiVersion: "autoscaling/v1", subresource: "scale" });
    const { time: _time, ...timeless } = thief;
    expect(back(object(applier), object(thief))).toEqual([
      { ...applier, fieldsV1: { "f:spec": { "f:paused": {} } } },
      { ...timeless, apiVersion: "apps/v1" },
    ]);
  });

  test("who owned nothing else is gone", () => {
    expect(back(object(entry("one", "Update", replicas)), object())).toEqual([]);
  });

  test("entries of versions that are not served go", () => {
    expect(back(object({ ...applier, apiVersion: "apps/v9" }), object())).toEqual([]);
  });
});
