/**
 * Fields that stay as they were created, in one table.
 *
 * Source: the `ValidateXUpdate` functions of kubernetes pkg/apis/<group>/validation.
 */
import { equalJson, getPath, isObject, type Json } from "../../json.js";
import { at, forbidden, invalid, type Spot } from "./spot.js";
import { selectorShown } from "./workloads.js";

/** A field, where it stands, and how it is said where that is not `field is immutable`. */
interface Fixed {
  at: string;
  /** Where the server says that it stands, when it is mistaken about it. */
  saidAt?: string;
  message?: string;
  /** Refused as forbidden, without the value. */
  isForbidden?: true;
  shown?: (value: Json | undefined) => Json;
}

const selector: Fixed = { at: "spec.selector", shown: selectorShown };
const role: Fixed = { at: "roleRef", message: "cannot change roleRef", shown: roleShown };

/** By `group/kind`. */
const fixedFields: Readonly<Record<string, readonly Fixed[]>> = {
  "apps/Deployment": [selector],
  "apps/DaemonSet": [selector],
  "apps/ReplicaSet": [selector],
  "apps/ControllerRevision": [{ at: "data" }],
  "/Secret": [{ at: "type" }],
  "/PersistentVolume": [{ at: "spec.volumeMode", saidAt: "volumeMode" }],
  "/PersistentVolumeClaim": [{ at: "spec.volumeMode", saidAt: "volumeMode" }],
  "discovery.k8s.io/EndpointSlice": [{ at: "addressType" }],
  "networking.k8s.io/IngressClass": [{ at: "spec.controller" }],
  "networking.k8s.io/IPAddress": [{ at: "spec.parentRef" }],
  "node.k8s.io/RuntimeClass": [{ at: "handler" }],
  "rbac.authorization.k8s.io/RoleBinding": [role],
  "rbac.authorization.k8s.io/ClusterRoleBinding": [role],
  "resource.k8s.io/ResourceClaim": [{ at: "spec" }],
  "resource.k8s.io/ResourceClaimTemplate": [{ at: "spec" }],
  "scheduling.k8s.io/PriorityClass": [
    { at: "value", message: "may not be changed in an update.", isForbidden: true },
    { at: "preemptionPolicy" },
  ],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"].map(
    (at) => ({ at }),
  ),
  "storage.k8s.io/VolumeAttributesClass": [
    { at: "driverName", message: "updates to driverName are forbidden.", isForbidden: true },
    { at: "parameters", message: "updates to parameters are forbidden.", isForbidden: true },
  ],
  "storage.k8s.io/VolumeAttachment": [{ at: "spec" }],
  "storage.k8s.io/CSIDriver": [
    { at: "spec.attachRequired", saidAt: "spec.attachedRequired" },
    { at: "spec.volumeLifecycleModes" },
  ],
  "storage.k8s.io/CSIStorageCapacity": [{ at: "nodeTopology" }, { at: "storageClassName" }],
};

/** Refuses changes of what may not change. */
export function immutableRules(object: Spot, kind: string, live: Json): void {
  for (const row of (Object.hasOwn(fixedFields, kind) ? fixedFields[kind] : undefined) ?? []) {
    const path = row.at.split(".");
    const spot = at(object, ...path);
    const before = getPath(live, path);
    if (equalJson(orNone(spot.value), orNone(before))) continue;
    const said = { ...spot, path: row.saidAt ?? spot.path };
    const message = row.message ?? "field is immutable";
    if (row.isForbidden) forbidden(said, message);
    else invalid(said, message, row.shown?.(spot.value) ?? spot.value);
  }
}

/** An empty map or list is none: `equality.Semantic.DeepEqual` of apimachinery. */
function orNone(value: Json | undefined): Json {
  const isEmpty = Array.isArray(value)
    ? value.length === 0
    : isObject(value) && Object.keys(value).length === 0;
  return isEmpty ? null : (value ?? null);
}

function roleShown(reference: Json | undefined): Json {
  const part = (name: string): Json => getPath(reference, [name]) ?? "";
  return { APIGroup: part("apiGroup"), Kind: part("kind"), Name: part("name") };
}
