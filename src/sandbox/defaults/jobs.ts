/**
 * The selector of a Job, and the labels of its pods, made from its UID.
 *
 * Source: kubernetes pkg/registry/batch/job/strategy.go (`generateSelector`).
 */
import { getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import { withValue } from "../../schema/index.js";
import type { Prepare } from "./context.js";

const controllerUid = "batch.kubernetes.io/controller-uid";

/** A new Job that does not bring a selector of its own. */
export const prepareJob: Prepare = (job, { uid }) => {
  const { metadata, spec } = job;
  if (!isObject(spec) || spec["manualSelector"] === true) return job;
  const name = getKey(metadata, "name") ?? "";
  const labels = {
    "controller-uid": uid,
    "job-name": name,
    [controllerUid]: uid,
    "batch.kubernetes.io/job-name": name,
  };
  const ofTemplate = getPath(spec, ["template", "metadata", "labels"]);
  const ofJob = getKey(metadata, "labels");
  const all = { ...labels, ...partOf(ofTemplate) };
  const matched = { [controllerUid]: uid, ...partOf(getPath(spec, ["selector", "matchLabels"])) };
  const steps: [string[], Json][] = [
    [["spec", "template", "metadata", "labels"], all],
    [["spec", "selector", "matchLabels"], matched],
  ];
  // Labels that a Job took over from its template are the very same map, in Go as here.
  if (ofJob === undefined || ofJob === ofTemplate) steps.push([["metadata", "labels"], all]);
  return steps.reduce((next, [at, value]) => withValue(next, at, value), job);
};

function partOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
