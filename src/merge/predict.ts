/**
 * What server-side apply would make of an object, told from what is live and how its kind merges: no request is sent.
 *
 * Source: k8s.io/apiserver, `pkg/registry/rest` (BeforeCreate, BeforeUpdate), `pkg/registry/generic/registry/store.go`
 * and `pkg/endpoints/handlers/fieldmanager/equality.go` (IgnoreManagedFieldsTimestampsTransformer).
 */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { withAllocated } from "./allocated.js";
import { applyManifest, type Applied } from "./apply.js";
import { ShapeError } from "./check-shape.js";
import type { Conflict } from "./conflicts.js";
import { namedFields } from "./field-set.js";
import { nextGeneration } from "./generations.js";
import { withoutKey, withoutOwners } from "./managers.js";
import { isNoWrite } from "./no-write.js";
import type { Writer } from "./writer.js";
import { drawnFields } from "./written.js";

/** Who applies, and how. */
export interface Applier {
  /** The field manager. */
  manager: string;
  /** Whether fields of others are taken over. */
  force: boolean;
  /** Of the manifest's kind and version. */
  semantics: Semantics;
  /** Now: RFC 3339, in whole seconds. */
  time: string;
}

export type Prediction =
  /** The object as it would be, managed fields included; the live object itself where nothing would change. */
  | { is: "applied"; object: KubeObject }
  /** Fields that others own would get other values: it would be refused. */
  | { is: "conflict"; conflicts: Conflict[] }
  /** It can't be told, or would be refused. */
  | { is: "unknown"; why: string };

/**
 * Predicts an apply of the manifest to the live object, or to none: then it is created.
 *
 * Not in it is what happens after the merge: what strategies, admission plugins and webhooks change (addresses of Services,
 * labels of Jobs), and of what is created whatever a server draws. Whether the manifest is valid is not judged.
 */
export function predict(live: KubeObject | undefined, manifest: KubeObject, applier: Applier): Prediction {
  const why = whyUnknown(live, manifest, applier.semantics);
  if (why !== undefined) return { is: "unknown", why };
  const applied = tryApply(live, manifest, applier);
  if (applied.is !== "applied") return applied;
  const pinned = pinnedBy(manifest, live);
  if (pinned !== undefined)
    return { is: "unknown", why: `its metadata.${pinned} is not that of the live object` };
  return settled(live, applied.object, applier);
}

/** Why applying is not to be told from these two, if it is not. */
function whyUnknown(
  live: KubeObject | undefined,
  manifest: KubeObject,
  { shapeOf }: Semantics,
): string | undefined {
  const { apiVersion, kind } = manifest;
  if (typeof apiVersion !== "string" || shapeOf(apiVersion) === undefined)
    return "the schema of its kind is not known";
  if ((metadataOf(manifest)["managedFields"] ?? null) !== null) return "it has managed fields";
  if (live === undefined) return undefined;
  if (live["apiVersion"] !== apiVersion || live["kind"] !== kind)
    return "the live object is of another version";
  const unknown = writtenIn(live).find((version) => shapeOf(version) === undefined);
  return unknown === undefined ? undefined : `fields are owned in the version ${unknown}, which is not known`;
}

/** A field of the metadata that says which object is meant, and means another one. */
function pinnedBy(manifest: KubeObject, live: KubeObject | undefined): string | undefined {
  if (live === undefined) return undefined;
  const [wanted, is] = [metadataOf(manifest), metadataOf(live)];
  return ["name", "namespace", "uid", "resourceVersion"].find((name) => {
    const value = wanted[name];
    // A namespace that is not given is that of the request; a UID that is not is any.
    const isOpen = value === undefined || (value === null && (name === "namespace" || name === "uid"));
    return !isOpen && value !== is[name] && !(name === "uid" && value === "");
  });
}

/** The versions that owners are recorded in. */
function writtenIn(live: KubeObject): string[] {
  const entries = metadataOf(live)["managedFields"];
  if (!Array.isArray(entries)) return [];
  const versions = entries.map((entry) => getKey(entry, "apiVersion"));
  return versions.filter((version) => typeof version === "string");
}

function tryApply(
  live: KubeObject | undefined,
  manifest: KubeObject,
  { manager, force, semantics, time }: Applier,
): Applied | { is: "unknown"; why: string } {
  const { shapeOf, empty } = semantics;
  const apiVersion = manifest["apiVersion"] as string;
  const writer: Writer & { force: boolean } = {
    manager,
    force,
    apiVersion,
    time,
    shapeOf,
    empty,
    reset: (version) => (leavesStatus(semantics, version === apiVersion) ? status : undefined),
  };
  try {
    return applyManifest(live, manifest, writer);
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError)
      return { is: "unknown", why: error.message };
    throw error;
  }
}

const status = namedFields(["status"]);

/** Of a custom resource, only the status of the version that is spoken is left (apiextensions-apiserver, resetFields). */
function leavesStatus({ statusApart, empty }: Semantics, isSpoken: boolean): boolean {
  return statusApart && (isSpoken || empty !== undefined);
}

/** What was merged as it would be shown once it is written. */
function settled(live: KubeObject | undefined, merged: KubeObject, applier: Applier): Prediction {
  const { semantics } = applier;
  const bare = withoutOwners(merged);
  const shown = semantics.shown(bare);
  if (shown === undefined) return { is: "unknown", why: "what it would become can't be read as its kind" };
  const managedFields = metadataOf(merged)["managedFields"];
  if (live === undefined) return { is: "applied", object: born(shown, managedFields, semantics) };
  const next = grown(shown, live, managedFields, semantics);
  const object = nextGeneration(next, live, bare, semantics);
  const isSame = isNoWrite({ object, live, merged: bare }, applier);
  return { is: "applied", object: isSame ? live : object };
}

function metadataOf(object: KubeObject): JsonObject {
  const metadata = getKey(object, "metadata");
  return isObject(metadata) ? metadata : {};
}

/** Something new, without what its server draws; its status is first written by others. */
function born(object: KubeObject, managedFields: Json | undefined, { statusApart }: Semantics): KubeObject {
  const metadata: JsonObject = {
    ...metadataOf(object),
    ...(managedFields !== undefined && { managedFields }),
  };
  for (const name of drawnFields) if (Object.hasOwn(metadata, name)) Reflect.deleteProperty(metadata, name);
  return { ...(statusApart ? withoutKey(object, "status") : object), metadata };
}

/** What only a server sets, and a status that others write, stay as they are live. */
function grown(
  object: KubeObject,
  live: KubeObject,
  managedFields: Json | undefined,
  { statusApart }: Semantics,
): KubeObject {
  const before = metadataOf(live);
  const metadata: JsonObject = {
    ...metadataOf(object),
    ...(managedFields !== undefined && { managedFields }),
  };
  for (const name of [...drawnFields, "namespace"]) {
    const value = before[name];
    if (value === undefined) Reflect.deleteProperty(metadata, name);
    else metadata[name] = value;
  }
  const next = withAllocated({ ...object, metadata }, live);
  if (statusApart) {
    delete next["status"];
    if (live["status"] !== undefined) next["status"] = live["status"];
  }
  return next;
}
