/**
 * From client-side to server-side apply: what `kubectl` applied before, as its annotation records it.
 *
 * Source: k8s.io/apimachinery, `pkg/util/managedfields/internal/lastappliedmanager.go` and `lastappliedupdater.go`.
 */
import { getKey, getPath, isObject, parseJson, setKey, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { shapeProblems } from "./check-shape.js";
import { compareValues } from "./compare.js";
import { difference, type FieldSet } from "./field-set.js";
import { fieldsOf } from "./fields-of.js";
import { compareText, goJson } from "./go-text.js";
import { withoutKey } from "./managers.js";
import type { Writer } from "./writer.js";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";
const annotationsLimit = 256 * 1024;

/** What was applied on the client and is live as it was applied: `kubectl` may take it. Undefined where it is not known. */
export function appliedByClient(live: KubeObject, { apiVersion, shapeOf }: Writer): FieldSet | undefined {
  const applied = readLastApplied(live);
  const shape = shapeOf(apiVersion);
  if (applied === undefined || shape === undefined || applied["apiVersion"] !== apiVersion) return undefined;
  if ([live, applied].some((object) => shapeProblems(object, shape, "refused").length > 0)) return undefined;
  const { added, modified, removed } = compareValues(applied, live, shape);
  return [modified, added, removed].reduce(difference, fieldsOf(applied, shape));
}

function readLastApplied(live: KubeObject): KubeObject | undefined {
  const text = annotationOf(live);
  if (text === undefined) return undefined;
  try {
    const applied = parseJson(text);
    return isObject(applied) && typeof applied["kind"] === "string" ? applied : undefined;
  } catch {
    return undefined;
  }
}

/** The object with the annotation, where it has one, brought up to what `kubectl` applied now. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  if (annotationOf(object) === undefined) return object;
  const metadata = { ...(object["metadata"] as JsonObject) };
  const annotations = { ...annotationsOf(metadata), [annotation]: lastAppliedText(applied) };
  metadata["annotations"] = fitting(annotations);
  return { ...object, metadata };
}

function annotationOf(object: KubeObject): string | undefined {
  const text = getPath(object, ["metadata", "annotations", annotation]);
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** All annotations as texts: null is an empty one. */
function annotationsOf(metadata: Json): Record<string, string> | undefined {
  const annotations = getKey(metadata, "annotations");
  if (!isObject(annotations)) return undefined;
  const texts = Object.entries(annotations).map(([key, value]) => [
    key,
    typeof value === "string" ? value : "",
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

function lastAppliedText(applied: KubeObject): string {
  const metadata = getKey(applied, "metadata");
  if (!isObject(metadata)) return `${goJson(sortedKeys(applied))}\n`;
  const annotations = annotationsOf(metadata);
  const others = withoutKey(metadata, "annotations");
  if (annotations !== undefined) others["annotations"] = withoutKey(annotations, annotation);
  return `${goJson(sortedKeys({ ...applied, metadata: others }))}\n`;
}

function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort(compareText)) setKey(sorted, key, sortedKeys(value[key] as Json));
  return sorted;
}

/** Without the annotation where all together would be too large. */
function fitting(annotations: Record<string, string>): JsonObject {
  const encoder = new TextEncoder();
  const size = Object.entries(annotations).reduce(
    (sum, entry) => sum + encoder.encode(entry.join("")).length,
    0,
  );
  return size <= annotationsLimit ? annotations : withoutKey(annotations, annotation);
}
