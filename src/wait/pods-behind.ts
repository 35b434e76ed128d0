/**
 * The Pods behind a workload that is not ready: which they are, and what they say. A workload only counts its Pods; why
 * one of them does not start stands in the Pod.
 */
import { getKey, getPath } from "../json.js";
import type { KubeObject } from "../model.js";
import { generationOf, observedGeneration } from "./conditions.js";
import { byWorst, troubleOf } from "./kinds/pods.js";
import type { Trouble } from "./kinds/pods.js";
import { counted, newlySeen, numberOf, objectsOf, textOf } from "./readiness.js";
import type { SeenFor } from "./readiness.js";
import { selectorOf, selectorOfLabels } from "./selector.js";
import type { Selector } from "./selector.js";

/** What to list in the workload's namespace. */
export interface PodQuery {
  selector: Selector;
  /** A Deployment's Pods are told apart by their ReplicaSets: list these with the same selector. */
  replicaSets: boolean;
}

const kinds = new Set([
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "DaemonSet",
  "Job",
]);

/** What to list to know why a workload is not ready; undefined for an object that is none, or selects nothing. */
export function podQuery(object: KubeObject): PodQuery | undefined {
  const kind = textOf(getKey(object, "kind")) ?? "";
  if (!kinds.has(kind)) return undefined;
  const given = getPath(object, ["spec", "selector"]);
  const selector = kind === "ReplicationController" ? selectorOfLabels(given) : selectorOf(given);
  return selector.length === 0 ? undefined : { selector, replicaSets: kind === "Deployment" };
}

const revision = ["metadata", "annotations", "deployment.kubernetes.io/revision"];
const templateGeneration = ["metadata", "annotations", "deprecated.daemonset.template.generation"];

/**
 * Those of the Pods that are to stay: that the newest template of a workload made, and that are not being deleted. The
 * old ones of a rollout that shall cure them say nothing about it; those that no rollout replaces do. None while its
 * controller has not seen that template.
 *
 * Source: Kubernetes pkg/controller/deployment/util/deployment_util.go (the revision of a ReplicaSet),
 * pkg/controller/statefulset/stateful_set_control.go (the label `controller-revision-hash`; Pods before the partition
 * stay), pkg/controller/daemon/util/daemonset_util.go (the label `pod-template-generation`).
 */
export function podsBehind(
  object: KubeObject,
  pods: readonly KubeObject[],
  replicaSets: readonly KubeObject[] = [],
): KubeObject[] {
  if (!isObserved(object)) return [];
  const owner =
    getKey(object, "kind") === "Deployment"
      ? replicaSets.find(
          (set) => isOwnedBy(set, object) && getPath(set, revision) === getPath(object, revision),
        )
      : object;
  if (owner === undefined) return [];
  return pods.filter(
    (pod) =>
      isOwnedBy(pod, owner) &&
      getPath(pod, ["metadata", "deletionTimestamp"]) === undefined &&
      (isOfNewestTemplate(pod, object) || isLeftByRollouts(pod, object)),
  );
}

function isOfNewestTemplate(pod: KubeObject, workload: KubeObject): boolean {
  const labels: [name: string, value: string | undefined][] = [
    ["controller-revision-hash", textOf(getPath(workload, ["status", "updateRevision"]))],
    ["pod-template-generation", textOf(getPath(workload, templateGeneration))],
  ];
  return labels.every(
    ([name, value]) => value === undefined || getPath(pod, ["metadata", "labels", name]) === value,
  );
}

/** Whether the strategy of a StatefulSet or DaemonSet leaves that Pod as it is, whatever its template says now. */
function isLeftByRollouts(pod: KubeObject, workload: KubeObject): boolean {
  if (getPath(workload, ["spec", "updateStrategy", "type"]) === "OnDelete") return true;
  const partition = numberOf(getPath(workload, ["spec", "updateStrategy", "rollingUpdate", "partition"]));
  const start = numberOf(getPath(workload, ["spec", "ordinals", "start"]));
  const [, ordinal] = /-(\d+)$/.exec(textOf(getPath(pod, ["metadata", "name"])) ?? "") ?? [];
  return ordinal !== undefined && Number(ordinal) - start < partition;
}

/** Jobs do not tell which generation they have seen, and their template does not change. */
function isObserved(object: KubeObject): boolean {
  const generation = generationOf(object);
  const observed = observedGeneration(object);
  return getKey(object, "kind") === "Job" || (observed !== undefined && observed >= (generation ?? 0));
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  const uid = getPath(owner, ["metadata", "uid"]);
  return (
    uid !== undefined &&
    objectsOf(getPath(object, ["metadata", "ownerReferences"])).some((one) => getKey(one, "uid") === uid)
  );
}

/**
 * Why a workload is not ready, as its Pods tell: `Pod web-1: container web: ImagePullBackOff: ...`, the worst of them,
 * and how many others are not ready. Undefined when all are ready.
 */
export function reasonFromPods(pods: readonly KubeObject[], seenFor = newlySeen): string | undefined {
  const troubled = troubles(pods, seenFor);
  const [first] = troubled;
  if (first === undefined) return undefined;
  const others = troubled.length - 1;
  if (others === 0) return first.why;
  const what = troubled.every(({ is }) => is === "ended") ? "failed too" : "not ready";
  return `${first.why} (${counted(others, "other Pod")} ${what})`;
}

/**
 * Why a workload will not become ready, as its Pods tell: a container that can't start, as its image can't be pulled.
 * Undefined when no Pod is so. A container that crashes is a reason and no failure: it may only wait for another that
 * comes up with it, and its workload knows when to give up.
 */
export function failureFromPods(pods: readonly KubeObject[], seenFor = newlySeen): string | undefined {
  return troubles(pods, seenFor).find(({ is }) => is === "stuck")?.why;
}

function troubles(pods: readonly KubeObject[], seenFor: SeenFor): Trouble[] {
  return pods
    .flatMap((pod) => {
      const trouble = troubleOf(pod, seenFor);
      const name = textOf(getPath(pod, ["metadata", "name"])) ?? "";
      return trouble === undefined ? [] : [{ is: trouble.is, why: `Pod ${name}: ${trouble.why}` }];
    })
    .sort(byWorst);
}
