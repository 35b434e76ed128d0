/**
 * Whether applying would be a no-op, told from what the server has recorded: no request is needed to know.
 *
 * First a walk in one pass over the manifest, the live object and what we own, which is enough for most objects that are
 * as they were applied. Where it is in doubt, the apply is predicted.
 */
import type { KubeObject } from "../model.js";
import { predict, type Applier } from "./predict.js";
import { isAsApplied } from "./as-applied.js";

/**
 * True only if server-side apply of the manifest would change nothing at all, neither the object nor its managed fields
 * (KEP-555). False where it would, where it would be refused, and where that can't be told: then the server is to be
 * asked.
 *
 * An object that is being deleted is no other case: an apply changes nothing of that.
 */
export function isUnchanged(manifest: KubeObject, live: KubeObject, applier: Applier): boolean {
  if (isAsApplied(manifest, live, applier)) return true;
  // Entries of managed fields are sorted by their times: ours counts as younger than all others, whatever the clock.
  const prediction = predict(live, manifest, { ...applier, time: "9999-12-31T23:59:59Z" });
  return prediction.is === "applied" && prediction.object === live;
}
