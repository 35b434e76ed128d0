/**
 * Who owns what once an object has become another.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `merge/update.go`; k8s.io/apimachinery,
 * `pkg/util/managedfields/internal/stripmeta.go`.
 */
import type { KubeObject } from "../model.js";
import { compareValues, same, withoutFields, type Comparison } from "./compare.js";
import { difference, intersection, isEmpty, namedFields, union, type FieldSet } from "./field-set.js";
import { owning, type Owner, type Owners } from "./managers.js";
import { reconcile } from "./reconcile.js";
import { shapeFor, type Writer } from "./writer.js";

/**
 * The owners by the schemas of now: of versions that are not served there are none.
 * @throws ShapeError for a live object that is none of an owner's version.
 */
export function reconcileOwners(owners: Owners, live: KubeObject, writer: Writer): Map<string, Owner> {
  const kept = new Map<string, Owner>();
  for (const [id, owner] of owners) {
    const shape = shapeFor(live, owner.apiVersion, writer, "");
    if (shape !== undefined) kept.set(id, owning(owner, reconcile(owner.fields, shape)));
  }
  return kept;
}

export interface Settled {
  /** Those that own anything still. */
  owners: Map<string, Owner>;
  /** Of what each other owner is to lose since it got another value. */
  contested: Map<string, Owner>;
}

/**
 * Takes from all owners but `self` what got another value or went.
 * @throws ShapeError for objects that are none of an owner's version.
 */
export function takeChanged(owners: Owners, self: string, comparedIn: Compared): Settled {
  const settled: Settled = { owners: new Map(), contested: new Map() };
  for (const [id, owner] of owners) {
    const left = id === self ? owner : loseChanged(id, owner, comparedIn(owner.apiVersion), settled);
    if (!isEmpty(left.fields)) settled.owners.set(id, left);
  }
  return settled;
}

function loseChanged(id: string, owner: Owner, changes: Comparison, { contested }: Settled): Owner {
  if (changes === same) return owner;
  const lost = intersection(owner.fields, union(changes.modified, changes.added));
  if (!isEmpty(lost)) contested.set(id, owning(owner, lost));
  return owning(owner, difference(difference(owner.fields, lost), changes.removed));
}

/** What changed, as a version sees it. */
export type Compared = (apiVersion: string) => Comparison;

/** Compares two objects in the versions that are asked for, each once. */
export function comparing(live: KubeObject, next: KubeObject, writer: Writer): Compared {
  const known = new Map<string, Comparison>();
  return (apiVersion) => {
    let comparison = known.get(apiVersion);
    if (comparison === undefined) {
      comparison = withoutFields(compareIn(apiVersion, live, next, writer), writer.reset?.(apiVersion));
      known.set(apiVersion, comparison);
    }
    return comparison;
  };
}

function compareIn(apiVersion: string, live: KubeObject, next: KubeObject, writer: Writer): Comparison {
  if (live === next) return same;
  const shape = shapeFor(live, apiVersion, writer, "failed to convert old object");
  shapeFor(next, apiVersion, writer, "failed to convert new object");
  return shape === undefined ? same : compareValues(live, next, shape);
}

/** Fields that only the server sets, or that name the object: nobody owns them. */
const unowned = namedFields(
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ["metadata", "name"],
  ["metadata", "namespace"],
  ["metadata", "creationTimestamp"],
  ["metadata", "selfLink"],
  ["metadata", "uid"],
  ["metadata", "clusterName"],
  ["metadata", "generation"],
  ["metadata", "managedFields"],
  ["metadata", "resourceVersion"],
);

export function ownable(fields: FieldSet): FieldSet {
  return difference(fields, unowned);
}
