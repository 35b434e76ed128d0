/** Order: what others need comes first; within a stage, all at once (design, decision 7). */
import type { ResourceType } from "../model.js";

/** The stages in order. A stage begins when the one before has ended without a failure. */
export const stages = [
  "namespaces",
  "definitions",
  "prerequisites",
  "workloads",
  "custom resources",
  "interceptors",
] as const;

export type Stage = (typeof stages)[number];

/** Kinds that run pods, or that act on what does, by group. */
const workloads: Record<string, readonly string[]> = {
  "": ["Pod", "ReplicationController"],
  apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  batch: ["Job", "CronJob"],
  autoscaling: ["HorizontalPodAutoscaler"],
};

/** Kinds that make the server refuse or change what comes after them: last, or they hit their own set. */
const interceptors: Record<string, readonly string[]> = {
  "admissionregistration.k8s.io": [
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicyBinding",
  ],
  "apiregistration.k8s.io": ["APIService"],
};

/** The stage of a type. `isBuiltIn` tells kinds of Kubernetes itself from those that a CRD or an add-on defines. */
export function stageOf({ group, kind }: ResourceType, isBuiltIn: boolean): Stage {
  if (group === "" && kind === "Namespace") return "namespaces";
  if (group === "apiextensions.k8s.io" && kind === "CustomResourceDefinition") return "definitions";
  if (workloads[group]?.includes(kind) === true) return "workloads";
  if (interceptors[group]?.includes(kind) === true) return "interceptors";
  return isBuiltIn ? "prerequisites" : "custom resources";
}
