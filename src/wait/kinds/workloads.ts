/**
 * The kinds that keep Pods running. Counts of their status are true only once their controller has seen the spec.
 *
 * Source: kstatus core.go; kubectl rollout_status.go; Kubernetes pkg/controller/deployment/progress.go,
 * pkg/controller/replicaset/replica_set_utils.go, pkg/controller/statefulset/stateful_set_control.go.
 */
import { getKey, getPath } from "../../json.js";
import type { Json } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { conditionOf, hasCondition, lastChange, observedGeneration } from "../conditions.js";
import { because, counted, failed, numberOf, ready, someOf, timeOf, waiting } from "../readiness.js";
import type { Readiness, Rule } from "../readiness.js";

/** A rule for what a controller must have seen at all. */
const once =
  (rule: Rule): Rule =>
  (object, seenFor) =>
    observedGeneration(object) === undefined
      ? waiting("its controller has not seen it yet")
      : rule(object, seenFor);

const spec = (object: KubeObject, ...path: string[]): Json | undefined => getPath(object, ["spec", ...path]);
const status = (object: KubeObject, field: string): number => numberOf(getPath(object, ["status", field]));
const wantedReplicas = (object: KubeObject): number => numberOf(spec(object, "replicas"), 1);

const deployment: Rule = (object, seenFor) => {
  const progressing = conditionOf(object, "Progressing");
  const reason = getKey(progressing, "reason");
  const paused = spec(object, "paused") === true;
  const [older] = deadlineSightings(object);
  const deadlineMs = 1000 * numberOf(spec(object, "progressDeadlineSeconds"));
  if (reason === deadlineExceeded && !paused && (older === undefined || seenFor(older) >= deadlineMs))
    return failed(stalled(object, progressing));
  const counts = deploymentCounts(object);
  if (counts !== undefined) return waiting(counts + afterwards(object));
  // The controller only keeps the condition where there is a deadline, and not while the rollout is paused.
  if (progressing !== undefined && reason !== "NewReplicaSetAvailable" && !paused)
    return waiting("its new ReplicaSet is not available yet");
  const available = conditionOf(object, "Available");
  if (getKey(available, "status") === "True") return ready;
  return waiting(because(getKey(available, "reason"), getKey(available, "message"), "it is not available"));
};

/**
 * That it was an older spec whose deadline passed. The controller leaves the condition as it is until the rollout
 * moves, `observedGeneration` notwithstanding: the change that cures a rollout would fail it (seen on Kubernetes 1.36,
 * going back by two revisions). Once it has been seen for a whole deadline, the condition is about the change. The two
 * times that are compared are the controller's and the API server's: both are the cluster's.
 */
export function deadlineSightings(object: KubeObject): string[] {
  const progressing = conditionOf(object, "Progressing");
  const said = timeOf(getKey(progressing, "lastUpdateTime"));
  const changed = lastChange(object);
  if (getKey(progressing, "reason") !== deadlineExceeded || said === undefined || changed === undefined)
    return [];
  return said <= changed ? [`deadline of before ${changed}`] : [];
}

const deadlineExceeded = "ProgressDeadlineExceeded";

function deploymentCounts(object: KubeObject): string | undefined {
  const wanted = wantedReplicas(object);
  const [all, updated] = [status(object, "replicas"), status(object, "updatedReplicas")];
  if (updated < wanted) return someOf(updated, wanted, "replica", "updated");
  if (all > wanted) return leaving(all - wanted);
  return missing(object, wanted);
}

/** Why a rollout does not go on, beyond the counts. */
function afterwards(object: KubeObject): string {
  const refused = refusedPods(object);
  if (refused !== undefined) return `: ${refused}`;
  return spec(object, "paused") === true ? ": the rollout is paused (spec.paused)" : "";
}

function stalled(object: KubeObject, progressing: KubeObject | undefined): string {
  const why = because(getKey(progressing, "reason"), getKey(progressing, "message"), "");
  const counts = deploymentCounts(object);
  const refused = refusedPods(object);
  return [why, counts, refused].filter((part) => part !== undefined).join("; ");
}

