/**
 * What is written and not shown: an object that is shown as it is live may be another one where it is written.
 *
 * Source: apiextensions-apiserver, `pkg/apiserver/customresource_handler.go` (what an apply made is only defaulted, and
 * pruned and coerced where it is read); k8s.io/apiserver, `pkg/endpoints/handlers/fieldmanager/equality.go`.
 */
import { equalJson, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { withoutKey } from "./managers.js";

/** Fields of the metadata that a server draws. */
export const drawnFields = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "resourceVersion",
  "selfLink",
  "uid",
];

/**
 * Whether what was merged is written as it is live, where the two are shown alike. A custom resource is compared and
 * stored as it was applied: a null that is not shown, or an empty map of labels, is written all the same, each time. Of
 * built-in kinds that is so for bytes that are null.
 */
export function isWrittenSo(merged: KubeObject, live: KubeObject, semantics: Semantics): boolean {
  if (semantics.empty !== undefined) return isDataWrittenSo(merged, live);
  return equalJson(ownMetadata(merged), ownMetadata(live)) && isContentWrittenSo(merged, live, semantics);
}

/** Bytes that are null are not those that are empty, and data that is immutable is not even the same as an empty map. */
function isDataWrittenSo(merged: KubeObject, live: KubeObject): boolean {
  const bytes = live["kind"] === "Secret" ? "data" : "binaryData";
  return ["data", "binaryData"].every((name) => {
    const data = merged[name];
    if (!isObject(data)) return true;
    if (live[name] === undefined) return live["immutable"] !== true;
    return name !== bytes || !Object.values(data).includes(null);
  });
}

/** The same of all but the metadata, of a custom resource. */
export function isContentWrittenSo(
  merged: KubeObject,
  live: KubeObject,
  { statusApart }: Semantics,
): boolean {
  return isWrittenAs(contentOf(merged, statusApart), contentOf(live, statusApart));
}

/** All but the metadata, and a status that is written by requests of its own. */
export function contentOf(object: KubeObject, statusApart: boolean): JsonObject {
  const content = withoutKey(object, "metadata");
  return statusApart ? withoutKey(content, "status") : content;
}

function ownMetadata({ metadata }: KubeObject): JsonObject {
  const left = [...drawnFields, "namespace", "managedFields"];
  return isObject(metadata) ? left.reduce(withoutKey, metadata) : {};
}

/**
 * Whether a value was written as the other is shown, which may have defaults beside. A null stands for a default; one that
 * became nothing, or an empty text or map, did so where it was read.
 */
function isWrittenAs(value: Json, live: Json | undefined): boolean {
  if (value === null) return live === null || !isEmpty(live);
  if (Array.isArray(value)) {
    return (
      Array.isArray(live) &&
      value.length === live.length &&
      value.every((item, at) => isWrittenAs(item, live[at]))
    );
  }
  if (!isObject(value)) return value === live;
  return (
    isObject(live) &&
    Object.keys(value).every((key) => Object.hasOwn(live, key) && isWrittenAs(value[key] as Json, live[key]))
  );
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === "" || (isObject(value) && Object.keys(value).length === 0);
}
