/** `status.conditions`, and whether the controller has seen the newest spec. */
import { getKey, getPath } from "../json.js";
import type { KubeObject } from "../model.js";
import { objectsOf, textOf, timeOf } from "./readiness.js";

/** The first condition of a type. */
export function conditionOf(object: KubeObject, type: string): KubeObject | undefined {
  return objectsOf(getPath(object, ["status", "conditions"])).find((one) => getKey(one, "type") === type);
}

/** Whether there is a condition of that type with that status, `True` without one. */
export function hasCondition(object: KubeObject, type: string, status = "True"): boolean {
  return getKey(conditionOf(object, type), "status") === status;
}

/** `metadata.generation`, which counts the changes of the spec; undefined for kinds that do not count. */
export function generationOf(object: KubeObject): number | undefined {
  const generation = getPath(object, ["metadata", "generation"]);
  return typeof generation === "number" ? generation : undefined;
}

/** The generation that the status is about; undefined where nothing says. */
export function observedGeneration(object: KubeObject): number | undefined {
  const observed = getPath(object, ["status", "observedGeneration"]);
  return typeof observed === "number" ? observed : undefined;
}

/**
 * Whether a condition is about an older spec than the object has: by its own `observedGeneration`, else by that of
 * the status.
 *
 * Source: kubectl pkg/cmd/wait/condition.go.
 */
export function isOutdated(object: KubeObject, condition: KubeObject): boolean {
  const generation = generationOf(object);
  const own = getKey(condition, "observedGeneration");
  const observed = typeof own === "number" ? own : observedGeneration(object);
  return generation !== undefined && observed !== undefined && observed < generation;
}

/**
 * When the spec was last written, by the cluster's clock, in milliseconds since the epoch; undefined where managed
 * fields do not tell. Whoever writes spec and labels together counts though only a label was changed.
 */
export function lastChange(object: KubeObject): number | undefined {
  const times = objectsOf(getPath(object, ["metadata", "managedFields"]))
    .filter((entry) => textOf(getKey(entry, "subresource")) === undefined && writesSpec(entry))
    .map((entry) => timeOf(getKey(entry, "time")))
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function writesSpec(entry: KubeObject): boolean {
  const fields = getKey(entry, "fieldsV1");
  return fields === undefined || getKey(fields, "f:spec") !== undefined;
}
