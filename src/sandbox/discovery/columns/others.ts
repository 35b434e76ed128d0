/**
 * The cells of nodes, volumes, events, roles and the rest.
 *
 * Source: kubernetes pkg/printers/internalversion/printers.go; kube-aggregator
 * pkg/registry/apiservice/etcd/etcd.go.
 */
import { getKey, type Json, type JsonObject } from "../../../json.js";
import { entriesAt, listAt, numberAt, scalarText, textAt, valueAt } from "../values.js";
import { annotation, condition, isBeingDeleted, isTrueCondition, type Cell } from "./cells.js";
import { humanDuration, since } from "./duration.js";

export const nodeStatus: Cell = (node) => {
  const ready = condition(node, "Ready");
  const status = ready === undefined ? "Unknown" : isTrueCondition(node, "Ready") ? "Ready" : "NotReady";
  return valueAt(node, "spec.unschedulable") === true ? `${status},SchedulingDisabled` : status;
};

const rolePrefix = "node-role.kubernetes.io/";

export const nodeRoles: Cell = (node) => {
  const roles = entriesAt(node, "metadata.labels").flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.slice(rolePrefix.length);
    return key === "kubernetes.io/role" && typeof value === "string" ? value : [];
  });
  return [...new Set(roles.filter((role) => role !== ""))].sort().join(",") || "<none>";
};

export const nodeAddress =
  (type: string): Cell =>
  (node) => {
    const found = listAt(node, "status.addresses").find((address) => textAt(address, "type") === type);
    return found === undefined ? "<none>" : textAt(found, "address");
  };

export const nodeInfo =
  (field: string): Cell =>
  (node) => {
    const value = textAt(node, `status.nodeInfo.${field}`) || "<unknown>";
    const architecture = textAt(node, "status.nodeInfo.architecture");
    return field === "kernelVersion" && architecture !== "" ? `${value} (${architecture})` : value;
  };

/** A phase, but for what is being deleted. */
export const volumePhase: Cell = (volume) =>
  isBeingDeleted(volume) ? "Terminating" : textAt(volume, "status.phase");

export const volumeClaim: Cell = (volume) => {
  const claim = valueAt(volume, "spec.claimRef");
  return claim === undefined ? "" : `${textAt(claim, "namespace")}/${textAt(claim, "name")}`;
};

export const volumeClass: Cell = (volume) =>
  annotation(volume, "volume.beta.kubernetes.io/storage-class") ?? textAt(volume, "spec.storageClassName");

const modes = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
] as const;

export const accessModes =
  (path: string): Cell =>
  (volume) => {
    const given = listAt(volume, path);
    return modes.flatMap(([mode, short]) => (given.includes(mode) ? short : [])).join(",");
  };

/** What a claim has once it has a volume. */
export const onceBound =
  (cell: Cell): Cell =>
  (claim, now) =>
    textAt(claim, "spec.volumeName") === "" ? "" : cell(claim, now);

export const claimCapacity: Cell = (claim) => textAt(claim, "status.capacity.storage") || "0";

/** An event of either group: of `events.k8s.io`, by the names that the core group has. */
function coreEvent(event: JsonObject): JsonObject {
  if (getKey(event, "regarding") === undefined && getKey(event, "note") === undefined) return event;
  return {
    ...event,
    involvedObject: event["regarding"] ?? {},
    message: event["note"] ?? "",
    source: event["deprecatedSource"] ?? {},
    count: event["deprecatedCount"] ?? 0,
    firstTimestamp: event["deprecatedFirstTimestamp"] ?? null,
    lastTimestamp: event["deprecatedLastTimestamp"] ?? null,
    reportingComponent: event["reportingController"] ?? "",
  };
}

const ofEvent =
  (cell: Cell): Cell =>
  (event, now) =>
    cell(coreEvent(event), now);

const first: Cell = (event, now) => since(event["firstTimestamp"] ?? event["eventTime"], now);

export const firstSeen = ofEvent(first);

export const lastSeen = ofEvent((event, now) => {
  const series = event["series"];
  if (series !== undefined && series !== null) return since(getKey(series, "lastObservedTime"), now);
  const last = event["lastTimestamp"];
  return last === undefined || last === null ? first(event, now) : since(last, now);
});

