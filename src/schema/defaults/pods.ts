/**
 * Defaults of pods and of all that is in a pod template.
 *
 * Source: kubernetes pkg/apis/core/v1/defaults.go (`SetDefaults_*`), conversion.go (`serviceAccount`).
 */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { pullPolicyOf } from "./images.js";
import { withValue, type Row, type Rows } from "./row.js";

const mode: Row = { at: "defaultMode", value: 0o644 };

const container: readonly Row[] = [
  { at: "imagePullPolicy", from: ({ image }) => pullPolicyOf(image) },
  { at: "terminationMessagePath", value: "/dev/termination-log" },
  { at: "terminationMessagePolicy", value: "File" },
];

export const podRows: Rows = {
  "io.k8s.api.core.v1.Pod": [
    { rewrite: withRequests },
    { at: "spec.enableServiceLinks", value: true, when: ({ spec }) => isObject(spec) },
    { rewrite: withHostPorts },
  ],
  "io.k8s.api.core.v1.PodSpec": [
    { at: "dnsPolicy", value: "ClusterFirst" },
    { at: "restartPolicy", value: "Always" },
    { at: "securityContext", value: {} },
    { at: "terminationGracePeriodSeconds", value: 30 },
    { at: "schedulerName", value: "default-scheduler" },
    // One field of two names: the older one is only read where the newer one is not given.
    { at: "serviceAccountName", from: ({ serviceAccount }) => serviceAccount },
    { rewrite: withOlderServiceAccount },
  ],
  "io.k8s.api.core.v1.Container": container,
  "io.k8s.api.core.v1.EphemeralContainer": container,
  "io.k8s.api.core.v1.Probe": [
    { at: "timeoutSeconds", value: 1 },
    { at: "periodSeconds", value: 10 },
    { at: "successThreshold", value: 1 },
    { at: "failureThreshold", value: 3 },
  ],
  "io.k8s.api.core.v1.HTTPGetAction": [
    { at: "path", value: "/" },
    { at: "scheme", value: "HTTP" },
  ],
  "io.k8s.api.core.v1.GRPCAction": [{ at: "service", value: "" }],
  "io.k8s.api.core.v1.ContainerPort": [{ at: "protocol", value: "TCP" }],
  "io.k8s.api.core.v1.ObjectFieldSelector": [{ at: "apiVersion", value: "v1" }],
  "io.k8s.api.core.v1.Volume": [{ at: "emptyDir", value: {}, when: hasNoSource }],
  "io.k8s.api.core.v1.SecretVolumeSource": [mode],
  "io.k8s.api.core.v1.ConfigMapVolumeSource": [mode],
  "io.k8s.api.core.v1.DownwardAPIVolumeSource": [mode],
  "io.k8s.api.core.v1.ProjectedVolumeSource": [mode],
  "io.k8s.api.core.v1.ServiceAccountTokenProjection": [{ at: "expirationSeconds", value: 3600 }],
  "io.k8s.api.core.v1.HostPathVolumeSource": [{ at: "type", value: "" }],
  // False, and written all the same: these are behind pointers.
  "io.k8s.api.core.v1.AzureDiskVolumeSource": [{ at: "readOnly", value: false }],
  "io.k8s.api.core.v1.FileKeySelector": [{ at: "optional", value: false }],
  "io.k8s.api.core.v1.ImageVolumeSource": [
    { at: "pullPolicy", from: ({ reference }) => pullPolicyOf(reference) },
  ],
};

function hasNoSource(volume: JsonObject): boolean {
  return Object.keys(volume).every((key) => key === "name");
}

function withOlderServiceAccount(spec: JsonObject): JsonObject {
  const { serviceAccountName: name, serviceAccount } = spec;
  if (typeof name !== "string" || name === serviceAccount) return spec;
  return { ...spec, serviceAccount: name };
}

/** Changes the containers of a pod that have something to change. */
function eachContainer(
  pod: JsonObject,
  lists: readonly string[],
  change: (item: JsonObject) => JsonObject,
): JsonObject {
  let changed = pod;
  for (const list of lists) {
    const containers = getKey(pod["spec"], list);
    if (!Array.isArray(containers)) continue;
    const next = containers.map((item) => (isObject(item) ? change(item) : item));
    if (next.some((item, at) => item !== containers[at])) changed = withValue(changed, ["spec", list], next);
  }
  return changed;
}

/** In a Pod, and in no template, a limit without a request is a request too. */
function withRequests(pod: JsonObject): JsonObject {
  const withContainers = eachContainer(pod, ["containers", "initContainers"], (container) =>
    requestsFromLimits(container),
  );
  const { spec } = withContainers;
  if (!isObject(spec) || !isObject(spec["resources"])) return withContainers;
  const requested = requestsFromLimits(spec);
  return requested === spec ? withContainers : { ...withContainers, spec: requested };
}

function requestsFromLimits(holder: JsonObject): JsonObject {
  const limits = getKey(holder["resources"], "limits");
  if (!isObject(limits)) return holder;
  const given = getKey(holder["resources"], "requests");
  const requests = isObject(given) ? given : {};
  if (Object.keys(limits).every((name) => Object.hasOwn(requests, name))) return holder;
  return withValue(holder, ["resources", "requests"], { ...limits, ...requests });
}

/** On the network of its node, a container's port is a port of the node. */
function withHostPorts(pod: JsonObject): JsonObject {
  if (getKey(pod["spec"], "hostNetwork") !== true) return pod;
  return eachContainer(pod, ["containers", "initContainers"], (container) => {
    const { ports } = container;
    if (!Array.isArray(ports) || ports.every(hasHostPort)) return container;
    const opened = ports.map((port) =>
      isObject(port) && !hasHostPort(port) ? { ...port, hostPort: port["containerPort"] ?? 0 } : port,
    );
    return { ...container, ports: opened };
  });
}

function hasHostPort(port: Json): boolean {
  const hostPort = getKey(port, "hostPort");
  return hostPort !== undefined && hostPort !== 0;
}
