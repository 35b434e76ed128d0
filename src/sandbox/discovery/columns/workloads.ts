/**
 * The cells of jobs, autoscalers and controller revisions.
 *
 * Source: kubernetes pkg/printers/internalversion/printers.go (`printJob`, `formatHPAMetrics`,
 * `printControllerRevision`).
 */
import { parseApiVersion } from "../../../group-version.js";
import { getKey, type Json, type JsonObject } from "../../../json.js";
import { listAt, numberAt, scalarText, textAt, valueAt } from "../values.js";
import { firstOf, isBeingDeleted, isTrueCondition, type Cell } from "./cells.js";
import { humanDuration } from "./duration.js";

export const jobStatus: Cell = (job) => {
  if (isTrueCondition(job, "Complete")) return "Complete";
  if (isTrueCondition(job, "Failed")) return "Failed";
  if (isBeingDeleted(job)) return "Terminating";
  const found = ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) =>
    isTrueCondition(job, type),
  );
  return found ?? "Running";
};

export const jobCompletions: Cell = (job) => {
  const done = String(numberAt(job, "status.succeeded"));
  const wanted = valueAt(job, "spec.completions");
  if (typeof wanted === "number") return `${done}/${String(wanted)}`;
  const parallelism = numberAt(job, "spec.parallelism");
  return parallelism > 1 ? `${done}/1 of ${String(parallelism)}` : `${done}/1`;
};

export const jobDuration: Cell = (job, now) => {
  const start = Date.parse(textAt(job, "status.startTime"));
  const end = Date.parse(textAt(job, "status.completionTime"));
  if (Number.isNaN(start)) return "";
  return humanDuration((Number.isNaN(end) ? now : end) - start);
};

export const suspended: Cell = (cronJob) => {
  const suspend = valueAt(cronJob, "spec.suspend");
  return suspend === undefined ? "<unset>" : suspend === true ? "True" : "False";
};

export const scaleTarget: Cell = (hpa) =>
  `${textAt(hpa, "spec.scaleTargetRef.kind")}/${textAt(hpa, "spec.scaleTargetRef.name")}`;

export const scaleMetrics: Cell = (hpa) => {
  const current = listAt(hpa, "status.currentMetrics");
  const specs = [...ownCpuMetric(hpa), ...listAt(hpa, "spec.metrics")];
  const told = specs.map((spec, at) => metric(spec, current[at] ?? ownCpuStatus(hpa)));
  return told.length === 0 ? "<none>" : firstOf(told, 2, ", ");
};

/** What autoscaling/v1 says in fields of their own, as autoscaling/v2 says it. */
function ownCpuMetric(hpa: JsonObject): JsonObject[] {
  const averageUtilization = valueAt(hpa, "spec.targetCPUUtilizationPercentage");
  if (averageUtilization === undefined) return [];
  return [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization } } }];
}

function ownCpuStatus(hpa: JsonObject): Json | undefined {
  const averageUtilization = valueAt(hpa, "status.currentCPUUtilizationPercentage");
  return averageUtilization === undefined ? undefined : { resource: { current: { averageUtilization } } };
}

const fields: Record<string, string> = {
  External: "external",
  Pods: "pods",
  Object: "object",
  Resource: "resource",
  ContainerResource: "containerResource",
};

function metric(spec: Json, status: Json | undefined): string {
  const type = textAt(spec, "type");
  const field = Object.hasOwn(fields, type) ? (fields[type] ?? "") : "";
  if (field === "") return "<unknown type>";
  const target = valueAt(spec, `${field}.target`);
  const current = valueAt(status, `${field}.current`);
  const average = getKey(target, "averageValue");
  const name =
    field === "resource" || field === "containerResource" ? textAt(spec, `${field}.name`) : undefined;
  if (average !== undefined) {
    const now = `${shown(getKey(current, "averageValue"))}/${shown(average)}`;
    if (name !== undefined) return `${name}: ${now}`;
    return field === "pods" ? now : `${now} (avg)`;
  }
  if (name === undefined) return `${shown(getKey(current, "value"))}/${shown(getKey(target, "value"))}`;
  const used = percent(getKey(current, "averageUtilization"), "<unknown>");
  return `${name}: ${used}/${percent(getKey(target, "averageUtilization"), "<auto>")}`;
}

function shown(value: Json | undefined): string {
  return scalarText(value) || "<unknown>";
}

function percent(value: Json | undefined, absent: string): string {
  return typeof value === "number" ? `${String(value)}%` : absent;
}

/** `deployment.apps/web`, whoever controls the object. */
export const controller: Cell = (object) => {
  const owner = listAt(object, "metadata.ownerReferences").find(
    (reference) => getKey(reference, "controller") === true,
  );
  if (owner === undefined) return "<none>";
  const { group } = parseApiVersion(textAt(owner, "apiVersion"));
  const kind = textAt(owner, "kind");
  return `${(group === "" ? kind : `${kind}.${group}`).toLowerCase()}/${textAt(owner, "name")}`;
};
