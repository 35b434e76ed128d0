/**
 * The scale subresource: the replicas of an object under one name for all kinds, `autoscaling/v1` Scale.
 *
 * Source: kubernetes pkg/registry/apps/deployment/storage (`ScaleREST`); apimachinery pkg/util/managedfields,
 * `scalehandler.go`.
 */
import {
  equalJson,
  getKey,
  getPath,
  isObject,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../json.js";
import { recordUpdate, withOwnersOfScale, withScaleOwners, type ReplicasPath } from "../../merge/index.js";
import type { KubeObject } from "../../model.js";
import { builtInCodec } from "../../schema/index.js";
import { mediaType, readManifest } from "./body.js";
import type { Answer, Kind } from "../model.js";
import { appliedTo, applyType, checkManifest, patchedFrom, patchOptions } from "./patch.js";
import { warningHeaders } from "./present.js";
import {
  aboutKind,
  aboutOf,
  apiVersionFor,
  metaText,
  writeOptions,
  type Request,
  type WriteOptions,
} from "./request.js";
import { metadataOf, withMetadata, withOwnersOnce } from "./settle.js";
import { badRequest, conflict, internalError, invalid, notFound, serverError } from "../status.js";
import { changeOwned, sentObject } from "./update.js";
import { writerOf } from "./writer.js";

/** Answers with the scale, changed where that is asked for. */
export async function answerScale(request: Request, found: KubeObject | undefined): Promise<Answer> {
  const options = request.ask.verb === "get" ? undefined : scaleOptions(request);
  const live = found ?? (await missing(request, options));
  if (options === undefined && !hasReplicas(request, live))
    throw internalError(`the spec replicas field ${specPath(request)} does not exist`);
  const changed = options === undefined ? live : await rescale(request, live, options);
  return { status: 200, json: scaleOf(request, changed), headers: warningHeaders(request.warnings) };
}

function scaleOptions(request: Request): WriteOptions {
  return request.ask.verb === "patch" ? patchOptions(request) : writeOptions(request, "UpdateOptions");
}

/** What is sent is read before the object is looked for; a patch is not. */
async function missing(request: Request, options: WriteOptions | undefined): Promise<never> {
  if (options !== undefined && request.ask.verb === "update")
    await sentObject({ ...request, kind: scaleKind(request.kind) }, options);
  throw notFound(aboutOf(request));
}

/** Stands in the scale of a custom resource for replicas that it says nothing of. */
const noReplicas = -(2 ** 31);

function hasReplicas(request: Request, live: KubeObject): boolean {
  return request.kind.source.from === "bundle" || getPath(live, pathsOf(request).spec) !== undefined;
}

const specPath = (request: Request): string => JSON.stringify(`.${pathsOf(request).spec.join(".")}`);

/** A scale is made of the live object and written as an object of its own: what becomes of that is the object's. */
async function rescale(request: Request, live: KubeObject, options: WriteOptions): Promise<KubeObject> {
  const asked = { ...request, kind: scaleKind(request.kind) };
  const pathOf = replicasPath(request);
  const current = scaleOf(request, live);
  const spec = hasReplicas(request, live) ? (current["spec"] ?? {}) : { replicas: noReplicas };
  const before = withScaleOwners({ ...current, spec }, live, pathOf);
  const next = withOwnersOnce(request, await nextScale(asked, before, options, request.kind), "recorded");
  if (request.kind.source.from === "bundle") refuseScale(request, asked, live, next);
  else if (getPath(next, ["spec", "replicas"]) === noReplicas)
    throw badRequest(`the spec replicas field ${specPath(request)} cannot be empty`);
  const changed = withPath(live, pathsOf(request).spec, getPath(next, ["spec", "replicas"]) ?? 0);
  const resourceVersion = metaText(next, "resourceVersion");
  const uid = metaText(next, "uid");
  const renewed = withMetadata(changed, {
    ...metadataOf(live),
    resourceVersion,
    ...(uid === "" ? {} : { uid }),
  });
  const owned = withOwnersOfScale(renewed, next, apiVersionFor(request), pathOf);
  return changeOwned(request, live, owned, options);
}

async function nextScale(
  asked: Request,
  before: KubeObject,
  options: WriteOptions,
  { source }: Kind,
): Promise<KubeObject> {
  if (asked.ask.verb === "patch" && mediaType(asked.call) === applyType)
    return source.from === "crd"
      ? appliedAlike(asked, before, options, source)
      : appliedTo(asked, before, options);
  const next =
    asked.ask.verb === "patch" ? patchedFrom(asked, before, options) : await sentObject(asked, options);
  return recordUpdate(before, next, writerOf(asked, options));
}

/**
 * An apply to the scale of a custom resource. The server can't convert what it makes: the only one that it takes is of
 * a scale that somebody owns, and says what is there already.
 */
async function appliedAlike(
  asked: Request,
  before: KubeObject,
  options: WriteOptions,
  source: Kind["source"],
): Promise<KubeObject> {
  const why = "to proper version: request to convert CR to an invalid group/version: autoscaling/v1";
  if (getPath(before, ["metadata", "managedFields"]) === undefined) {
    checkManifest(asked, (await readManifest(asked.call)).value);
    const what = "failed to convert live object (/; autoscaling/v1, Kind=Scale)";
    throw serverError(`failed to create manager for existing fields: ${what} ${why}`);
  }
  // As that of a custom resource, what is applied is not read: a zero is told from none.
  const next = await appliedTo({ ...asked, kind: { ...asked.kind, source } }, before, options);
  const bare = (object: KubeObject): KubeObject =>
    withMetadata(object, { ...metadataOf(object), managedFields: null });
  if (equalJson(bare(before), bare(next))) return next;
  throw serverError(`failed to convert new object (/${asked.ask.name}; autoscaling/v1, Kind=Scale) ${why}`);
}

const definition = "io.k8s.api.autoscaling.v1.Scale";

/** The kind of scales that belong to objects of a kind. */
function scaleKind({ type, ...rest }: Kind): Kind {
  return {
    ...rest,
    type: { ...type, group: "autoscaling", version: "v1", kind: "Scale" },
    source: { from: "bundle", definition },
    codec: () => builtInCodec(definition),
    subresources: new Map(),
  };
}

/** @throws StatusError 422 for what can't be a number of replicas, 409 for a scale of another object. */
function refuseScale(request: Request, asked: Request, live: KubeObject, next: KubeObject): void {
  const replicas = getPath(next, ["spec", "replicas"]) ?? 0;
  if (typeof replicas === "number" && replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    const cause = { reason: "FieldValueInvalid", message, field: "spec.replicas" };
    throw invalid(aboutKind(asked, request.ask.name), [cause]);
  }
  const [uid, own] = [metaText(next, "uid"), metaText(live, "uid")];
  if (uid === "" || uid === own) return;
  const about = aboutOf(request);
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${own}`;
  throw conflict({ ...about, resource: `${about.resource}/scale` }, why);
}

function scaleOf(request: Request, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadataOf(object);
  const paths = pathsOf(request);
  const selector = selectorText(getPath(object, paths.selector));
  const replicas = getPath(object, paths.spec) ?? 0;
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  const given = Object.entries(metadata).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: Object.fromEntries(given),
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: getPath(object, paths.status) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  };
}

/** Where the replicas are in the versions of the kind that are served. */
function replicasPath({ kind, world }: Request): ReplicasPath {
  return (apiVersion) => {
    const served = world.kinds.byKind(apiVersion, kind.type.kind);
    if (served === undefined) return undefined;
    return served.subresources.has("scale") ? pathsOf({ kind: served }).spec : [];
  };
}

interface ScalePaths {
  spec: string[];
  status: string[];
  selector: string[];
}

/** Where the replicas are: a CRD says it, built-in kinds have them all in one place. */
function pathsOf({ kind }: Pick<Request, "kind">): ScalePaths {
  const scale =
    kind.source.from === "crd" ? getPath(kind.source.version, ["subresources", "scale"]) : undefined;
  const path = (name: string, standard: string): string[] => {
    const given = getKey(scale, name);
    return (typeof given === "string" ? given : standard).split(".").filter((part) => part !== "");
  };
  return {
    spec: path("specReplicasPath", ".spec.replicas"),
    status: path("statusReplicasPath", ".status.replicas"),
    selector: path("labelSelectorPath", ".spec.selector"),
  };
}

/** A label selector as text, as `Scale` has it. */
function selectorText(selector: Json | undefined): string {
  if (typeof selector === "string") return selector;
  const labels = getKey(selector, "matchLabels") ?? (getKey(selector, "matchExpressions") ? {} : selector);
  return Object.entries(isObject(labels) ? labels : {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : stringifyJson(value)}`)
    .join(",");
}

function withPath(object: JsonObject, [first = "", ...rest]: string[], value: Json): JsonObject {
  const inner = object[first];
  return {
    ...object,
    [first]: rest.length === 0 ? value : withPath(isObject(inner) ? inner : {}, rest, value),
  };
}