export const eventCount = ofEvent((event) => {
  const series = event["series"];
  if (series !== undefined && series !== null) return numberAt(series, "count");
  return numberAt(event, "count") || 1;
});

export const eventObject = ofEvent((event) => {
  const kind = textAt(event, "involvedObject.kind").toLowerCase();
  const name = textAt(event, "involvedObject.name");
  return name === "" ? kind : `${kind}/${name}`;
});

export const eventField = ofEvent((event) => textAt(event, "involvedObject.fieldPath"));

export const eventMessage = ofEvent((event) => textAt(event, "message").trim());

export const eventSource = ofEvent((event) => {
  const component = textAt(event, "source.component") || textAt(event, "reportingComponent");
  const host = textAt(event, "source.host") || textAt(event, "reportingInstance");
  return host === "" ? component : `${component}, ${host}`;
});

export const roleReference: Cell = (binding) =>
  `${textAt(binding, "roleRef.kind")}/${textAt(binding, "roleRef.name")}`;

/** The subjects of a kind, service accounts with their namespaces. */
export const subjects =
  (kind: "User" | "Group" | "ServiceAccount"): Cell =>
  (binding) =>
    listAt(binding, "subjects")
      .filter((subject) => textAt(subject, "kind") === kind)
      .map((subject) =>
        kind === "ServiceAccount"
          ? `${textAt(subject, "namespace")}/${textAt(subject, "name")}`
          : textAt(subject, "name"),
      )
      .join(", ");

/** The quotas of requests, or those of limits: `cpu: 1/2, pods: 0/10`. */
export const quotas =
  (of: "requests" | "limits"): Cell =>
  (quota) =>
    entriesAt(quota, "status.hard")
      .filter(([name]) => name.startsWith("limits.") === (of === "limits"))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, hard]) => `${name}: ${used(quota, name)}/${scalarText(hard)}`)
      .join(", ");

function used(quota: JsonObject, name: string): string {
  const found = getKey(valueAt(quota, "status.used"), name);
  return typeof found === "string" ? found : "0";
}

export const requestedDuration: Cell = (request) => {
  const seconds = valueAt(request, "spec.expirationSeconds");
  return typeof seconds === "number" ? humanDuration(seconds * 1000) : "<none>";
};

export const requestCondition: Cell = (request) => {
  const has = (type: string): boolean => condition(request, type) !== undefined;
  const decision = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  const issued = textAt(request, "status.certificate") === "" ? "" : ",Issued";
  return `${decision}${has("Failed") ? ",Failed" : ""}${issued}`;
};

export const claimState: Cell = (claim) => {
  const isGoing = isBeingDeleted(claim);
  const isAllocated = valueAt(claim, "status.allocation") !== undefined;
  return [
    ...(isGoing ? ["deleted"] : []),
    ...(isAllocated ? ["allocated"] : isGoing ? [] : ["pending"]),
    ...(isAllocated && listAt(claim, "status.reservedFor").length > 0 ? ["reserved"] : []),
  ].join(",");
};

export const paramKind: Cell = (policy) => {
  const kind = valueAt(policy, "spec.paramKind");
  return kind === undefined ? "<unset>" : `${textAt(kind, "apiVersion")}/${textAt(kind, "kind")}`;
};

export const paramReference: Cell = (binding) => {
  const name = textAt(binding, "spec.paramRef.name");
  return name === "" ? "<unset>" : `${textAt(binding, "spec.paramRef.namespace") || "*"}/${name}`;
};

export const apiService: Cell = (service) => {
  const to = valueAt(service, "spec.service");
  return to === undefined ? "Local" : `${textAt(to, "namespace")}/${textAt(to, "name")}`;
};

export const availability: Cell = (service) => {
  const found = condition(service, "Available");
  if (found === undefined) return "Unknown";
  const status = textAt(found, "status");
  const reason = textAt(found, "reason");
  return status === "True" || reason === "" ? status : `${status} (${reason})`;
};

export const danglingReference: Cell = (schema): Json => {
  const found = condition(schema, "Dangling");
  return found === undefined ? "?" : textAt(found, "status");
};

export const tokenAudiences: Cell = (driver) => {
  const requests = valueAt(driver, "spec.tokenRequests");
  if (requests === undefined) return "<unset>";
  return listAt(driver, "spec.tokenRequests")
    .map((request) => textAt(request, "audience"))
    .join(",");
};
