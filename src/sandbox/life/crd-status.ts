/** What the status and the finalizers of a CRD say of its life. */
import { getKey, isObject, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";

/** The finalizer that holds a CRD until its objects have gone. */
export const cleanup = "customresourcecleanup.apiextensions.k8s.io";

export function condition(
  type: string,
  status: "True" | "False",
  reason: string,
  message: string,
): JsonObject {
  return { type, status, reason, message };
}

/** A CRD that is deleted says that its objects are going. */
export function terminating(crd: KubeObject, time: string): KubeObject {
  const status = isObject(crd["status"]) ? crd["status"] : {};
  const before = getKey(status, "conditions");
  const words = "CustomResource deletion is in progress";
  const next = condition("Terminating", "True", "InstanceDeletionInProgress", words);
  const conditions = [...(Array.isArray(before) ? before : []), { ...next, lastTransitionTime: time }];
  return { ...crd, status: { ...status, conditions } };
}
