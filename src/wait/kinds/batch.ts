/**
 * Jobs and CronJobs.
 *
 * Source: kstatus core.go, for which a Job is current as soon as it has started: here it has to be done. Kubernetes
 * pkg/controller/job/job_controller.go: FailureTarget comes before Failed, while Pods still end.
 */
import { getKey, getPath } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { conditionOf, hasCondition } from "../conditions.js";
import {
  because,
  counted,
  failed,
  numberOf,
  objectsOf,
  ready,
  someOf,
  textOf,
  waiting,
} from "../readiness.js";
import type { Rule } from "../readiness.js";

const job: Rule = (object) => {
  if (hasCondition(object, "Complete")) return ready;
  const why = jobFailure(object);
  if (why !== undefined) return failed(why);
  // What a spec that suspends its Job asks for is that nothing runs.
  if (getPath(object, ["spec", "suspend"]) === true && isSuspendedByItsAuthor(object)) return ready;
  return waiting(jobProgress(object));
};

/**
 * Whether who wrote a Job's template suspended it, too: a queue that holds it back (Kueue) lets it run later. So it is
 * where managed fields do not tell.
 */
function isSuspendedByItsAuthor(object: KubeObject): boolean {
  const specs = objectsOf(getPath(object, ["metadata", "managedFields"])).map((entry) =>
    getPath(entry, ["fieldsV1", "f:spec"]),
  );
  const authors = specs.filter((spec) => getKey(spec, "f:template") !== undefined);
  return authors.length === 0 || authors.some((spec) => getKey(spec, "f:suspend") !== undefined);
}

/** Why a Job has failed, or is about to; undefined when it has not. */
function jobFailure(object: KubeObject): string | undefined {
  const type = ["Failed", "FailureTarget"].find((one) => hasCondition(object, one));
  if (type === undefined) return undefined;
  const condition = conditionOf(object, type);
  const why = because(getKey(condition, "reason"), getKey(condition, "message"), "");
  return why === "" ? "the Job has failed" : `the Job has failed: ${why}`;
}

/** That a Job has ended, and how: nothing of its conditions changes any more. Undefined while it has not. */
export function endOfJob(object: KubeObject): string | undefined {
  return hasCondition(object, "Complete") ? "the Job has completed" : jobFailure(object);
}

/** How far a Job is: `0 of 1 Pod has succeeded, 1 is running, 2 have failed`. */
export function jobProgress(object: KubeObject): string {
  if (getPath(object, ["spec", "suspend"]) === true) return "it is suspended (spec.suspend)";
  const count = (field: string): number => numberOf(getPath(object, ["status", field]));
  if (textOf(getPath(object, ["status", "startTime"])) === undefined) return "it has not started yet";
  const due = getPath(object, ["spec", "completions"]);
  const done =
    typeof due === "number"
      ? someOf(count("succeeded"), due, "Pod", "done")
      : `${counted(count("succeeded"), "Pod")} done`;
  const active = count("active");
  const lost = count("failed");
  return `${done}, ${active} active${lost === 0 ? "" : `, ${lost} failed`}`;
}

export const batchRules: readonly [key: string, rule: Rule][] = [
  ["batch/Job", job],
  ["batch/CronJob", () => ready],
];
