/**
 * Defaults of everything that runs no pods.
 *
 * Source: kubernetes pkg/apis/*\/v1/defaults.go; apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go;
 * kube-aggregator pkg/apis/apiregistration/v1/defaults.go.
 */
import { getKey, getPath, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { withValue, type Row, type Rows } from "./row.js";

const tcp: Row = { at: "protocol", value: "TCP" };
const rbacGroup = "rbac.authorization.k8s.io";
const roleRef: readonly Row[] = [{ at: "roleRef.apiGroup", value: rbacGroup }];
const httpsPort: readonly Row[] = [{ at: "port", value: 443 }];

const webhook: readonly Row[] = [
  { at: "failurePolicy", value: "Fail" },
  { at: "matchPolicy", value: "Equivalent" },
  { at: "namespaceSelector", value: {} },
  { at: "objectSelector", value: {} },
  { at: "timeoutSeconds", value: 10 },
];

const deviceRequest: readonly Row[] = [
  { at: "allocationMode", value: "ExactCount" },
  { at: "count", value: 1, when: ({ allocationMode }) => allocationMode === "ExactCount" },
];

/** Definitions of one group, with the name of its package before each. */
const inPackage = (name: string, rows: Rows): Rows =>
  Object.fromEntries(Object.entries(rows).map(([definition, list]) => [`${name}.${definition}`, list]));

export const otherRows: Rows = {
  ...inPackage("io.k8s.api.core.v1", {
    Secret: [{ at: "type", value: "Opaque" }, { rewrite: withStringData }],
    PersistentVolume: [{ at: "status.phase", value: "Pending" }],
    PersistentVolumeSpec: [
      { at: "persistentVolumeReclaimPolicy", value: "Retain" },
      { at: "volumeMode", value: "Filesystem" },
    ],
    PersistentVolumeClaim: [{ at: "status.phase", value: "Pending" }],
    PersistentVolumeClaimSpec: [{ at: "volumeMode", value: "Filesystem" }],
    EndpointPort: [tcp],
    Namespace: [{ rewrite: withNameLabel }],
    NamespaceStatus: [{ at: "phase", value: "Active" }],
    NodeStatus: [{ at: "allocatable", from: ({ capacity }) => capacity }],
    LimitRangeItem: [{ rewrite: withLimits }],
    ServicePort: [tcp, { at: "targetPort", from: ({ port }) => port }],
    Service: [{ rewrite: withIPModes }],
    ServiceSpec: [
      { at: "sessionAffinity", value: "None" },
      { rewrite: withAffinity },
      { at: "type", value: "ClusterIP" },
      { at: "externalTrafficPolicy", value: "Cluster", when: isExternal },
      { at: "internalTrafficPolicy", value: "Cluster", when: ({ type }) => type !== "ExternalName" },
      { at: "allocateLoadBalancerNodePorts", value: true, when: ({ type }) => type === "LoadBalancer" },
    ],
  }),
  ...inPackage("io.k8s.api.networking.v1", {
    NetworkPolicyPort: [tcp],
    NetworkPolicySpec: [
      {
        at: "policyTypes",
        from: ({ egress }) =>
          Array.isArray(egress) && egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"],
      },
    ],
    IngressClassParametersReference: [{ at: "scope", value: "Cluster" }],
  }),
  ...inPackage("io.k8s.api.rbac.v1", {
    RoleBinding: roleRef,
    ClusterRoleBinding: roleRef,
    Subject: [{ at: "apiGroup", value: rbacGroup, when: ({ kind }) => kind === "User" || kind === "Group" }],
  }),
  ...inPackage("io.k8s.api.storage.v1", {
    StorageClass: [
      { at: "reclaimPolicy", value: "Delete" },
      { at: "volumeBindingMode", value: "Immediate" },
    ],
    CSIDriverSpec: [
      { at: "attachRequired", value: true },
      { at: "podInfoOnMount", value: false },
      { at: "storageCapacity", value: false },
      { at: "fsGroupPolicy", value: "ReadWriteOnceWithFSType" },
      { at: "volumeLifecycleModes", value: ["Persistent"] },
      { at: "requiresRepublish", value: false },
      { at: "seLinuxMount", value: false },
    ],
  }),
  ...inPackage("io.k8s.api.admissionregistration.v1", {
    ValidatingWebhook: webhook,
    MutatingWebhook: [...webhook, { at: "reinvocationPolicy", value: "Never" }],
    RuleWithOperations: [{ at: "scope", value: "*" }],
    NamedRuleWithOperations: [{ at: "scope", value: "*" }],
    ServiceReference: httpsPort,
    ValidatingAdmissionPolicySpec: [{ at: "failurePolicy", value: "Fail" }],
    MutatingAdmissionPolicySpec: [{ at: "failurePolicy", value: "Fail" }],
    MatchResources: webhook.slice(1, 4),
  }),
  ...inPackage("io.k8s.api.flowcontrol.v1", {
    FlowSchemaSpec: [{ at: "matchingPrecedence", value: 1000 }],
    ExemptPriorityLevelConfiguration: [
      { at: "nominalConcurrencyShares", value: 0 },
      { at: "lendablePercent", value: 0 },
    ],
    LimitedPriorityLevelConfiguration: [
      { at: "nominalConcurrencyShares", value: 30 },
      { at: "lendablePercent", value: 0 },
    ],
    QueuingConfiguration: [
      { at: "handSize", value: 8 },
      { at: "queues", value: 64 },
      { at: "queueLengthLimit", value: 50 },
    ],
  }),
  ...inPackage("io.k8s.api.resource.v1", {
    ExactDeviceRequest: deviceRequest,
    DeviceSubRequest: deviceRequest,
    DeviceToleration: [{ at: "operator", value: "Equal" }],
  }),
  "io.k8s.api.discovery.v1.EndpointPort": [{ at: "name", value: "" }, tcp],
  "io.k8s.api.scheduling.v1.PriorityClass": [{ at: "preemptionPolicy", value: "PreemptLowerPriority" }],
  ...inPackage("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1", {
    CustomResourceDefinitionSpec: [{ at: "conversion", value: { strategy: "None" } }],
    CustomResourceDefinitionNames: [
      {
        at: "singular",
        from: ({ kind }) => (typeof kind === "string" && kind !== "" ? kind.toLowerCase() : undefined),
      },
      {
        at: "listKind",
        from: ({ kind }) => (typeof kind === "string" && kind !== "" ? `${kind}List` : undefined),
      },
    ],
    ServiceReference: httpsPort,
  }),
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference": httpsPort,
};

/** `stringData` is only ever written: it becomes part of `data`. */
function withStringData(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  if (!isObject(stringData)) return secret;
  const keys = Object.keys(stringData);
  if (keys.length === 0) return rest;
  const data = { ...partOf(rest["data"]) };
  for (const key of keys) setKey(data, key, Buffer.from(textOf(stringData[key])).toString("base64"));
  return { ...rest, data };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function partOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function withNameLabel(namespace: JsonObject): JsonObject {
  const { metadata } = namespace;
  const name = getKey(metadata, "name");
  const labels = getKey(metadata, "labels");
  const label = "kubernetes.io/metadata.name";
  if (!isObject(metadata) || typeof name !== "string" || name === "") return namespace;
  if (getKey(labels, label) === name) return namespace;
  return { ...namespace, metadata: { ...metadata, labels: { ...partOf(labels), [label]: name } } };
}

function withLimits(item: JsonObject): JsonObject {
  if (item["type"] !== "Container") return item;
  const limits = { ...partOf(item["max"]), ...partOf(item["default"]) };
  const requests = { ...partOf(item["min"]), ...limits, ...partOf(item["defaultRequest"]) };
  return {
    ...item,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  };
}

/** Whether a Service is to be reached from outside (pkg/api/service/util.go `ExternallyAccessible`). */
function isExternal({ type, externalIPs }: JsonObject): boolean {
  if (type === "LoadBalancer" || type === "NodePort") return true;
  return type === "ClusterIP" && Array.isArray(externalIPs) && externalIPs.length > 0;
}

/** The addresses of a load balancer are of the usual mode, where nothing else is said. */
function withIPModes(service: JsonObject): JsonObject {
  const ingress = getPath(service, ["status", "loadBalancer", "ingress"]);
  if (getPath(service, ["spec", "type"]) !== "LoadBalancer" || !Array.isArray(ingress)) return service;
  const lacksMode = (point: Json): boolean =>
    isObject(point) && typeof point["ip"] === "string" && point["ipMode"] === undefined;
  if (!ingress.some(lacksMode)) return service;
  const moded = ingress.map((point) =>
    lacksMode(point) ? { ...(point as JsonObject), ipMode: "VIP" } : point,
  );
  return withValue(service, ["status", "loadBalancer", "ingress"], moded);
}

function withAffinity(spec: JsonObject): JsonObject {
  const { sessionAffinity, sessionAffinityConfig: given, ...rest } = spec;
  if (sessionAffinity === "None") return given === undefined ? spec : { ...rest, sessionAffinity };
  if (sessionAffinity !== "ClientIP") return spec;
  const seconds = getKey(getKey(given, "clientIP"), "timeoutSeconds");
  if (seconds !== undefined && seconds !== null) return spec;
  return { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } };
}
