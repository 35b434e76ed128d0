/**
 * What makes an object the next generation of itself.
 *
 * Source: k8s.io/kubernetes, `pkg/registry`, `strategy.go` of each kind (PrepareForUpdate); apiextensions-apiserver,
 * `pkg/registry/customresource/strategy.go`.
 */
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { contentOf, isContentWrittenSo } from "./written.js";

/**
 * The object that takes the place of the live one, with the number of its generation: the next one where more than its
 * metadata, and a status apart, differs. `merged` is the object before it was read as its kind.
 */
export function nextGeneration(
  object: KubeObject,
  live: KubeObject,
  merged: KubeObject,
  semantics: Semantics,
): KubeObject {
  const generation = getPath(live, ["metadata", "generation"]);
  if (typeof generation !== "number" || isSameGeneration(object, live, merged, semantics)) return object;
  const metadata: JsonObject = { ...metadataOf(object), generation: generation + 1 };
  const next: KubeObject = { ...object, metadata };
  return next["kind"] === "DaemonSet" ? withTemplateGeneration(next, live) : next;
}

function metadataOf(object: KubeObject): JsonObject {
  const metadata = object["metadata"];
  return isObject(metadata) ? metadata : {};
}

/** What of the metadata counts, beside the spec. */
const countedMetadata: Readonly<Record<string, string>> = {
  Deployment: "annotations",
  EndpointSlice: "labels",
};

function isSameGeneration(
  object: KubeObject,
  live: KubeObject,
  merged: KubeObject,
  semantics: Semantics,
): boolean {
  const kind = typeof object["kind"] === "string" ? object["kind"] : "";
  if (kind === "PriorityClass") return true;
  const field = countedField(object);
  if (field !== undefined && hasNewEmpties(merged[field] ?? null, live[field])) return false;
  const more = countedMetadata[kind];
  if (more !== undefined && !equalJson(metadataOf(object)[more], metadataOf(live)[more])) return false;
  if (semantics.empty === undefined && !isContentWrittenSo(merged, live, semantics)) return false;
  const { statusApart } = semantics;
  return equalJson(contentOf(object, statusApart), contentOf(live, statusApart));
}

/**
 * Of kinds that take a list or map that is sent empty for another than none, until it is stored: each write of one is a
 * new generation. They compare by `reflect.DeepEqual`, all others by `equality.Semantic`.
 */
function countedField({ kind, apiVersion }: KubeObject): string | undefined {
  if (kind === "NetworkPolicy" && apiVersion === "networking.k8s.io/v1") return "spec";
  const isWebhook = kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration";
  return isWebhook ? "webhooks" : undefined;
}

/** Whether a value has an empty list, map or text (bytes are one) where there is none live. */
function hasNewEmpties(value: Json, live: Json | undefined): boolean {
  if (value === "") return live === undefined;
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  if (keys.length === 0) return live === undefined;
  if (typeof live !== "object" || live === null) return false;
  return keys.some((key) => hasNewEmpties((value as JsonObject)[key] as Json, (live as JsonObject)[key]));
}

/** An older count of a DaemonSet's templates, which lives on as an annotation. */
function withTemplateGeneration(set: KubeObject, live: KubeObject): KubeObject {
  const name = "deprecated.daemonset.template.generation";
  const [template, before] = [set, live].map((object) => getKey(object["spec"], "template"));
  if (equalJson(template, before)) return set;
  const count = Number(getPath(live, ["metadata", "annotations", name]) ?? 0);
  const metadata = metadataOf(set);
  const given = metadata["annotations"];
  const annotations = { ...(isObject(given) ? given : {}), [name]: String(count + 1) };
  return { ...set, metadata: { ...metadata, annotations } };
}
