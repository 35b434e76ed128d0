/**
 * Moving what others own to us, so that what is not in the manifest any more really goes.
 *
 * Source: k8s.io/client-go, `util/csaupgrade/upgrade.go`; k8s.io/kubectl, `pkg/cmd/apply/apply.go`
 * (migrateToSSAIfNecessary, saveLastApplyAnnotationIfNecessary).
 */
import { getKey, getPath, type JsonObject } from "../json.js";
import type { FieldOwner, KubeObject } from "../model.js";
import { ownerOf } from "./contests.js";
import { difference, has, intersection, isEmpty, none, setOf, union, type FieldSet } from "./field-set.js";
import { compareText } from "./go-text.js";
import { identityOf, newOwner, owning, readOwners, seconds, withOwners, type Owner } from "./managers.js";
import { fieldStep } from "./path.js";

const annotations = ["metadata", "annotations"].map(fieldStep);
const recordPath = [...annotations, fieldStep("kubectl.kubernetes.io/last-applied-configuration")];

/** The record that `kubectl apply` keeps of what it applied, and the map that it may have made for it. */
const record = setOf(recordPath, annotations);

/** Entries that stand for several managers who can't be told apart any more: some of what they own is not kubectl's. */
const crowds: readonly string[] = ["before-first-apply", "ancient-changes"];

/** What a person changes by hand: `kubectl edit`, `kubectl scale`; they too keep the record up to date. */
const byHand = /^kubectl-(?!create$|replace$)/;

/**
 * Whether an owner is `kubectl apply` on the client: by its name, or since it wrote the annotation in which kubectl
 * records what it applied. The name is enough: nothing else has it, and another may have written the annotation since.
 * The annotation is how kubectl itself finds them, and the only sign of `kubectl apply --field-manager=ci`, of `kubectl
 * create --save-config` and of older kubectl, which was `kubectl` whatever it did (kubernetes/kubernetes#88885).
 *
 * Unlike kubectl we leave alone what stands for several managers, and what was changed by hand: what is taken over
 * is overwritten and removed without a conflict.
 */
export function isClientSide({ manager, operation, subresource, fields }: Owner): boolean {
  if (operation !== "Update" || subresource !== "") return false;
  if (manager === "kubectl-client-side-apply") return true;
  return has(fields, recordPath) && !crowds.includes(manager) && !byHand.test(manager);
}

/** The object with other owners of the same values. */
export interface TakenOver {
  object: KubeObject;
  /** Those whose fields moved. */
  from: FieldOwner[];
}

/**
 * The live object with the fields of the owners that `from` names, of the resource itself, moved to `ours`, as if we had
 * applied them; undefined where there are none. No value changes.
 *
 * - Our entry keeps its version. One that is made has the live object's, which an apply that follows has too, or where
 *   nothing that moves has it, that of the newest that moves. What was owned in other versions moves by its path
 *   (csaupgrade drops it): a path that means nothing in the new version does no harm. What has another path there
 *   is nobody's then, and stays.
 * - The record of `kubectl apply` stays with its owner, so that it stays in the object: were it nobody's, it would go
 *   with the last of the annotations that we own. (kubectl hands it to a manager of its own, `kubectl-last-applied`.)
 *
 * @throws SyntaxError for managed fields that a server would not store.
 */
export function takeOver(
  live: KubeObject,
  ours: string,
  from: (owner: Owner) => boolean,
): TakenOver | undefined {
  if (!hasOthers(live, ours)) return undefined;
  const owners = readOwners(live);
  const self = { manager: ours, operation: "Apply", apiVersion: "", subresource: "" } as const;
  const id = identityOf(self);
  const sources = [...owners].filter(([key, owner]) => key !== id && isSource(owner, from));
  if (sources.length === 0) return undefined;

  const settled = new Map(owners);
  for (const [key, owner] of sources) {
    const left = owning(owner, kept(owner));
    if (isEmpty(left.fields)) settled.delete(key);
    else settled.set(key, left);
  }
  const moving = sources.map(([, owner]) => owner).sort(newestFirst);
  const base = owners.get(id) ?? {
    ...newOwner({ ...self, apiVersion: versionFor(live, moving) }),
    time: moving[0]?.time,
  };
  const moved = moving.map((owner) => difference(owner.fields, kept(owner)));
  settled.set(id, owning(base, moved.reduce(union, base.fields)));
  return { object: withOwners(live, settled), from: moving.map(ownerOf) };
}

/** Most objects are ours alone, but for their status: their fields need not be read. */
function hasOthers(live: KubeObject, ours: string): boolean {
  const entries = getPath(live, ["metadata", "managedFields"]);
  return (Array.isArray(entries) ? entries : []).some((entry) => {
    const isOurs = getKey(entry, "manager") === ours && getKey(entry, "operation") === "Apply";
    return !isOurs && (getKey(entry, "subresource") ?? "") === "";
  });
}

function isSource(owner: Owner, from: (owner: Owner) => boolean): boolean {
  return owner.subresource === "" && from(owner) && !isEmpty(difference(owner.fields, kept(owner)));
}

/** What an owner keeps: the record, where it has it. */
function kept({ fields }: Owner): FieldSet {
  const own = intersection(fields, record);
  return has(own, recordPath) ? own : none;
}

function newestFirst(a: Owner, b: Owner): number {
  return seconds(b.time) - seconds(a.time) || compareText(a.manager, b.manager);
}

function versionFor({ apiVersion }: KubeObject, moving: readonly Owner[]): string {
  const same = moving.find((owner) => owner.apiVersion === apiVersion);
  return (same ?? moving[0])?.apiVersion ?? "";
}

/**
 * The JSON patch that writes the owners of `moved` over those of `live`, if `live` is still what is there: a write in
 * between is answered with 409 (a `replace`, since a `test` that fails is an invalid request).
 */
export function managedFieldsPatch(live: KubeObject, moved: KubeObject): JsonObject[] {
  const replace = (object: KubeObject, field: string): JsonObject => {
    const value = getPath(object, ["metadata", field]);
    if (value === undefined)
      throw new TypeError(`an object without metadata.${field} can't be patched safely`);
    return { op: "replace", path: `/metadata/${field}`, value };
  };
  return [replace(moved, "managedFields"), replace(live, "resourceVersion")];
}
