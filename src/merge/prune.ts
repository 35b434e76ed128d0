/**
 * Removing what a manager applied before and does not apply any more.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `merge/update.go` (prune).
 */
import type { KubeObject } from "../model.js";
import { difference, intersection, isEmpty, none, union, type FieldSet } from "./field-set.js";
import { fieldsOf } from "./fields-of.js";
import type { Owner, Owners } from "./managers.js";
import { withNamedFields, withoutFieldsOf } from "./remove.js";
import { shapeFor, type Writer } from "./writer.js";

/**
 * The merged object without the fields and items that `last` has and no owner of now has. What is left of a map or a
 * list that was emptied is null.
 *
 * `self` is the owner that applies, with its new fields; `owners` has it too.
 * @throws ShapeError for an object that is none of an owner's version.
 */
export function prune(
  merged: KubeObject,
  last: Owner,
  self: Owner,
  owners: Owners,
  writer: Writer,
): KubeObject {
  if (appliesAll(last, self, owners)) return merged;
  const lastVersion = last.apiVersion;
  const shape = shapeFor(
    merged,
    lastVersion,
    writer,
    `${failed}failed to convert merged object to last applied version`,
  );
  if (shape === undefined) return merged;
  const named = (fields: FieldSet): FieldSet => withNamedFields(fields, shape);
  const before = named(last.fields);
  const cut = withoutFieldsOf(merged, before, shape) as KubeObject;
  const { kept, version } = withOwned(merged, cut, lastVersion, owners, writer);
  const what = `${failed}failed add back dangling items: failed to convert pruned object to last applied version`;
  shapeFor(kept, lastVersion, writer, what, version);

  const gone = difference(named(fieldsOf(merged, shape)), named(fieldsOf(kept, shape)));
  const lost = intersection(gone, before);
  const pruned = isEmpty(lost) ? merged : (withoutFieldsOf(merged, lost, shape) as KubeObject);
  shapeFor(pruned, writer.apiVersion, writer, "failed to prune fields", lastVersion);
  return pruned;
}

const failed = "failed to prune fields: ";

/** Most of the time: all that was applied is applied again, and one version is all there is. */
function appliesAll(last: Owner, self: Owner, owners: Owners): boolean {
  if (isEmpty(last.fields)) return true;
  if (!isEmpty(difference(last.fields, self.fields))) return false;
  return [last, ...owners.values()].every(({ apiVersion }) => apiVersion === self.apiVersion);
}

/**
 * What of the merged object is in `cut` or is owned by anyone, version by version, that of `cut` first; and the
 * version that was last.
 */
function withOwned(merged: KubeObject, cut: KubeObject, first: string, owners: Owners, writer: Writer) {
  const ownedIn = new Map<string, FieldSet>([[first, none]]);
  for (const { apiVersion, fields } of owners.values()) {
    ownedIn.set(apiVersion, union(ownedIn.get(apiVersion) ?? none, fields));
  }
  let kept = cut;
  let version = first;
  for (const [apiVersion, owned] of ownedIn) {
    const what = (object: string): string =>
      `${failed}failed add back owned items: failed to convert ${object} object at version ${apiVersion}`;
    const shape = shapeFor(merged, apiVersion, writer, what("merged"), version);
    if (shape === undefined) continue;
    shapeFor(kept, apiVersion, writer, what("pruned"), version);
    const named = (fields: FieldSet): FieldSet => withNamedFields(fields, shape);
    const stays = union(named(fieldsOf(kept, shape)), named(owned));
    kept = withoutFieldsOf(merged, difference(named(fieldsOf(merged, shape)), stays), shape) as KubeObject;
    version = apiVersion;
  }
  return { kept, version };
}
