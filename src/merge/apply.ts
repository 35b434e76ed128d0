/**
 * Server-side apply.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `merge/update.go` (Apply); k8s.io/apimachinery,
 * `pkg/util/managedfields/internal` (structuredmerge.go, skipnonapplied.go, managedfieldsupdater.go).
 */
import { equalJson } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Shape } from "../shape.js";
import { checkShape, describeObject } from "./check-shape.js";
import { conflictMessage, conflictsWith, type Conflict } from "./conflicts.js";
import { difference, has, isEmpty, recursiveDifference, setOf, type FieldSet } from "./field-set.js";
import { fieldsOf } from "./fields-of.js";
import { appliedByClient, withLastApplied } from "./last-applied.js";
import { identityOf, newOwner, owning, readOwners, withOwners, type Owner, type Owners } from "./managers.js";
import { comparing, ownable, reconcileOwners, takeChanged } from "./ownership.js";
import { prune } from "./prune.js";
import { structuredMerge } from "./structured-merge.js";
import { recordChanges } from "./update.js";
import { comparable, managerOf, type Writer } from "./writer.js";

export type Applied =
  { is: "applied"; object: KubeObject } | { is: "conflict"; conflicts: Conflict[]; message: string };

/**
 * Applies a manifest to the live object, or to none: then it is created. The result is the live object with what the
 * manifest says, without what this manager applied before and nobody applies now, and who owns what in its metadata.
 * It shares parts with both, is neither defaulted nor read anew (nulls may stand where a map or list was emptied), and
 * an apply that changes nothing gives the live object's values and its managed fields, times included.
 *
 * With `force`, fields of others are taken over; without, another value for one is a conflict.
 *
 * @throws ShapeError for a manifest or a live object that does not fit the shape of its version; SyntaxError for
 * managed fields that are none.
 */
export function applyManifest(
  live: KubeObject | undefined,
  manifest: KubeObject,
  writer: Writer & { force: boolean },
): Applied {
  const before = comparable(live, manifest, writer);
  const outcome = applyOnce(live, before, manifest, writer);
  if (outcome.is === "applied" || writer.manager !== "kubectl") return outcome;
  // kubectl takes over what it applied itself from the client, though other managers are recorded for it.
  const takable = appliedByClient(before, writer);
  if (takable === undefined) return outcome;
  const contested = setOf(...outcome.conflicts.map(({ path }) => path));
  if (isEmpty(difference(contested, takable))) {
    return applyOnce(live, before, manifest, { ...writer, force: true });
  }
  return conflict(outcome.conflicts.filter(({ path }) => !has(takable, path)));
}

function conflict(conflicts: Conflict[]): Applied {
  return { is: "conflict", conflicts, message: conflictMessage(conflicts) };
}

function applyOnce(
  live: KubeObject | undefined,
  before: KubeObject,
  manifest: KubeObject,
  writer: Writer & { force: boolean },
): Applied {
  const shape = shapeOfRequest(writer);
  const owners = ownersBefore(live, before, writer);
  const failed = (what: string, object: KubeObject): string =>
    `failed to create typed ${what} object (${describeObject(object)})`;
  checkShape(manifest, shape, "refused", failed("patch", manifest));
  checkShape(before, shape, "allowed", failed("live", before));

  const known = reconcileOwners(owners, before, writer);
  const manager = managerOf(writer, "Apply");
  const self = identityOf(manager);
  const last = known.get(self);
  const fields = withoutReset(fieldsOf(manifest, shape), writer);
  const applying: Owner = { ...newOwner(manager), fields, time: owners.get(self)?.time };
  known.set(self, applying);

  const merged = structuredMerge(before, manifest, shape) as KubeObject;
  const next = last === undefined ? merged : prune(merged, last, applying, known, writer);
  // What is owned without its keys may leave an item without any.
  if (next !== merged) checkShape(next, shape, "allowed", "failed to compare objects");
  const { owners: settled, contested } = takeChanged(known, self, comparing(before, next, writer));
  if (contested.size > 0 && !writer.force) return conflict(conflictsWith(contested));

  const changed = next !== before && !equalJson(before, next);
  const owned = owningAgain(last, applying, changed ? writer.time : applying.time);
  if (isEmpty(owned.fields)) settled.delete(self);
  else settled.set(self, owned);
  const object = changed ? next : before;
  const whole = manager.manager === "kubectl" ? withLastApplied(object, manifest) : object;
  return { is: "applied", object: withOwners(whole, settled) };
}

/** Where nobody is recorded for what is there, an owner for all of it. */
function ownersBefore(live: KubeObject | undefined, before: KubeObject, writer: Writer): Owners {
  const owners = readOwners(live);
  if (owners.size > 0 || live === undefined) return owners;
  const nothing = comparable(undefined, before, writer);
  return recordChanges(nothing, before, owners, { ...writer, manager: "before-first-apply" });
}

/** The owner with what it applies now; as it was before where that is the same. */
function owningAgain(last: Owner | undefined, applying: Owner, time: string | undefined): Owner {
  const fields = ownable(applying.fields);
  if (last === undefined || last.apiVersion !== applying.apiVersion) return { ...applying, fields, time };
  return { ...owning(last, fields), time };
}

function withoutReset(fields: FieldSet, { apiVersion, reset }: Writer): FieldSet {
  const left = reset?.(apiVersion);
  return left === undefined ? fields : recursiveDifference(fields, left);
}

function shapeOfRequest({ apiVersion, shapeOf }: Writer): Shape {
  const shape = shapeOf(apiVersion);
  if (shape === undefined) throw new TypeError(`no shape for the version of the request, ${apiVersion}`);
  return shape;
}
