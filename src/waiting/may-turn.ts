/** Whether what is ready now may still come to be otherwise. */
import { getKey, getPath, isObject } from "../json.js";
import type { Json } from "../json.js";
import { apiVersionOf } from "../group-version.js";
import type { KubeObject, ResourceType } from "../model.js";
import { bundledType } from "../schema/index.js";
import type { Goal } from "../wait/index.js";

/**
 * Whether an object that is what was asked for may turn. Only readiness does: a condition or a value is met once it was
 * seen, as in kubectl wait. What has done its work is done, and may be cleaned up; and of a built-in kind without a
 * status nothing is known but that it is there.
 */
export function mayTurn(object: KubeObject | undefined, goal: Goal, type: ResourceType): boolean {
  if (goal.is !== "ready" || object === undefined) return false;
  if (type.group === "" && type.kind === "Pod") return getPath(object, ["status", "phase"]) !== "Succeeded";
  if (type.group === "batch" && type.kind === "Job") return !isComplete(object);
  return saysAnything(getKey(object, "status")) || bundledType(apiVersionOf(type), type.kind) === undefined;
}

function isComplete(job: KubeObject): boolean {
  const conditions = getPath(job, ["status", "conditions"]);
  return (
    Array.isArray(conditions) &&
    conditions.some((one) => getKey(one, "type") === "Complete" && getKey(one, "status") === "True")
  );
}

/** A Service has `status: { loadBalancer: {} }`, which says nothing. */
function saysAnything(status: Json | undefined): boolean {
  if (Array.isArray(status)) return status.length > 0;
  if (isObject(status)) return Object.values(status).some(saysAnything);
  return status !== undefined && status !== null;
}
