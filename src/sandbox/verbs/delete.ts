/** DELETE: of one object, and of the objects of a collection. */
import { getKey, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { readOptions } from "./body.js";
import { finalizersOf } from "./commit.js";
import { cleanup, terminating } from "../life/crd-status.js";
import { crdCollection } from "../kinds.js";
import type { Kind } from "../model.js";
import { aboutOf, dryRunOf, isTrue, liveOf, metaText, type Request, type World } from "./request.js";
import { select } from "./read.js";
import { metadataOf, withMetadata } from "./settle.js";
import { timeText } from "../texts.js";
import { conflict, forbidden, invalid, notFound, success } from "../status.js";
import { deletionAnswersObject } from "./traits.js";

/** How dependents are treated (garbage collection); `Background` where nobody says. */
export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions {
  dryRun: boolean;
  propagation: Propagation;
  /** Undefined: the kind's own. */
  graceSeconds: number | undefined;
  preconditions: { uid: string; resourceVersion: string };
}

/** Deletes the object of the request. Gives the object where it stays for a while, or a `Status`. */
export async function deleteOne(request: Request): Promise<{ object: JsonObject; whole: boolean }> {
  const options = await deleteOptions(request);
  const live = liveOf(request);
  if (live === undefined) throw notFound(aboutOf(request));
  checkPreconditions(request, live, options);
  refuseImmortal(request);
  const { object, stays } = removeObject(request.world, request.kind, live, options);
  if (stays || deletionAnswersObject(request.kind)) return { object, whole: true };
  return { object: success(aboutOf(request), metaText(live, "uid")), whole: false };
}

/** Namespaces without which no cluster is one (apiserver pkg/admission/plugin/namespace/lifecycle). */
const immortal = new Set(["default", "kube-system", "kube-public"]);

function refuseImmortal(request: Request): void {
  if (request.kind.collection !== "namespaces" || !immortal.has(request.ask.name)) return;
  throw forbidden(aboutOf(request), "this namespace may not be deleted");
}

/** Deletes the objects that the request selects, and gives them. */
export async function deleteCollection(request: Request): Promise<KubeObject[]> {
  const options = await deleteOptions(request);
  return select(request).map((live) => removeObject(request.world, request.kind, live, options).object);
}

/**
 * Takes an object out, or marks it as going while finalizers, its contents or its grace hold it. An object that is
 * marked stays as it is (k8s.io/apiserver pkg/registry/rest/delete.go).
 */
export function removeObject(
  world: World,
  kind: Kind,
  live: KubeObject,
  options: Pick<DeleteOptions, "dryRun" | "propagation" | "graceSeconds">,
): { object: KubeObject; stays: boolean } {
  const grace = graceOf(kind, live, options.graceSeconds);
  const finalizers = finalizersFor(kind, live, options.propagation);
  const { store } = world;
  if (finalizers.length === 0 && grace === 0 && !holdsContents(kind, live))
    return { object: options.dryRun ? live : store.remove(kind.collection, live), stays: false };
  if (metaText(live, "deletionTimestamp") !== "") return { object: live, stays: true };
  const marked = markedAsGoing(world, kind, live, finalizers, grace);
  return { object: options.dryRun ? marked : store.put(kind.collection, marked), stays: true };
}

function markedAsGoing(
  world: World,
  kind: Kind,
  live: KubeObject,
  finalizers: Json[],
  grace: number,
): KubeObject {
  const { finalizers: before, ...metadata } = metadataOf(live);
  const isCrd = kind.collection === crdCollection;
  const isNamespace = kind.collection === "namespaces";
  const generation = metadata["generation"];
  const marked = withMetadata(live, {
    ...metadata,
    ...(typeof generation === "number" && !isCrd ? { generation: generation + 1 } : {}),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    deletionTimestamp: timeText(world.now() + grace * 1000),
    ...(isNamespace || isCrd ? {} : { deletionGracePeriodSeconds: grace }),
  });
  if (isCrd) return terminating(marked, timeText(world.now()));
  return isNamespace ? { ...marked, status: { phase: "Terminating" } } : marked;
}

/** Only a Pod that runs somewhere is given time; the kubelet, of which there is none here, would end it. */
function graceOf(kind: Kind, live: KubeObject, asked: number | undefined): number {
  if (kind.collection !== "pods") return 0;
  const spec = live["spec"];
  const runs = (getKey(spec, "nodeName") ?? "") !== "";
  return runs ? (asked ?? Number(getKey(spec, "terminationGracePeriodSeconds") ?? 30)) : 0;
}

/** A Namespace goes after what is in it: a finalizer of its own, in its spec, says so. */
function holdsContents(kind: Kind, live: KubeObject): boolean {
  return kind.collection === "namespaces" && Array.isArray(getKey(live["spec"], "finalizers"));
}

function finalizersFor(kind: Kind, live: KubeObject, propagation: Propagation): Json[] {
  const before = finalizersOf(live);
  if (holdsContents(kind, live) || metaText(live, "deletionTimestamp") !== "") return before;
  const kept = before.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  if (kind.collection === crdCollection) return [...kept, cleanup];
  if (propagation === "Orphan") return [...kept, "orphan"];
  return propagation === "Foreground" ? [...kept, "foregroundDeletion"] : kept;
}

async function deleteOptions(request: Request): Promise<DeleteOptions> {
  const query = request.call.url.searchParams;
  const body = await readOptions(request.call);
  const dryRun = query.has("dryRun") ? query : new URLSearchParams(dryRunsOf(body));
  const seconds = query.get("gracePeriodSeconds") ?? getKey(body, "gracePeriodSeconds");
  const orphan = getKey(body, "orphanDependents") ?? isOrphan(query.get("orphanDependents"));
  const preconditions = getKey(body, "preconditions");
  return {
    dryRun: dryRunOf(dryRun, "DeleteOptions"),
    propagation: propagationOf(
      query.get("propagationPolicy") ??
        getKey(body, "propagationPolicy") ??
        (orphan === true ? "Orphan" : "Background"),
    ),
    graceSeconds: seconds === undefined || seconds === null ? undefined : Number(seconds),
    preconditions: {
      uid: textOf(getKey(preconditions, "uid")),
      resourceVersion: textOf(getKey(preconditions, "resourceVersion")),
    },
  };
}

function isOrphan(value: string | null): boolean | undefined {
  return value === null ? undefined : isTrue(value);
}

function dryRunsOf(body: JsonObject): [string, string][] {
  const values = body["dryRun"];
  return Array.isArray(values) ? values.map((value) => ["dryRun", textOf(value)]) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function propagationOf(value: Json): Propagation {
  if (value === "Background" || value === "Foreground" || value === "Orphan") return value;
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
  const about = { group: "meta.k8s.io", resource: "DeleteOptions", name: "" };
  throw invalid(about, [{ reason: "FieldValueNotSupported", message, field: "propagationPolicy" }]);
}

/** @throws StatusError 409 for another UID or version than the live one. */
function checkPreconditions(request: Request, live: KubeObject, { preconditions }: DeleteOptions): void {
  const about = { group: request.kind.type.group, resource: request.kind.type.kind, name: request.ask.name };
  const uid = metaText(live, "uid");
  if (preconditions.uid !== "" && preconditions.uid !== uid)
    throw conflict(
      about,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  const version = metaText(live, "resourceVersion");
  if (preconditions.resourceVersion !== "" && preconditions.resourceVersion !== version)
    throw conflict(
      about,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`,
    );
}
