/** Objects of kinds that are not built in, of which their controllers have said nothing yet. */
import { parseApiVersion } from "../group-version.js";
import { getKey, getPath, isObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { textOf } from "./readiness.js";

/**
 * For how long an object without a status may be one that its controller has not come to yet: longer than a controller
 * takes that runs, and no longer than is bearable for a kind that never has one.
 */
export const graceMs = 10_000;

/** The groups of Kubernetes itself that are named as those of CRDs are (a CRD's group has a dot). */
const ownGroups = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** What is to be seen of an object of a kind that is not built in while it has no status; undefined for any other. */
export function unreportedSighting(object: KubeObject): string | undefined {
  const { group } = parseApiVersion(textOf(getKey(object, "apiVersion")) ?? "");
  if (!group.includes(".") || ownGroups.has(group)) return undefined;
  const status = getKey(object, "status");
  if (isObject(status) && Object.keys(status).length > 0) return undefined;
  return `no status of ${textOf(getPath(object, ["metadata", "uid"])) ?? ""}`;
}
