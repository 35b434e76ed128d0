/**
 * What a server refuses of objects that their schemas permit, in its words. Rules are those that are broken most;
 * objects are in the normal form of `Codec.read`, with all defaults.
 */
import type { Json } from "../../json.js";
import type { KubeObject, ResourceType } from "../../model.js";
import { bundledType, type Cause } from "../../schema/index.js";
import { configMapRules, frozenRules, secretRules } from "./content.js";
import { crdRules, crdUpdateRules } from "./crds.js";
import { immutableRules } from "./immutable.js";
import { cronJobRules, jobRules, jobUpdateRules } from "./jobs.js";
import { metadataRules, metadataUpdateRules } from "./metadata.js";
import {
  endpointsRules,
  ingressClassRules,
  ingressRules,
  networkPolicyRules,
  sliceRules,
} from "./networking.js";
import {
  autoscalerRules,
  bindingRules,
  budgetRules,
  eventRules,
  leaseRules,
  priorityRules,
  quotaRules,
  roleRules,
  runtimeClassRules,
  webhookRules,
} from "./others.js";
import { podRules, podUpdateRules } from "./pods.js";
import { serviceRules, serviceUpdateRules, type Taken } from "./services.js";
import { complete, wholeOf, type Spot } from "./spot.js";
import { deploymentStatusRules, serviceStatusRules } from "./statuses.js";
import {
  claimRules,
  claimUpdateRules,
  storageClassRules,
  volumeRules,
  volumeUpdateRules,
} from "./storage.js";
import {
  daemonSetRules,
  deploymentRules,
  replicaSetRules,
  statefulSetRules,
  statefulSetUpdateRules,
} from "./workloads.js";

export type { Taken } from "./services.js";

/** The rules of a kind, by `group/kind`: of every object (`live` is what it was before), and of changes. */
interface KindRules {
  /** Of an object whose status was written, instead of all others. */
  onStatus?: (object: Spot) => void;
  always: (object: Spot, live?: Json, taken?: Taken) => void;
  onUpdate?: (object: Spot, live: Json) => void;
}

const kinds: Readonly<Record<string, KindRules>> = {
  "/ConfigMap": {
    always: configMapRules,
    onUpdate: (object, live) => frozenRules(object, live, { data: "there", binaryData: "none" }),
  },
  "/Secret": { always: secretRules, onUpdate: (object, live) => frozenRules(object, live, { data: "none" }) },
  "/Pod": { always: podRules, onUpdate: podUpdateRules },
  "/Service": { always: serviceRules, onUpdate: serviceUpdateRules, onStatus: serviceStatusRules },
  "/PersistentVolume": { always: volumeRules, onUpdate: volumeUpdateRules },
  "/PersistentVolumeClaim": { always: claimRules, onUpdate: claimUpdateRules },
  "/Endpoints": { always: endpointsRules },
  "/ResourceQuota": { always: quotaRules },
  "/Event": { always: eventRules },
  "apps/Deployment": { always: deploymentRules, onStatus: deploymentStatusRules },
  "apps/ReplicaSet": { always: replicaSetRules },
  "apps/DaemonSet": { always: daemonSetRules },
  "apps/StatefulSet": { always: statefulSetRules, onUpdate: statefulSetUpdateRules },
  "batch/Job": { always: jobRules, onUpdate: jobUpdateRules },
  "batch/CronJob": { always: cronJobRules },
  "autoscaling/HorizontalPodAutoscaler": { always: autoscalerRules },
  "networking.k8s.io/Ingress": { always: ingressRules },
  "networking.k8s.io/IngressClass": { always: ingressClassRules },
  "networking.k8s.io/NetworkPolicy": { always: networkPolicyRules },
  "discovery.k8s.io/EndpointSlice": { always: sliceRules },
  "policy/PodDisruptionBudget": { always: budgetRules },
  "rbac.authorization.k8s.io/Role": { always: roleRules(true) },
  "rbac.authorization.k8s.io/ClusterRole": { always: roleRules(false) },
  "rbac.authorization.k8s.io/RoleBinding": { always: bindingRules(true) },
  "rbac.authorization.k8s.io/ClusterRoleBinding": { always: bindingRules(false) },
  "storage.k8s.io/StorageClass": { always: storageClassRules },
  "scheduling.k8s.io/PriorityClass": { always: priorityRules },
  "node.k8s.io/RuntimeClass": { always: runtimeClassRules },
  "coordination.k8s.io/Lease": { always: leaseRules },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": { always: webhookRules },
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": { always: webhookRules },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    always: crdRules,
    onUpdate: crdUpdateRules,
    // A storage migration takes versions out of it that a change of the spec must not.
    onStatus: () => undefined,
  },
};

