/**
 * What the kinds' strategies differ in, as one table.
 *
 * Source: k8s.io/kubernetes pkg/registry, `strategy.go` and `storage.go` of each kind.
 */
import type { Kind } from "../model.js";

/** Kinds that count the versions of their spec in `metadata.generation`. Custom resources do too. */
const counted = new Set([
  "cronjobs.batch",
  "customresourcedefinitions.apiextensions.k8s.io",
  "daemonsets.apps",
  "deployments.apps",
  "deviceclasses.resource.k8s.io",
  "endpointslices.discovery.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "ingressclasses.networking.k8s.io",
  "ingresses.networking.k8s.io",
  "jobs.batch",
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "networkpolicies.networking.k8s.io",
  "poddisruptionbudgets.policy",
  "pods",
  "podtemplates",
  "priorityclasses.scheduling.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
  "replicasets.apps",
  "replicationcontrollers",
  "resourceslices.resource.k8s.io",
  "statefulsets.apps",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
]);

/** Kinds of which every version is the first. */
const neverCounted = new Set(["priorityclasses.scheduling.k8s.io"]);

/** What of the metadata counts beside the spec. */
const countedBeside: Readonly<Record<string, readonly string[]>> = {
  "deployments.apps": ["annotations"],
  "endpointslices.discovery.k8s.io": ["labels"],
};

/** Kinds whose deletion answers with the object; the others answer with a `Status`. */
const answeredWhole = new Set([
  "csidrivers.storage.k8s.io",
  "csinodes.storage.k8s.io",
  "deviceclasses.resource.k8s.io",
  "namespaces",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourceclaims.resource.k8s.io",
  "resourceclaimtemplates.resource.k8s.io",
  "resourcequotas",
  "resourceslices.resource.k8s.io",
  "serviceaccounts",
  "services",
  "storageclasses.storage.k8s.io",
  "volumeattachments.storage.k8s.io",
  "volumeattributesclasses.storage.k8s.io",
]);

/** Kinds of which a PUT makes what is not there. */
const madeByUpdate = new Set([
  "clusterrolebindings.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "endpoints",
  "events",
  "leases.coordination.k8s.io",
  "limitranges",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "runtimeclasses.node.k8s.io",
  "services",
]);

/** Kinds of which a PUT must say which version it is of. Custom resources too. */
const updatedByVersion = new Set([
  "csidrivers.storage.k8s.io",
  "csinodes.storage.k8s.io",
  "csistoragecapacities.storage.k8s.io",
  "leases.coordination.k8s.io",
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "poddisruptionbudgets.policy",
  "runtimeclasses.node.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
  "volumeattachments.storage.k8s.io",
]);

/** Kinds of which a write of the status leaves all of the metadata that users set; custom resources too. */
const statusAlone = new Set([
  "apiservices.apiregistration.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
  "resourceclaims.resource.k8s.io",
  "servicecidrs.networking.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "volumeattachments.storage.k8s.io",
]);

/** What it leaves of others. */
const statusLeaves: Readonly<Record<string, readonly string[]>> = {
  "deployments.apps": ["labels"],
  pods: ["ownerReferences"],
};

const userMetadata = ["annotations", "finalizers", "labels", "ownerReferences"];

const custom = ({ source }: Kind): boolean => source.from === "crd";

export const hasGeneration = (kind: Kind): boolean => custom(kind) || counted.has(kind.collection);
export const generationGrows = (kind: Kind): boolean =>
  hasGeneration(kind) && !neverCounted.has(kind.collection);
export const countedMetadata = ({ collection }: Kind): readonly string[] => countedBeside[collection] ?? [];
/** Of most kinds with a status subresource, what is new has no status but the first. */
export const statusAtBirth = (kind: Kind): boolean => !hasStatus(kind) || kind.collection === "nodes";
export const deletionAnswersObject = (kind: Kind): boolean => answeredWhole.has(kind.collection);
export const updateCreates = (kind: Kind): boolean => madeByUpdate.has(kind.collection);
export const updateNeedsVersion = (kind: Kind): boolean =>
  custom(kind) || updatedByVersion.has(kind.collection);
export const hasStatus = (kind: Kind): boolean => kind.subresources.has("status");

/** Whether a write of the status leaves the metadata as it is. */
export const statusLeavesMetadata = (kind: Kind): boolean => custom(kind) || statusAlone.has(kind.collection);
/** The fields of the metadata that a write of the status leaves as they are. */
export const leftByStatus = (kind: Kind): readonly string[] =>
  statusLeavesMetadata(kind) ? userMetadata : (statusLeaves[kind.collection] ?? []);
