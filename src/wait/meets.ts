/**
 * Whether an object is what was asked to wait for.
 *
 * Source: kubectl pkg/cmd/wait/{condition,create,delete,json}.go. Where it differs: an object that does not exist yet is
 * waited for, whatever the goal; what a Job or Pod that has ended can't become any more is a failure, and so is what
 * keeps a Pod or workload for good from a condition that comes with being ready.
 */
import { getKey, getPath } from "../json.js";
import type { Json } from "../json.js";
import type { KubeObject } from "../model.js";
import { conditionOf, isOutdated } from "./conditions.js";
import { serviceReadiness } from "./endpoints.js";
import type { Goal } from "./goal.js";
import { findValues } from "./json-path.js";
import { endOfJob, jobProgress } from "./kinds/batch.js";
import { isReplaced, troubleOf } from "./kinds/pods.js";
import { because, brief, failed, newlySeen, objectsOf, ready, textOf, waiting } from "./readiness.js";
import type { Readiness, SeenFor } from "./readiness.js";
import { deletionOf, readinessOf } from "./rules.js";
import { graceMs, unreportedSighting } from "./unreported.js";

/** Whether `meets` needs the EndpointSlices of an object: to be ready, a Service that is named needs endpoints. */
export function needsSlices(goal: Goal, kind: { group: string; kind: string }): boolean {
  return goal.is === "ready" && kind.group === "" && kind.kind === "Service";
}

/**
 * How far an object that was named is from a goal; undefined is for one that does not exist. `seenFor` as of
 * `readinessOf`; `slices` where `needsSlices` says so. Stricter than `readinessOf`, since what was named is what the
 * caller depends on: a Service needs endpoints, a suspended Job is not done, and a custom resource is given a time to get
 * a status.
 */
export function meets(
  goal: Goal,
  object: KubeObject | undefined,
  seenFor?: SeenFor,
  slices?: readonly KubeObject[],
): Readiness {
  if (object === undefined) return goal.is === "delete" ? ready : waiting("it does not exist");
  switch (goal.is) {
    case "create":
      return ready;
    case "delete":
      return waiting(deletionOf(object) ?? "it still exists");
    case "ready":
      return namedReadiness(object, seenFor, slices);
    case "condition":
      return meetsCondition(goal, object, seenFor);
    case "jsonpath":
      return meetsPath(goal, object);
  }
}

function namedReadiness(
  object: KubeObject,
  seenFor: SeenFor | undefined,
  slices: readonly KubeObject[] | undefined,
): Readiness {
  if (isKind(object, "v1", "Service"))
    return slices === undefined
      ? waiting("its EndpointSlices have not been read yet")
      : serviceReadiness(object, slices);
  const readiness = readinessOf(object, seenFor);
  if (readiness.is === "ready" && isKind(object, "batch/v1", "Job") && endOfJob(object) === undefined)
    return waiting(jobProgress(object));
  // What has no status yet may be what its controller has not come to: who names it races with that.
  const unreported = unreportedSighting(object);
  if (readiness.is === "ready" && unreported !== undefined && (seenFor?.(unreported) ?? 0) < graceMs)
    return waiting("it has no status: its controller has not reported yet");
  return readiness;
}

function isKind(object: KubeObject, apiVersion: string, kind: string): boolean {
  return getKey(object, "apiVersion") === apiVersion && getKey(object, "kind") === kind;
}

type ConditionGoal = Extract<Goal, { is: "condition" }>;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function meetsCondition(goal: ConditionGoal, object: KubeObject, seenFor: SeenFor | undefined): Readiness {
  const condition = objectsOf(getPath(object, ["status", "conditions"])).find(
    (one) => same(textOf(getKey(one, "type")) ?? "", goal.name) && typeof getKey(one, "status") === "string",
  );
  if (condition !== undefined && isOutdated(object, condition))
    return waiting(`condition ${goal.name} is not about the newest change yet`);
  const status = textOf(getKey(condition, "status")) ?? "";
  if (condition !== undefined && same(status, goal.status)) return ready;
  const end = endOf(object);
  if (end !== undefined) return failed(end.why);
  const said = because(getKey(condition, "reason"), getKey(condition, "message"), "");
  const what =
    condition === undefined
      ? `it has no condition ${goal.name} yet`
      : `condition ${goal.name} is ${brief(status)}`;
  const readiness = asksReadiness(goal, object) ? unreadiness(object, seenFor) : undefined;
  if (readiness?.is === "failed") return readiness;
  const why = readiness?.why ?? said;
  return waiting(why === "" ? what : `${what}: ${why}`);
}

