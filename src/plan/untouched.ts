/** Whether the spec of an object is as it was created. */
import { getPath } from "../json.js";
import type { KubeObject } from "../model.js";

/**
 * Built-in kinds that start at generation 1, whatever the request says, and count every change of their spec. Of other
 * kinds a generation says nothing: a Service keeps the one that it was created with.
 *
 * Source: `strategy.go` of each kind (k8s.io/kubernetes, `pkg/registry`; k8s.io/apiextensions-apiserver,
 * `pkg/registry/customresourcedefinition`).
 */
const countingKinds = new Set([
  "apps/v1 DaemonSet",
  "apps/v1 Deployment",
  "apps/v1 ReplicaSet",
  "apps/v1 StatefulSet",
  "apiextensions.k8s.io/v1 CustomResourceDefinition",
  "batch/v1 CronJob",
  "batch/v1 Job",
  "networking.k8s.io/v1 Ingress",
  "networking.k8s.io/v1 NetworkPolicy",
  "policy/v1 PodDisruptionBudget",
]);

/** Whether nothing in the spec was changed since the object was created; false where that can't be told. */
export function isSpecUntouched(live: KubeObject): boolean {
  return getPath(live, ["metadata", "generation"]) === 1 && countsChanges(live);
}

function countsChanges({ apiVersion, kind }: KubeObject): boolean {
  if (typeof apiVersion !== "string" || typeof kind !== "string") return false;
  return isCustom(apiVersion) || countingKinds.has(`${apiVersion} ${kind}`);
}

/**
 * Custom resources all count (apiextensions-apiserver, `pkg/registry/customresource/strategy.go`). Groups without a dot
 * and below `k8s.io` are taken to be built in, or served by API servers of their own.
 */
function isCustom(apiVersion: string): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version !== undefined && group.includes(".") && !group.endsWith(".k8s.io");
}
