/** From two objects to a change: what differs, and whom it comes from. */
import { equalJson, getKey, getPath } from "../json.js";
import type { Json } from "../json.js";
import type { Change, KubeObject, Preview } from "../model.js";
import type { Semantics } from "../shape.js";
import type { Attempt, Settling } from "./attempt.js";
import { shapeFor } from "./contest.js";
import { differences } from "./differences.js";
import type { Judged } from "./judge.js";
import { withoutNoise } from "./noise.js";
import { driftOf, withOrigins } from "./origins.js";
import type { Target } from "./target.js";

/** What is to be sent, and what would come of it. */
export interface Previewed {
  change: Change;
  attempt: Attempt;
}

/** `predictedSince`: why it is a prediction that the live object is compared with. */
export function compare(
  judged: Judged,
  applied: KubeObject,
  { fieldManager }: Settling,
  predictedSince?: string,
): Previewed {
  const { target, attempt, live, semantics } = judged;
  const before = shownObject(live, target, semantics);
  const after = shownObject(applied, target, semantics);
  const shape = shapeFor(judged);
  const found = differences(before, after, shape);
  const owned = equalJson(ownership(live, fieldManager), ownership(applied, fieldManager));
  if (found.length === 0 && owned && attempt.moved === undefined) return unchanged(judged);
  const shown = withOrigins(found, live, attempt.body, fieldManager, shape);
  const change: Change = {
    action: "configure",
    before,
    after,
    preview: predictedSince === undefined ? "server" : "predicted",
    why: predictedSince,
    differences: shown,
    drift: driftOf(shown),
    yielded: attempt.yielded,
    takenOver: attempt.moved?.from ?? [],
  };
  return { change, attempt };
}

/** Nothing is left to do. */
export function unchanged({ attempt }: Judged): Previewed {
  return { change: { action: "unchanged", yielded: attempt.yielded }, attempt };
}

/** Nobody can tell. */
export function unknown({ attempt }: Judged, why: string): Previewed {
  return { change: { action: "unknown", why }, attempt };
}

export function createdAs(
  object: KubeObject,
  target: Target,
  preview: Preview,
): Change & { action: "create" } {
  return { action: "create", preview, after: shownObject(object, target) };
}

/** An object as a change shows it: without what only a server sets, with `status` where the manifest writes it. */
export function shownObject(object: KubeObject, { body }: Target, semantics?: Semantics): KubeObject {
  return withoutNoise(object, getKey(body, "status") !== undefined && semantics?.statusApart !== true);
}

export function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return versionOf(a) === versionOf(b);
}

/** What tells one state of an object from another. */
export function versionOf(object: KubeObject): Json | undefined {
  return getPath(object, ["metadata", "resourceVersion"]);
}

/** The field set that we own by apply: an apply that changes nothing but this still writes. */
function ownership(object: KubeObject, fieldManager: string): Json {
  const entries = getPath(object, ["metadata", "managedFields"]);
  const ours = (Array.isArray(entries) ? entries : []).find(
    (entry) =>
      getKey(entry, "manager") === fieldManager &&
      getKey(entry, "operation") === "Apply" &&
      getKey(entry, "subresource") === undefined,
  );
  return [getKey(ours, "apiVersion") ?? null, getKey(ours, "fieldsV1") ?? null];
}
