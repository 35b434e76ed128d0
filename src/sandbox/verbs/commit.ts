/** The last step of a write: judgement, and storing. */
import { equalJson, getPath, isObject, type Json } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { coerced, inVersion, isWrittenAsIs, remember } from "./custom-versions.js";
import { finalizerWarnings, schemaProblems } from "./custom.js";
import { withValue } from "../../schema/index.js";
import { takenFrom } from "./prepare.js";
import { createProblems, mergedCauses, updateProblems } from "../rules/index.js";
import { metadataOf, withMetadata } from "./settle.js";
import { aboutKind, aboutOf, metaText, type Request } from "./request.js";
import { alreadyExists, conflict, invalid } from "../status.js";
import type { Kind } from "../model.js";
import { objectWarnings } from "./warnings/index.js";

/**
 * Stores a new object, or only says what would be stored.
 * @throws StatusError 403 for rights that the user can't give away, 422 for what breaks a rule, 409 for a name that is taken.
 */
export function commitNew(request: Request, object: KubeObject, dryRun: boolean): KubeObject {
  const { world, kind } = request;
  const name = metaText(object, "name");
  const namespace = metaText(object, "namespace");
  refuseEscalation(request, object, undefined);
  const problems = mergedCauses(
    kind.type,
    createProblems(kind.type, judged(request, object), takenFrom(request, object, dryRun)),
    schemaProblems(request, object),
  );
  if (problems.length > 0) throw invalid(aboutKind(request, name), problems);
  warn(request, object);
  if (world.store.get(kind.collection, namespace, name) !== undefined)
    throw alreadyExists({ ...aboutOf(request), name });
  return dryRun ? seen(kind, object) : put(request, object);
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
  const sent = judged(request, checked);
  const isSame = isStoredSo(live, checked) && request.hasNullBytes === nullBytes.has(live);
  if (isSame && sent === checked) {
    warn(request, checked, live);
    return live;
  }
  refuseEscalation(request, checked, live);
  const problems = mergedCauses(
    kind.type,
    updateProblems(kind.type, live, sent, {
      isStatus: request.ask.subresource === "status",
      taken: takenFrom(request, checked, dryRun),
    }),
    schemaProblems(request, checked, live),
  );
  if (problems.length > 0) throw invalid(aboutKind(request, metaText(live, "name")), problems);
  warn(request, checked, live);
  if (isSame) return live;
  if (dryRun) return seen(kind, checked);
  const isFree = metaText(checked, "deletionTimestamp") !== "" && finalizersOf(checked).length === 0;
  const waitsForContents =
    getPath(checked, ["spec", "finalizers"]) !== undefined && kind.collection === "namespaces";
  if (!isFree || waitsForContents) return put(request, checked);
  // What is told is the object of this write, not that of its deletion.
  const last = coerced(kind, checked);
  world.store.remove(kind.collection, last);
  return inVersion(kind, last);
}

/** Objects as they were written, where they read otherwise: what is compared to find that nothing changed. */
const written = new WeakMap<KubeObject, KubeObject>();

/** Objects with bytes that are null where they are stored, which no reader sees. */
const nullBytes = new WeakSet<KubeObject>();

function put({ world, kind, hasNullBytes }: Request, object: KubeObject): KubeObject {
  const read = coerced(kind, object);
  const stored = world.store.put(kind.collection, read);
  if (isWrittenAsIs(kind) && !equalJson(read, object)) written.set(stored, object);
  if (hasNullBytes) nullBytes.add(stored);
  return isWrittenAsIs(kind) ? remember(kind, stored, stored) : inVersion(kind, stored);
}

/** The object as it would be read once it is stored. */
function seen(kind: Kind, object: KubeObject): KubeObject {
  return kind.source.from === "bundle" ? object : inVersion(kind, coerced(kind, object));
}

/** Whether a write would change nothing but times: in what version it was written does not count. */
function isStoredSo(live: KubeObject, next: KubeObject): boolean {
  const { apiVersion = null } = next;
  if (!sameButForTimes({ ...live, apiVersion }, next)) return false;
  const before = written.get(live);
  return before === undefined || sameButForTimes(withIdentityOf(before, next), next);
}

function withIdentityOf(object: KubeObject, { metadata }: KubeObject): KubeObject {
  const resourceVersion = metaText({ metadata }, "resourceVersion");
  return withMetadata(object, { ...metadataOf(object), resourceVersion });
}

/** Maps that were sent empty are no change, but to what may not change at all (`reflect.DeepEqual`). */
function judged({ emptied, ask }: Request, object: KubeObject): KubeObject {
  if (ask.subresource !== "") return object;
  const missing = emptied.filter((path) => getPath(object, path) === undefined);
  return missing.reduce<KubeObject>((whole, path) => withValue(whole, path, {}), object);
}

function warn({ kind, ask, warnings }: Request, object: KubeObject, live?: KubeObject): void {
  if (kind.source.from === "crd" && ask.subresource !== "status")
    warnings.push(...finalizerWarnings(finalizersOf(object), live === undefined ? [] : finalizersOf(live)));
  if (ask.subresource !== "status") warnings.push(...objectWarnings(kind.collection, object, live));
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
