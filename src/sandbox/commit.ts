/** The last step of a write: judgement, and storing. */
import { equalJson, getPath, isObject, type Json } from "../json.js";
import type { KubeObject } from "../model.js";
import { createProblems, mergedCauses, updateProblems } from "./rules/index.js";
import { metadataOf, withMetadata } from "./settle.js";
import { aboutKind, aboutOf, metaText, type Request } from "./request.js";
import { alreadyExists, conflict, invalid } from "./status.js";

/**
 * Stores a new object, or only says what would be stored.
 * @throws StatusError 403 for rights that the user can't give away, 422 for what breaks a rule, 409 for a name that is taken.
 */
export function commitNew(request: Request, object: KubeObject, dryRun: boolean): KubeObject {
  const { world, kind } = request;
  const name = metaText(object, "name");
  const namespace = metaText(object, "namespace");
  refuseEscalation(request, object, undefined);
  const problems = mergedCauses(kind.type, createProblems(kind.type, object), kind.codec().validate(object));
  if (problems.length > 0) throw invalid(aboutKind(request, name), problems);
  if (world.store.get(kind.collection, namespace, name) !== undefined)
    throw alreadyExists({ ...aboutOf(request), name });
  return dryRun ? object : world.store.put(kind.collection, object);
}

/**
 * Stores a changed object, unless nothing changed but times in its managed fields: then it stays as it is. An object
 * that only waited for its finalizers goes when the last of them does.
 * @throws StatusError 409 for another version or UID than the live one, 422 for what breaks a rule, 403.
 */
export function commitChange(
  request: Request,
  live: KubeObject,
  next: KubeObject,
  dryRun: boolean,
): KubeObject {
  const { world, kind } = request;
  const checked = withIdentity(request, live, next);
  if (sameButForTimes(live, checked)) return live;
  refuseEscalation(request, checked, live);
  const problems = mergedCauses(
    kind.type,
    updateProblems(kind.type, live, checked),
    kind.codec().validate(checked),
  );
  if (problems.length > 0) throw invalid(aboutKind(request, metaText(live, "name")), problems);
  if (dryRun) return checked;
  const isFree = metaText(checked, "deletionTimestamp") !== "" && finalizersOf(checked).length === 0;
  const waitsForContents =
    getPath(checked, ["spec", "finalizers"]) !== undefined && kind.collection === "namespaces";
  return isFree && !waitsForContents
    ? world.store.remove(kind.collection, checked)
    : world.store.put(kind.collection, checked);
}

export function finalizersOf(object: KubeObject): Json[] {
  const finalizers = metadataOf(object)["finalizers"];
  return Array.isArray(finalizers) ? finalizers : [];
}

/** What was sent may pin a version and a UID; what is stored has those of the live object. */
function withIdentity(request: Request, live: KubeObject, next: KubeObject): KubeObject {
  const metadata = metadataOf(next);
  const resourceVersion = metaText(live, "resourceVersion");
  const uid = metaText(live, "uid");
  if (typeof metadata["uid"] === "string" && metadata["uid"] !== "" && metadata["uid"] !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata["uid"]}, UID in object meta: ${uid}`;
    throw conflict(aboutOf(request), why);
  }
  refuseOldVersion(request, metaText(next, "resourceVersion"), resourceVersion);
  return withMetadata(next, { ...metadata, uid, resourceVersion });
}

/** @throws StatusError 409 where a version was asked for and is not the live one. */
export function refuseOldVersion(request: Request, asked: string, live: string): void {
  if (asked === "" || asked === "0" || asked === live) return;
  throw conflict(
    aboutOf(request),
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

/** Equal objects, times of managed fields aside (apiserver `ignoreManagedFieldsTimestampsTransformer`). */
export function sameButForTimes(a: KubeObject, b: KubeObject): boolean {
  return equalJson(withoutTimes(a), withoutTimes(b));
}

function withoutTimes(object: KubeObject): KubeObject {
  const metadata = metadataOf(object);
  const entries = metadata["managedFields"];
  if (!Array.isArray(entries)) return object;
  const timeless = entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const { time, ...rest } = entry;
    return rest;
  });
  return { ...object, metadata: { ...metadata, managedFields: timeless } };
}

function refuseEscalation(
  { world, user, kind, ask }: Request,
  object: KubeObject,
  before: KubeObject | undefined,
): void {
  if (kind.type.group !== "rbac.authorization.k8s.io") return;
  const refusal = world.access.escalation(user, { kind: kind.type.kind, object, name: ask.name, before });
  if (refusal !== undefined) throw refusal;
}
