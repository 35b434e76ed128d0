/**
 * Whether an object has become what its spec asks for.
 *
 * Source of the rules: sigs.k8s.io/cli-utils pkg/kstatus/status (core.go, generic.go), kubectl
 * pkg/polymorphichelpers/rollout_status.go. Where they differ from kstatus: a Job is ready when it is done, not when it
 * has started; a load balancer is when it has an address; a StatefulSet that is updated by hand still needs its
 * replicas; a Pod that can't be scheduled is waited for; a `Ready` condition counts whatever the kind.
 */
import { parseApiVersion } from "../group-version.js";
import { getKey, getPath } from "../json.js";
import type { KubeObject } from "../model.js";
import { conditionOf, generationOf, isOutdated, observedGeneration } from "./conditions.js";
import { clusterRules } from "./kinds/cluster.js";
import { batchRules } from "./kinds/batch.js";
import { podRule, pullSightings } from "./kinds/pods.js";
import { storageRules } from "./kinds/storage.js";
import { deadlineSightings, workloadRules } from "./kinds/workloads.js";
import { because, brief, objectsOf, ready, failed, newlySeen, textOf, waiting } from "./readiness.js";
import type { Readiness, Rule, SeenFor } from "./readiness.js";
import { unreportedSighting } from "./unreported.js";

/** By group and kind; of any version. Kinds without a row have their `Ready` condition, if any. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["/Pod", podRule],
  ...workloadRules,
  ...batchRules,
  ...storageRules,
  ...clusterRules,
]);

/**
 * Whether a live object is ready, why it is not, or why it will not be. `seenFor` is for the patience with what may cure
 * itself: a pull that fails, a stalled rollout whose Deployment was just changed. Without it what is seen is new. A
 * reason may become a failure with no change of the object: ask again every few seconds.
 */
export function readinessOf(object: KubeObject, seenFor: SeenFor = newlySeen): Readiness {
  const general = inGeneral(object);
  if (general !== undefined) return general;
  const rule = rules.get(keyOf(object)) ?? byReadyCondition;
  return rule(object, seenFor);
}

/** What is to be seen of an object that its rule, or `meets`, asks `seenFor` about. */
export function sightingsOf(object: KubeObject): string[] {
  const sighting = unreportedSighting(object);
  return sighting === undefined ? (sightings.get(keyOf(object))?.(object) ?? []) : [sighting];
}

const sightings: ReadonlyMap<string, (object: KubeObject) => string[]> = new Map([
  ["/Pod", pullSightings],
  ["apps/Deployment", deadlineSightings],
]);

function keyOf(object: KubeObject): string {
  const { group } = parseApiVersion(textOf(getKey(object, "apiVersion")) ?? "");
  return `${group}/${textOf(getKey(object, "kind")) ?? ""}`;
}

/** What holds for every kind; undefined where the kind's own rule is to decide. */
function inGeneral(object: KubeObject): Readiness | undefined {
  const going = deletionOf(object);
  if (going !== undefined) return waiting(going);
  const generation = generationOf(object);
  const observed = observedGeneration(object);
  if (generation !== undefined && observed !== undefined && observed < generation)
    return waiting("its controller has not seen the newest change yet");
  for (const condition of objectsOf(getPath(object, ["status", "conditions"]))) {
    if (getKey(condition, "status") !== "True" || isOutdated(object, condition)) continue;
    const type = getKey(condition, "type");
    const why = (otherwise: string): string =>
      because(getKey(condition, "reason"), getKey(condition, "message"), otherwise);
    if (type === "Stalled") return failed(why("it is stalled"));
    if (type === "Reconciling") return waiting(why("it is being reconciled"));
  }
  return undefined;
}

/**
 * That an object is being deleted, and what still holds it; undefined where it is not. Of a namespace, its conditions
 * tell what is left in it, and whose finalizers hold that: each that is True is one that is not done with.
 *
 * Source: Kubernetes pkg/controller/namespace/deletion/status_condition_utils.go.
 */
export function deletionOf(object: KubeObject): string | undefined {
  if (textOf(getPath(object, ["metadata", "deletionTimestamp"])) === undefined) return undefined;
  const finalizers = getPath(object, ["metadata", "finalizers"]);
  const holders = Array.isArray(finalizers) ? finalizers.map(brief).filter((name) => name !== "") : [];
  const held = holders.length === 0 ? "" : ` (finalizers: ${holders.join(", ")})`;
  const left = keyOf(object) === "/Namespace" ? trueConditions(object) : [];
  return `it is being deleted${held}${left.map((one) => `; ${one}`).join("")}`;
}

function trueConditions(object: KubeObject): string[] {
  return objectsOf(getPath(object, ["status", "conditions"]))
    .filter((condition) => getKey(condition, "status") === "True")
    .map((condition) =>
      because(getKey(condition, "reason"), getKey(condition, "message"), brief(getKey(condition, "type"))),
    );
}

const byReadyCondition: Rule = (object) => {
  const condition = conditionOf(object, "Ready");
  if (condition === undefined) return ready;
  if (isOutdated(object, condition)) return waiting("its controller has not seen the newest change yet");
  if (getKey(condition, "status") === "True") return ready;
  const reason = brief(getKey(condition, "reason"));
  const message = brief(getKey(condition, "message"));
  // A reason is one word, which does not tell what it is about.
  if (reason !== "" && message === "")
    return waiting(`Ready is ${brief(getKey(condition, "status"))}: ${reason}`);
  return waiting(because(reason, message, "it is not Ready"));
};