function rulesOf(key: string): KindRules | undefined {
  return Object.hasOwn(kinds, key) ? kinds[key] : undefined;
}

/**
 * What is wrong with a new object: nothing, or causes as a `Status` lists them. Of custom resources only the metadata
 * is judged. `taken` is what other Services have.
 */
export function createProblems(type: ResourceType, object: KubeObject, taken?: Taken): Cause[] {
  const metadata = wholeOf(object);
  const spot = wholeOf(object);
  const isBuiltIn = builtIn(type);
  metadataRules(metadata, type, isBuiltIn);
  if (isBuiltIn) rulesOf(`${type.group}/${type.kind}`)?.always(spot, undefined, taken);
  return together(metadata.found, spot.found);
}

/**
 * What is wrong with an object that is to take the place of another, the change itself included. `isStatus`: its
 * status is what was written.
 */
export function updateProblems(
  type: ResourceType,
  live: KubeObject,
  next: KubeObject,
  { taken, isStatus = false }: { taken?: Taken | undefined; isStatus?: boolean } = {},
): Cause[] {
  const metadata = wholeOf(next);
  const spot = wholeOf(next);
  const isBuiltIn = builtIn(type);
  metadataUpdateRules(metadata, live, type, { isBuiltIn, isStatus });
  if (isBuiltIn) {
    const key = `${type.group}/${type.kind}`;
    const rules = rulesOf(key);
    if (isStatus && rules?.onStatus !== undefined) rules.onStatus(spot);
    else {
      immutableRules(spot, key, live);
      rules?.onUpdate?.(spot, live);
      rules?.always(spot, live, taken);
    }
  }
  return together(metadata.found, spot.found);
}

function together(metadata: readonly Cause[], found: Cause[]): Cause[] {
  return complete.has(found) ? found : [...metadata, ...distinct(found)];
}

/** Kinds of which the rules know all that is needed, and where the server says that it stands. */
const judgedByRules = new Set(["apiextensions.k8s.io/CustomResourceDefinition"]);

/**
 * What rules and a schema find, together: where both speak of a field, or in the same way of what it is in, the rules
 * are heard, who know the words.
 */
export function mergedCauses({ group, kind }: ResourceType, byRules: Cause[], bySchema: Cause[]): Cause[] {
  if (bySchema.length === 0 || complete.has(byRules) || judgedByRules.has(`${group}/${kind}`)) return byRules;
  const isHeard = (schema: Cause): boolean =>
    byRules.some(
      ({ reason, field }) =>
        field === schema.field || (reason === schema.reason && schema.field.startsWith(`${field}.`)),
    );
  return [...byRules, ...bySchema.filter((cause) => !isHeard(cause))];
}

function builtIn({ group, version, kind }: ResourceType): boolean {
  return bundledType(group === "" ? version : `${group}/${version}`, kind) !== undefined;
}

/** Rules meet at some fields: what they say there counts once. */
function distinct(found: Cause[]): Cause[] {
  if (found.length < 2) return found;
  const seen = new Set<string>();
  return found.filter((cause) => {
    const key = `${cause.reason} ${cause.field} ${cause.message}`;
    return !seen.has(key) && seen.add(key);
  });
}
