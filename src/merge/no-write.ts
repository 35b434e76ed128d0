/**
 * Whether a server would take an object that was merged for the one that it holds, and write nothing.
 *
 * Source: k8s.io/apiserver, `pkg/endpoints/handlers/fieldmanager/equality.go` (IgnoreManagedFieldsTimestampsTransformer):
 * a new time in managed fields is taken back where nothing else is new.
 */
import { equalJson, getKey, getPath, isObject, type Json } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { isInOrder } from "./fields-v1.js";
import { withoutKey, withoutOwners } from "./managers.js";
import { isWrittenSo } from "./written.js";

export interface Merge {
  /** What would be shown. */
  object: KubeObject;
  live: KubeObject;
  /** What was merged, before it was read as its kind; without managed fields. */
  merged: KubeObject;
}

/** Whether nothing would be written. */
export function isNoWrite(
  merge: Merge,
  { manager, semantics }: { manager: string; semantics: Semantics },
): boolean {
  const { object, live, merged } = merge;
  if (!isWrittenSo(merged, live, semantics) || !sameButForTimes(object, live)) return false;
  if (!isTouched(merge) || semantics.empty === undefined) return true;
  return entriesOf(live).every(isSorted) && !mayHoldEmptyBytes(live, manager);
}

function entriesOf(object: KubeObject): readonly Json[] {
  const entries = getPath(object, ["metadata", "managedFields"]);
  return Array.isArray(entries) ? entries : [];
}

/** Equal objects, times of managed fields aside. Entries stand in their order. */
function sameButForTimes(a: KubeObject, b: KubeObject): boolean {
  const [mine, theirs] = [entriesOf(a), entriesOf(b)];
  const isSame =
    mine.length === theirs.length &&
    mine.every((entry, at) => entry === theirs[at] || equalJson(timeless(entry), timeless(theirs[at])));
  return isSame && equalJson(withoutOwners(a), withoutOwners(b));
}

function timeless(entry: Json | undefined): Json {
  return isObject(entry) ? withoutKey(entry, "time") : null;
}

/** Whether the merge made another object, if only for what is read back as it was. */
function isTouched({ live, merged }: Merge): boolean {
  return !equalJson(merged, withoutOwners(live));
}

/**
 * A write of a scale sorts items by the text of their keys, all others by number: they are sorted anew by an apply. Those
 * of a custom resource are always sorted by text where they are shown, and compared in any order.
 */
function isSorted(entry: Json): boolean {
  return isInOrder(getKey(entry, "fieldsV1") ?? {});
}

/**
 * In webhooks, bytes that are empty are told from none until they are written again, which is a new generation; they are
 * not shown. Nobody knows it where others write webhooks too.
 */
function mayHoldEmptyBytes(live: KubeObject, manager: string): boolean {
  const { kind } = live;
  if (kind !== "ValidatingWebhookConfiguration" && kind !== "MutatingWebhookConfiguration") return false;
  const isOthers = (entry: Json): boolean =>
    getKey(getKey(entry, "fieldsV1"), "f:webhooks") !== undefined &&
    !(getKey(entry, "manager") === manager && getKey(entry, "operation") === "Apply");
  return entriesOf(live).some(isOthers) && !webhooksOf(live).every(hasBundle);
}

function webhooksOf({ webhooks }: KubeObject): readonly Json[] {
  return Array.isArray(webhooks) ? webhooks : [];
}

function hasBundle(webhook: Json): boolean {
  return getPath(webhook, ["clientConfig", "caBundle"]) !== undefined;
}
