/**
 * Why fields differ, as far as `managedFields` tell. What can be told rests on these rules of the server:
 *
 * - Whoever changes, adds or removes a field takes it from all others, so nobody has changed a field that is ours.
 * - A removal is written down nowhere, neither is a change of order: that may be anybody's.
 * - The time of an entry is that of the last write that changed a value. An apply that only claims or drops fields
 *   leaves it, and where it makes an entry, that has none; nor has the entry of a write to `scale`. So the entry of an
 *   update has had all its fields since its time at the latest, while that of an apply may have come to one later.
 * - Where `metadata.generation` counts the changes of a spec, 1 says that nothing in the spec was ever changed.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `merge/update.go`; k8s.io/apimachinery,
 * `pkg/util/managedfields/internal/managedfieldsupdater.go` and `pkg/util/managedfields/scalehandler.go`.
 */
import type { Difference, Drift, KubeObject, Origin } from "../model.js";
import type { Shape } from "../shape.js";
import type { FoundDifference } from "./found.js";
import { withoutRecord } from "./noise.js";
import { pastOf, type Past } from "./past.js";
import { splitByOwner } from "./split.js";

/**
 * The differences as they are shown: each with its origin, and without what `kubectl apply` records in an annotation.
 * Of what goes, what others own comes as differences of its own, since it goes with what the manifest dropped.
 *
 * `live` is the object with its managed fields, those of others that are taken over among ours. `manifest` is what is
 * applied, in the version of `live`. Where no shape says what is owned as a whole, more is unknown.
 */
export function withOrigins(
  found: readonly FoundDifference[],
  live: KubeObject,
  manifest: KubeObject,
  fieldManager: string,
  shape?: Shape,
): Difference[] {
  const past = pastOf(live, manifest, fieldManager, shape);
  const parts = found.flatMap((one) => {
    const shown = withoutRecord(one);
    return shown === undefined ? [] : splitByOwner(shown, past);
  });
  return parts.map(({ field, ...difference }) => ({ ...difference, origin: originOf(field, past) }));
}

/**
 * Whom the differences of an object come from, as far as it is known of any: "manifest" says that the manifest changed,
 * "others" that somebody else set what differs, "both" both. None of them says that all else is known.
 */
export function driftOf(differences: readonly Difference[]): Drift {
  const is = (by: Origin["by"]): boolean => differences.some(({ origin }) => origin?.by === by);
  if (is("manifest")) return is("others") ? "both" : "manifest";
  if (is("others")) return "others";
  return differences.length === 0 ? "none" : "unknown";
}

const ofManifest: Origin = { by: "manifest" };
const unknown: Origin = { by: "unknown" };

function originOf({ path, was, isOne }: FoundDifference["field"], past: Past): Origin {
  if (was === "unrecorded") return past.isUntouched(path) ? ofManifest : unknown;
  const isSaid = past.isSaid(path);
  const isOurs = past.isOurs(path);
  if (was === "absent") {
    // What was set to nothing is ours still, but a map or a list may have been filled and emptied by others.
    return (isOurs === true && isOne) || (isSaid && past.isUntouched(path)) ? ofManifest : unknown;
  }
  if (isOurs !== false) return isOurs === true ? ofManifest : unknown;
  const owners = past.ownersOf(path);
  if (owners === undefined) return unknown;
  if (owners.length === 0) {
    // A default, or what admission left: whoever had changed it since would have it.
    return isSaid && past.isComplete ? ofManifest : unknown;
  }
  // What we last applied did not have it: else it would be ours, or its value would have changed since.
  const isOld = (isOne && owners.some(past.wasBeforeUs)) || past.isUntouched(path);
  return isOld && isSaid && past.isApplied ? ofManifest : { by: "others", owners };
}
