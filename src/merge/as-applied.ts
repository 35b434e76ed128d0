/**
 * Whether an object is just as a manifest was applied to it: a walk in one pass over the manifest, the live object and
 * what the manager owns (`fieldsV1`), each place taken as its shape says. It makes no copies and no sets.
 *
 * Where it says yes, the merge gives the live object itself, and the manager would own what it owns. It says no wherever
 * more is to be known: values that are stored in another form than they were written in, nulls, several versions.
 */
import { equalJson, getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { formOf, isWhole, stepOf } from "./forms.js";
import { fieldStep } from "./path.js";
import type { Applier } from "./predict.js";

/** True only if applying the manifest changes nothing. */
export function isAsApplied(
  manifest: KubeObject,
  live: KubeObject,
  { manager, semantics }: Applier,
): boolean {
  const { apiVersion, kind, metadata } = manifest;
  // kubectl keeps an annotation beside.
  if (typeof apiVersion !== "string" || manager === "kubectl") return false;
  const shape = semantics.shapeOf(apiVersion);
  if (shape?.is !== "map" || live["apiVersion"] !== apiVersion || live["kind"] !== kind) return false;
  if (semantics.statusApart && Object.hasOwn(manifest, "status")) return false;
  const owned = ourFields(live, manager, apiVersion, shape);
  if (owned === undefined || !isObject(metadata) || !isObject(live["metadata"])) return false;
  const metadataShape = shape.field("metadata");
  if (metadataShape?.is !== "map" || !sameIdentity(metadata, live["metadata"])) return false;
  const { "f:metadata": ownedMetadata = {} } = owned;
  return (
    sameFields(manifest, live, owned, shape, { left: outside, others: ["f:metadata"] }) &&
    sameFields(metadata, live["metadata"], ownedMetadata, metadataShape, { left: identity, others: [] })
  );
}

/**
 * What we own by apply, in the version that we would send. Undefined where that is not all there is to know: an entry of
 * another version, one that owns nothing, or fields below what is owned as a whole by now would not stay as they are.
 */
function ourFields(
  live: KubeObject,
  manager: string,
  apiVersion: string,
  shape: Shape,
): JsonObject | undefined {
  const entries = getKey(live["metadata"], "managedFields");
  let ours: JsonObject | undefined;
  for (const entry of Array.isArray(entries) ? entries : []) {
    const fields = getKey(entry, "fieldsV1");
    if (!isObject(entry) || !isObject(fields) || entry["apiVersion"] !== apiVersion) return undefined;
    const isOurs =
      entry["manager"] === manager && entry["operation"] === "Apply" && (entry["subresource"] ?? "") === "";
    if (!isOurs) {
      if (isLeaf(fields) || !staysOwned(fields, shape)) return undefined;
    } else if (ours !== undefined || isLeaf(fields)) return undefined;
    else ours = fields;
  }
  return ours;
}

/** Whether nothing is owned below a place that is owned as a whole (`reconcile`). */
function staysOwned(fields: JsonObject, shape: Shape): boolean {
  if (shape.is !== "map" && shape.is !== "list") return true;
  for (const step of Object.keys(fields)) {
    const below = fields[step];
    if (step === "." || !isObject(below) || isLeaf(below)) continue;
    const part = partAt(shape, step);
    if (part === undefined || part.is === "scalar") continue;
    const isTaken = part.is === "any" ? part.atomic : isWhole(part);
    if (isTaken ? hasParts(below) : !staysOwned(below, part)) return false;
  }
  return true;
}

function hasParts(owned: JsonObject): boolean {
  return Object.keys(owned).some((step) => step !== ".");
}

function partAt(shape: MapShape | ListShape, step: string): Shape | undefined {
  if (shape.is === "list") return shape.item();
  return (step.startsWith("f:") ? shape.field(step.slice(2)) : undefined) ?? shape.rest();
}

/** Fields of the object that nobody owns. */
const outside: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Fields of the metadata that nobody owns. */
const identity: ReadonlySet<string> = new Set(["name", "namespace", "uid", "resourceVersion", "generation"]);

/** Whether what names the object is that of the live one, and it says nothing of what is not merged at all. */
function sameIdentity(metadata: JsonObject, live: JsonObject): boolean {
  for (const name of identity) {
    if (Object.hasOwn(metadata, name) && metadata[name] !== live[name]) return false;
  }
  return !["managedFields", "creationTimestamp", "selfLink"].some((name) => Object.hasOwn(metadata, name));
}

interface Beside {
  /** Keys of the map that are not looked at. */
  left: ReadonlySet<string>;
  /** Steps of what is owned that are not looked at. */
  others: readonly string[];
}

/** Whether a map of the manifest is owned field by field, just so, and each value is live. */
function sameFields(
  value: JsonObject,
  live: JsonObject,
  owned: Json,
  shape: MapShape,
  beside?: Beside,
): boolean {
  if (!isObject(owned)) return false;
  let count = 0;
  for (const key of Object.keys(value)) {
    if (beside?.left.has(key) === true) continue;
    const declared = shape.field(key);
    const part = declared ?? shape.rest();
    if (part === undefined || !Object.hasOwn(live, key)) return false;
    // Nothing that is inherited is called so.
    const below = owned[fieldStepOf(key)];
    if (!sameValue(value[key] as Json, live[key] as Json, below, part, declared === undefined)) return false;
    if (below !== undefined) count++;
  }
  for (const step of Object.keys(owned)) {
    if (step !== "." && beside?.others.includes(step) !== true) count--;
  }
  return count === 0;
}

const fieldSteps = new Map<string, string>();

/** The step to a field. Those of a few thousand names are kept: to look a text up that was just put together is dear. */
function fieldStepOf(key: string): string {
  let step = fieldSteps.get(key);
  if (step !== undefined) return step;
  step = fieldStep(key);
  if (fieldSteps.size < 4096) fieldSteps.set(key, step);
  return step;
}

/** `isMember`: whether the place itself is owned where something below it is. */
function sameValue(
  value: Json,
  live: Json,
  owned: Json | undefined,
  shape: Shape,
  isMember: boolean,
): boolean {
  const form = formOf(shape, value);
  if (isWhole(form)) return isLeaf(owned) && equalJson(value, live);
  if (form.is === "map") {
    if (!isObject(value) || !isObject(live)) return false;
    // It is owned for itself, whatever others put in.
    if (Object.keys(value).length === 0) return isLeaf(owned);
    // With one that is empty nothing is merged.
    return (
      hasSelf(owned) === isMember &&
      Object.keys(live).length > 0 &&
      sameFields(value, live, owned ?? null, form)
    );
  }
  if (form.is !== "list" || !Array.isArray(value) || !Array.isArray(live)) return false;
  if (value.length === 0) return isMember ? isLeaf(owned) : owned === undefined;
  return hasSelf(owned) === isMember && sameItems(value, live, owned, form);
}

function isLeaf(owned: Json | undefined): boolean {
  return isObject(owned) && Object.keys(owned).length === 0;
}

/** Whether the place itself is owned, where something below it is; undefined where nothing is. */
function hasSelf(owned: Json | undefined): boolean | undefined {
  return isObject(owned) ? owned["."] !== undefined : undefined;
}

/**
 * Whether the items of a list are owned, and live in the same order. Others may have put items between, but none twice
 * of what is ours.
 */
function sameItems(
  value: readonly Json[],
  live: readonly Json[],
  owned: Json | undefined,
  list: ListShape,
): boolean {
  if (!isObject(owned)) return false;
  const shape = list.item();
  let at = 0;
  for (const item of live) {
    const wanted = value[at];
    if (wanted === undefined || !sameKeys(list, wanted, item)) {
      if (value.some((one) => sameKeys(list, one, item))) return false;
      continue;
    }
    const step = stepOf(list, wanted);
    const below = step === undefined ? undefined : owned[step];
    if (below === undefined || !sameItem(wanted, item, below, shape)) return false;
    at++;
  }
  const count = Object.keys(owned).length - (hasSelf(owned) === true ? 1 : 0);
  return at === value.length && count === value.length;
}

/** Whether two items are one by what tells items of the list apart. */
function sameKeys(list: ListShape, a: Json, b: Json): boolean {
  if (list.type === "set") return equalJson(a, b);
  if (!isObject(a) || !isObject(b)) return false;
  for (const { name, default: standIn } of list.keys) {
    const one = Object.hasOwn(a, name) ? a[name] : (standIn ?? undefined);
    const other = Object.hasOwn(b, name) ? b[name] : (standIn ?? undefined);
    if (one !== other && !equalJson(one, other)) return false;
  }
  return true;
}

/** An item is always owned for itself. */
function sameItem(value: Json, live: Json, owned: Json, shape: Shape): boolean {
  if (isObject(value) && isLeaf(owned)) {
    const form = formOf(shape, value);
    if (form.is === "map" && !form.atomic) return false;
  }
  return sameValue(value, live, owned, shape, true);
}
