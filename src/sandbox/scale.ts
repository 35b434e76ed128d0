/**
 * The scale subresource: the replicas of an object under one name for all kinds, `autoscaling/v1` Scale.
 *
 * Source: kubernetes pkg/registry/apps/deployment/storage (`ScaleREST`); apimachinery pkg/util/managedfields,
 * `scalehandler.go`.
 */
import { getKey, getPath, isObject, stringifyJson, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { mediaType, readManifest, readObject, readPatch } from "./body.js";
import type { Answer } from "./model.js";
import { applied, applyType } from "./patch.js";
import { jsonPatch, mergePatch } from "./patches/index.js";
import {
  aboutKind,
  apiVersionFor,
  metaText,
  writeOptions,
  type Request,
  type WriteOptions,
} from "./request.js";
import { metadataOf } from "./settle.js";
import { invalid } from "./status.js";
import { changeDecoded, changeOwned } from "./update.js";

/** Answers with the scale, changed where that is asked for. */
export async function answerScale(request: Request, live: KubeObject): Promise<Answer> {
  if (request.ask.verb === "get") return { status: 200, json: scaleOf(request, live) };
  const isPatch = request.ask.verb === "patch";
  const options = writeOptions(request, isPatch ? "PatchOptions" : "UpdateOptions");
  const changed =
    isPatch && mediaType(request.call) === applyType
      ? await applyScale(request, live, options)
      : changeDecoded(request, live, await rescaled(request, live), options);
  return { status: 200, json: scaleOf(request, changed) };
}

/** Whoever applies a scale owns the replicas of the object. */
async function applyScale(request: Request, live: KubeObject, options: WriteOptions): Promise<KubeObject> {
  const { value } = await readManifest(request.call);
  const { kind } = request.kind.type;
  const bare: KubeObject = { apiVersion: apiVersionFor(request), kind, metadata: { name: request.ask.name } };
  const manifest = withPath(bare, pathsOf(request).spec, replicasOf(request, value));
  return changeOwned(request, live, applied(request, live, manifest, options), options);
}

/** The object with the replicas that a PUT or a patch of its scale says. */
async function rescaled(request: Request, live: KubeObject): Promise<KubeObject> {
  const next = await nextScale(request, scaleOf(request, live));
  const version = metaText(next, "resourceVersion");
  const changed = withPath(live, pathsOf(request).spec, replicasOf(request, next));
  const metadata = { ...metadataOf(changed), ...(version === "" ? {} : { resourceVersion: version }) };
  return { ...changed, metadata };
}

async function nextScale(request: Request, current: JsonObject): Promise<JsonObject> {
  if (request.ask.verb === "update") return (await readObject(request.call, "Scale")).value;
  const patch = readPatch(request.call);
  if (mediaType(request.call) === "application/json-patch+json") return jsonPatch(current, patch);
  return mergePatch(current, patch);
}

/** @throws StatusError 422 for what can't be a number of replicas. */
function replicasOf(request: Request, scale: JsonObject): number {
  const replicas = getPath(scale, ["spec", "replicas"]) ?? 0;
  if (typeof replicas === "number" && replicas >= 0) return replicas;
  const message = `Invalid value: ${stringifyJson(replicas)}: must be greater than or equal to 0`;
  const about = { ...aboutKind(request, request.ask.name), group: "autoscaling", resource: "Scale" };
  throw invalid(about, [{ reason: "FieldValueInvalid", message, field: "spec.replicas" }]);
}

function scaleOf(request: Request, object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadataOf(object);
  const paths = pathsOf(request);
  const selector = selectorText(getPath(object, paths.selector));
  const entries = scaleEntries(object, paths.spec);
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  const given = Object.entries(metadata).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { ...Object.fromEntries(given), ...(entries.length === 0 ? {} : { managedFields: entries }) },
    spec: { replicas: getPath(object, paths.spec) ?? 0 },
    status: {
      replicas: getPath(object, paths.status) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  };
}

/** Who owns the replicas of the object owns those of its scale. */
function scaleEntries(object: KubeObject, path: string[]): JsonObject[] {
  const entries = metadataOf(object)["managedFields"];
  const owned = path.map((step) => `f:${step}`);
  return (Array.isArray(entries) ? entries : [])
    .filter(isObject)
    .filter((entry) => getPath(entry, ["fieldsV1", ...owned]) !== undefined)
    .map((entry) => ({
      ...entry,
      apiVersion: "autoscaling/v1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    }));
}

interface ScalePaths {
  spec: string[];
  status: string[];
  selector: string[];
}

/** Where the replicas are: a CRD says it, built-in kinds have them all in one place. */
function pathsOf({ kind }: Request): ScalePaths {
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