/** Why the API server refuses Pods of a ReplicaSet: mostly a quota or an admission policy. */
function refusedPods(object: KubeObject): string | undefined {
  if (!hasCondition(object, "ReplicaFailure")) return undefined;
  const failure = conditionOf(object, "ReplicaFailure");
  return because(getKey(failure, "reason"), getKey(failure, "message"), "Pods can't be created");
}

/** Which replicas are not available or not ready, if any. */
function missing(object: KubeObject, wanted: number): string | undefined {
  const available = status(object, "availableReplicas");
  const readyOnes = status(object, "readyReplicas");
  if (readyOnes < wanted) return someOf(readyOnes, wanted, "replica", "ready");
  if (available < wanted) return someOf(available, wanted, "replica", "available");
  return undefined;
}

function leaving(count: number): string {
  return `${counted(count, "replica")} too many ${count === 1 ? "is" : "are"} still there`;
}

/** ReplicaSets, and ReplicationControllers, which have the same status. */
const replicaSet: Rule = (object) => {
  const wanted = wantedReplicas(object);
  const all = status(object, "replicas");
  const why =
    all < wanted
      ? someOf(all, wanted, "replica", "there")
      : (missing(object, wanted) ?? (all > wanted ? leaving(all - wanted) : undefined));
  const refused = refusedPods(object);
  if (why !== undefined) return waiting(refused === undefined ? why : `${why}: ${refused}`);
  return refused === undefined ? ready : waiting(refused);
};

const statefulSet: Rule = (object) => {
  const wanted = wantedReplicas(object);
  const all = status(object, "replicas");
  if (all < wanted) return waiting(someOf(all, wanted, "replica", "there"));
  const readyOnes = status(object, "readyReplicas");
  if (readyOnes < wanted) return waiting(someOf(readyOnes, wanted, "replica", "ready"));
  if (all > wanted) return waiting(leaving(all - wanted));
  // Older controllers do not count what is available; those that know minReadySeconds do.
  if (numberOf(spec(object, "minReadySeconds")) > 0 && status(object, "availableReplicas") < wanted)
    return waiting(someOf(status(object, "availableReplicas"), wanted, "replica", "available"));
  return statefulRollout(object, wanted);
};

/** How far a StatefulSet's Pods are of its newest revision; the strategy OnDelete leaves that to people. */
function statefulRollout(object: KubeObject, wanted: number): Readiness {
  if (spec(object, "updateStrategy", "type") === "OnDelete") return ready;
  const partition = spec(object, "updateStrategy", "rollingUpdate", "partition");
  const updated = status(object, "updatedReplicas");
  if (typeof partition === "number") {
    const due = Math.max(0, wanted - partition);
    const what = partition === 0 ? "updated" : `updated (partition ${partition})`;
    return updated < due ? waiting(someOf(updated, due, "replica", what)) : ready;
  }
  const revision = (name: string): Json | undefined => getPath(object, ["status", name]);
  return revision("currentRevision") === revision("updateRevision")
    ? ready
    : waiting(someOf(updated, wanted, "replica", "updated"));
}

const daemonSet: Rule = (object) => {
  const wanted = getPath(object, ["status", "desiredNumberScheduled"]);
  if (typeof wanted !== "number") return waiting("its controller has not seen it yet");
  const steps: [field: string, what: string][] = [
    ["currentNumberScheduled", "scheduled"],
    ["updatedNumberScheduled", "updated"],
    ["numberReady", "ready"],
    ["numberAvailable", "available"],
  ];
  const byHand = spec(object, "updateStrategy", "type") === "OnDelete";
  for (const [field, what] of steps) {
    if (byHand && what === "updated") continue;
    if (status(object, field) < wanted) return waiting(someOf(status(object, field), wanted, "Pod", what));
  }
  return ready;
};

export const workloadRules: readonly [key: string, rule: Rule][] = [
  ["apps/Deployment", once(deployment)],
  ["apps/ReplicaSet", once(replicaSet)],
  ["/ReplicationController", once(replicaSet)],
  ["apps/StatefulSet", once(statefulSet)],
  ["apps/DaemonSet", once(daemonSet)],
];