/** Conditions that come true when a Pod or workload is ready. */
const conditionsOfReadiness = ["Ready", "ContainersReady", "Available", "Complete"];
const podsAndWorkloads = new Set([
  "v1 Pod",
  "v1 ReplicationController",
  ...["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"].map((kind) => `apps/v1 ${kind}`),
  "batch/v1 Job",
]);

/**
 * Whether a goal comes to that an object is ready, be it by a condition of a Pod or workload: then what keeps it from
 * being ready says why, and whether it ever will be.
 */
export function asksReadiness(goal: Goal, object: KubeObject): boolean {
  if (goal.is !== "condition") return goal.is === "ready";
  return (
    same(goal.status, "True") &&
    conditionsOfReadiness.some((name) => same(goal.name, name)) &&
    podsAndWorkloads.has([getKey(object, "apiVersion"), getKey(object, "kind")].map(brief).join(" "))
  );
}

/** Why an object is not ready, or will not be; undefined where it is. What crashes goes on, as kubectl has it. */
function unreadiness(
  object: KubeObject,
  seenFor: SeenFor | undefined,
): Exclude<Readiness, { is: "ready" }> | undefined {
  const readiness = namedReadiness(object, seenFor, undefined);
  if (readiness.is === "ready") return undefined;
  // The condition that is waited for has been named.
  const why = readiness.why.replace(/^it is not Ready: /, "");
  const isCrashing =
    isKind(object, "v1", "Pod") && troubleOf(object, seenFor ?? newlySeen)?.is === "crashing";
  return { is: isCrashing ? "waiting" : readiness.is, why };
}

/** How a Job or Pod has ended, so that its status stays as it is; undefined for what has not. */
function endOf(object: KubeObject): { well: boolean; why: string } | undefined {
  if (isKind(object, "batch/v1", "Job")) {
    const well = conditionIs(object, "Complete");
    // Between what leads to the end and the end itself conditions still change.
    const why = well || conditionIs(object, "Failed") ? endOfJob(object) : undefined;
    return why === undefined ? undefined : { well, why };
  }
  if (!isKind(object, "v1", "Pod") || isReplaced(object)) return undefined;
  const phase = getPath(object, ["status", "phase"]);
  if (phase === "Succeeded") return { well: true, why: "the Pod has completed" };
  if (phase !== "Failed") return undefined;
  const readiness = readinessOf(object);
  return { well: false, why: readiness.is === "failed" ? readiness.why : "the Pod has failed" };
}

function conditionIs(object: KubeObject, type: string): boolean {
  return getKey(conditionOf(object, type), "status") === "True";
}

function meetsPath(goal: PathGoal, object: KubeObject): Readiness {
  const met = comparePath(goal, object);
  if (met.is !== "waiting") return met;
  const end = endOf(object);
  if (end === undefined) return met;
  // What has done its work may still be given a label, or whatever else is asked for beside its status.
  return end.well && !isOfStatus(goal) ? met : failed(end.why);
}

type PathGoal = Extract<Goal, { is: "jsonpath" }>;

function isOfStatus({ steps: [first] }: PathGoal): boolean {
  return first?.is === "field" && first.name === "status";
}

function comparePath(goal: PathGoal, object: KubeObject): Readiness {
  const found = findValues(object, goal.steps);
  const [value] = found;
  if (value === undefined) return waiting(`there is nothing at ${goal.path} yet`);
  if (found.length > 1)
    return failed(`${goal.path} leads to ${found.length} values, and only one can be waited for`);
  if (goal.value === undefined) return ready;
  if (typeof value === "object" && value !== null)
    return failed(
      `${goal.path} leads to ${Array.isArray(value) ? "a list" : "an object"}, which has no one value`,
    );
  const text = goText(value);
  if (text.trim() === goal.value.trim()) return ready;
  // What is in a Secret is never shown, and neither is what it should be.
  if (isKind(object, "v1", "Secret")) return waiting(`${goal.path} has another value`);
  return waiting(`${goal.path} is ${brief(text)}, not ${brief(goal.value)}`);
}

/** A scalar as Go's `%v` prints it. */
function goText(value: Exclude<Json, Json[] | object> | null): string {
  return value === null ? "<nil>" : String(value);
}
