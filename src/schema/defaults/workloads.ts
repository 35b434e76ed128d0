/**
 * Defaults of what runs pods: Deployments and the like, Jobs, CronJobs, autoscalers.
 *
 * Source: kubernetes pkg/apis/{apps,batch,autoscaling}/*\/defaults.go, apps/v1/conversion.go (the type of claim
 * templates), autoscaling/v1/conversion.go (the metric of v1).
 */
import { getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import { withValue, type Rows } from "./row.js";

const rolling = "RollingUpdate";

const rollsBy =
  (field: string) =>
  (spec: JsonObject): boolean =>
    getKey(spec[field], "type") === rolling;

const one = { at: "replicas", value: 1 };
const history = { at: "revisionHistoryLimit", value: 10 };

export const workloadRows: Rows = {
  "io.k8s.api.apps.v1.DeploymentSpec": [
    one,
    { at: "strategy.type", value: rolling },
    { at: "strategy.rollingUpdate.maxUnavailable", value: "25%", when: rollsBy("strategy") },
    { at: "strategy.rollingUpdate.maxSurge", value: "25%", when: rollsBy("strategy") },
    history,
    { at: "progressDeadlineSeconds", value: 600 },
  ],
  "io.k8s.api.apps.v1.DaemonSetSpec": [
    { at: "updateStrategy.type", value: rolling },
    { at: "updateStrategy.rollingUpdate.maxUnavailable", value: 1, when: rollsBy("updateStrategy") },
    { at: "updateStrategy.rollingUpdate.maxSurge", value: 0, when: rollsBy("updateStrategy") },
    history,
  ],
  "io.k8s.api.apps.v1.StatefulSetSpec": [
    { at: "podManagementPolicy", value: "OrderedReady" },
    // Only the strategy that is not given at all gets a rollingUpdate; a given one only its missing parts.
    {
      at: "updateStrategy.rollingUpdate",
      from: ({ updateStrategy: given }) => (getKey(given, "type") === undefined ? {} : undefined),
    },
    { at: "updateStrategy.type", value: rolling },
    {
      at: "updateStrategy.rollingUpdate.partition",
      value: 0,
      when: (spec) =>
        rollsBy("updateStrategy")(spec) && isObject(getKey(spec["updateStrategy"], "rollingUpdate")),
    },
    { at: "persistentVolumeClaimRetentionPolicy.whenDeleted", value: "Retain" },
    { at: "persistentVolumeClaimRetentionPolicy.whenScaled", value: "Retain" },
    one,
    history,
    { rewrite: withTypedClaims },
  ],
  "io.k8s.api.apps.v1.ReplicaSetSpec": [one],
  "io.k8s.api.core.v1.ReplicationController": [
    { at: "spec.replicas", value: 1 },
    { rewrite: withTemplateLabels },
  ],
  "io.k8s.api.batch.v1.Job": [
    { at: "spec.completions", from: ({ spec }) => (isUnset(spec, "parallelism") ? 1 : undefined) },
    { at: "spec.parallelism", value: 1 },
    {
      at: "spec.backoffLimit",
      from: ({ spec }) => (isUnset(spec, "backoffLimitPerIndex") ? 6 : 2 ** 31 - 1),
    },
    { at: "metadata.labels", from: ({ spec }) => labelsOf(spec) },
    { at: "spec.completionMode", value: "NonIndexed" },
    { at: "spec.suspend", value: false },
    {
      at: "spec.podReplacementPolicy",
      from: ({ spec }) => (isUnset(spec, "podFailurePolicy") ? "TerminatingOrFailed" : "Failed"),
    },
    { at: "spec.manualSelector", value: false },
  ],
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern": [{ at: "status", value: "True" }],
  "io.k8s.api.batch.v1.CronJobSpec": [
    { at: "concurrencyPolicy", value: "Allow" },
    { at: "suspend", value: false },
    { at: "successfulJobsHistoryLimit", value: 3 },
    { at: "failedJobsHistoryLimit", value: 1 },
  ],
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec": [
    { at: "minReplicas", value: 1 },
    { at: "targetCPUUtilizationPercentage", value: 80 },
  ],
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": [
    { at: "minReplicas", value: 1 },
    {
      at: "metrics",
      value: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
        },
      ],
    },
  ],
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior": [
    { at: "scaleUp.stabilizationWindowSeconds", value: 0 },
    { at: "scaleUp.selectPolicy", value: "Max" },
    {
      at: "scaleUp.policies",
      value: [
        { type: "Pods", value: 4, periodSeconds: 15 },
        { type: "Percent", value: 100, periodSeconds: 15 },
      ],
    },
    { at: "scaleDown.selectPolicy", value: "Max" },
    { at: "scaleDown.policies", value: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
  ],
};

function isUnset(spec: Json | undefined, field: string): boolean {
  const value = getKey(spec, field);
  return value === undefined || value === null;
}

function labelsOf(spec: Json | undefined): Json | undefined {
  const labels = getPath(spec, ["template", "metadata", "labels"]);
  return isObject(labels) && Object.keys(labels).length > 0 ? labels : undefined;
}

function withTemplateLabels(controller: JsonObject): JsonObject {
  const labels = labelsOf(controller["spec"]);
  if (labels === undefined) return controller;
  let next = controller;
  if (isUnset(controller["spec"], "selector")) next = withValue(next, ["spec", "selector"], labels);
  if (isUnset(controller["metadata"], "labels")) next = withValue(next, ["metadata", "labels"], labels);
  return next;
}

function withTypedClaims(spec: JsonObject): JsonObject {
  const { volumeClaimTemplates: claims } = spec;
  if (!Array.isArray(claims) || claims.every((claim) => getKey(claim, "kind") !== undefined)) return spec;
  const typed = claims.map((claim) =>
    isObject(claim) ? { ...claim, apiVersion: "v1", kind: "PersistentVolumeClaim" } : claim,
  );
  return { ...spec, volumeClaimTemplates: typed };
}
