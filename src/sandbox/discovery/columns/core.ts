/**
 * The columns of the kinds of the core group.
 *
 * Source: kubernetes pkg/printers/internalversion/printers.go (`AddHandlers`).
 */
import { at, containerImages, containerNames, count, labels } from "./cells.js";
import { aged, name, replicas, template, text, wide, type TableColumn } from "./column.js";
import * as network from "./network.js";
import * as other from "./others.js";
import * as pods from "./pods.js";

export const event = [
  text("Last Seen", other.lastSeen),
  text("Type", at("type")),
  text("Reason", at("reason")),
  text("Object", other.eventObject),
  wide("Subobject", other.eventField),
  wide("Source", other.eventSource),
  text("Message", other.eventMessage),
  wide("First Seen", other.firstSeen),
  wide("Count", other.eventCount),
  { ...name, priority: 1 },
];
const volumeMode = wide("VolumeMode", at("spec.volumeMode", "<unset>"));
const attributes = text("VolumeAttributesClass", at("spec.volumeAttributesClassName", "<unset>"));

export const coreColumns: Record<string, readonly TableColumn[]> = {
  pods: [
    name,
    text("Ready", pods.podReady),
    text("Status", pods.podStatus),
    text("Restarts", pods.podRestarts),
    aged,
    wide("IP", at("status.podIPs.0.ip", "<none>")),
    wide("Node", at("spec.nodeName", "<none>")),
    wide("Nominated Node", at("status.nominatedNodeName", "<none>")),
    wide("Readiness Gates", pods.readinessGates),
  ],
  podtemplates: [
    name,
    text("Containers", containerNames("template.spec.containers")),
    text("Images", containerImages("template.spec.containers")),
    text("Pod Labels", labels("template.metadata.labels")),
  ],
  replicationcontrollers: [
    name,
    ...replicas,
    ...template("spec.template.spec"),
    wide("Selector", labels("spec.selector")),
  ],
  services: [
    name,
    text("Type", at("spec.type")),
    text("Cluster-IP", network.clusterIp),
    text("External-IP", network.externalIp),
    text("Port(s)", network.servicePorts),
    aged,
    wide("Selector", labels("spec.selector")),
  ],
  endpoints: [name, text("Endpoints", network.endpointAddresses), aged],
  nodes: [
    name,
    text("Status", other.nodeStatus),
    text("Roles", other.nodeRoles),
    aged,
    text("Version", at("status.nodeInfo.kubeletVersion")),
    wide("Internal-IP", other.nodeAddress("InternalIP")),
    wide("External-IP", other.nodeAddress("ExternalIP")),
    wide("OS-Image", other.nodeInfo("osImage")),
    wide("Kernel-Version", other.nodeInfo("kernelVersion")),
    wide("Container-Runtime", other.nodeInfo("containerRuntimeVersion")),
  ],
  events: event,
  namespaces: [name, text("Status", at("status.phase")), aged],
  secrets: [name, text("Type", at("type")), text("Data", count("data")), aged],
  serviceaccounts: [name, aged],
  configmaps: [name, text("Data", count("data", "binaryData")), aged],
  resourcequotas: [
    name,
    text("Request", other.quotas("requests")),
    text("Limit", other.quotas("limits")),
    aged,
  ],
  persistentvolumes: [
    name,
    text("Capacity", at("spec.capacity.storage", "0")),
    text("Access Modes", other.accessModes("spec.accessModes")),
    text("Reclaim Policy", at("spec.persistentVolumeReclaimPolicy")),
    text("Status", other.volumePhase),
    text("Claim", other.volumeClaim),
    text("StorageClass", other.volumeClass),
    attributes,
    text("Reason", at("status.reason")),
    aged,
    volumeMode,
  ],
  persistentvolumeclaims: [
    name,
    text("Status", other.volumePhase),
    text("Volume", at("spec.volumeName")),
    text("Capacity", other.onceBound(other.claimCapacity)),
    text("Access Modes", other.onceBound(other.accessModes("status.accessModes"))),
    text("StorageClass", other.volumeClass),
    attributes,
    aged,
    volumeMode,
  ],
};
