/**
 * Who owns what after a write that is no apply: create, update, patch.
 *
 * Source: k8s.io/apimachinery, `pkg/util/managedfields/internal` (fieldmanager.go, skipnonapplied.go,
 * managedfieldsupdater.go, capmanagers.go); sigs.k8s.io/structured-merge-diff, `merge/update.go` (Update).
 */
import { getPath, isObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { checkShape, describeObject, ShapeError } from "./check-shape.js";
import { isEmpty, union } from "./field-set.js";
import { compareText } from "./go-text.js";
import {
  identityOf,
  newOwner,
  noOwners,
  owning,
  readOwners,
  seconds,
  withoutOwners,
  withOwners,
  type Owner,
  type Owners,
} from "./managers.js";
import { comparing, ownable, reconcileOwners, takeChanged } from "./ownership.js";
import { comparable, isNew, managerOf, type Writer } from "./writer.js";

/**
 * The object with the owners of its fields, once `live` (undefined: it is created) has become `next`: all that changed
 * is the writer's. `next` may bring managed fields: they replace those of live, `[]` or `[{}]` resets them. An object
 * that nobody is recorded for stays so until it is applied.
 *
 * Never throws for values: as in the server, an object that does not fit its shape has no managed fields.
 */
export function recordUpdate(live: KubeObject | undefined, next: KubeObject, writer: Writer): KubeObject {
  const bare = withoutOwners(next);
  const owners = ownersToKeep(live, next, writer);
  if (owners.size === 0 && !isNew(live)) return bare;
  const before = comparable(live, bare, writer);
  try {
    return withOwners(bare, recordChanges(before, bare, owners, writer));
  } catch (error) {
    if (error instanceof ShapeError) return bare;
    throw error;
  }
}

function ownersToKeep(live: KubeObject | undefined, next: KubeObject, { subresource }: Writer): Owners {
  if (subresource !== undefined && subresource !== "") return readable(live);
  const entries = getPath(next, ["metadata", "managedFields"]);
  if (Array.isArray(entries)) {
    const [first] = entries;
    const isReset = isObject(first) && entries.length === 1 && Object.keys(first).length === 0;
    if (entries.length === 0 || isReset) return noOwners;
  }
  const brought = readable(next);
  return brought.size > 0 ? brought : readable(live);
}

/** Of entries that can't be read, none. */
function readable(object: KubeObject | undefined): Owners {
  try {
    return readOwners(object);
  } catch {
    return noOwners;
  }
}

/**
 * The owners after `before` became `next`, objects without managed fields.
 * @throws ShapeError
 */
export function recordChanges(before: KubeObject, next: KubeObject, owners: Owners, writer: Writer): Owners {
  const shape = writer.shapeOf(writer.apiVersion);
  if (shape === undefined)
    throw new TypeError(`no shape for the version of the request, ${writer.apiVersion}`);
  // Only said where what was there before the first apply is recorded.
  const failed = (what: string, object: KubeObject): string =>
    `failed to create manager for existing fields: failed to convert ${what} object (${describeObject(object)}) to smd typed`;
  checkShape(next, shape, "allowed", failed("new", next));
  checkShape(before, shape, "allowed", failed("live", before));

  const comparedIn = comparing(before, next, writer);
  const known = reconcileOwners(owners, before, writer);
  const { owners: settled } = takeChanged(known, "", comparedIn);
  const { added, modified } = comparedIn(writer.apiVersion);
  const written = ownable(union(modified, added));
  if (!isEmpty(written)) {
    const manager = managerOf(writer, "Update");
    const id = identityOf(manager);
    const owner = settled.get(id) ?? newOwner(manager);
    settled.set(id, { ...owning(owner, union(written, owner.fields)), time: writer.time });
  }
  return capped(settled);
}

const mostUpdaters = 10;

/** Beyond ten managers that update, the oldest of a version become one, `ancient-changes`. */
function capped(owners: Map<string, Owner>): Owners {
  const updaters = [...owners].filter(([, { operation }]) => operation === "Update");
  let excess = updaters.length - mostUpdaters;
  if (excess <= 0) return owners;
  updaters.sort(([a, x], [b, y]) => seconds(x.time) - seconds(y.time) || compareText(a, b));
  const firstOf = new Map<string, string>();
  for (const [id, owner] of updaters) {
    if (excess <= 0) break;
    const first = firstOf.get(owner.apiVersion);
    if (first === undefined) {
      firstOf.set(owner.apiVersion, id);
      continue;
    }
    mergeOldest(owners, first, id, owner);
    excess--;
  }
  return owners;
}

function mergeOldest(owners: Map<string, Owner>, first: string, id: string, owner: Owner): void {
  const { apiVersion, fields, time } = owner;
  const bucket = newOwner({ manager: "ancient-changes", operation: "Update", apiVersion, subresource: "" });
  const bucketId = identityOf(bucket);
  const known = owners.get(bucketId) ?? owners.get(first) ?? bucket;
  if (!owners.has(bucketId)) owners.delete(first);
  owners.set(bucketId, { ...bucket, fields: union(fields, known.fields), time });
  owners.delete(id);
}
