/** More kinds than the differential test has: lists within lists, defaults in lists that are owned as a whole. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/json.js";
import { builtIn, container, podFields, podTemplate, quantity } from "../differential/built-in.js";
import { customKinds } from "../differential/custom.js";
import { list, map, maybe, object, oneOf, texts } from "../differential/values.js";
import { clusterScoped } from "./cluster-scoped.js";
import { oddKinds } from "./odd.js";
import { subject, type Subject } from "./subject.js";

const labels = oneOf<JsonObject>({ matchLabels: { app: "a" } });

const claim = object({
  accessModes: maybe(oneOf<Json>(["ReadWriteOnce"], ["ReadOnlyMany", "ReadWriteOnce"]), 0),
  resources: object({ requests: object({ storage: oneOf<Json>("1Gi", "1024Mi", "1", "1000m") }) }),
  storageClassName: maybe(oneOf("fast", "")),
  volumeMode: maybe(oneOf("Filesystem"), 4),
});

const projected = object({
  name: oneOf("p"),
  projected: object({
    defaultMode: maybe(oneOf(420, 256), 4),
    sources: list(
      oneOf<JsonObject>(
        { serviceAccountToken: { path: "token" } },
        { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
        { configMap: { name: "a" } },
        { downwardAPI: { items: [{ path: "l", fieldRef: { fieldPath: "metadata.labels" } }] } },
      ),
      2,
    ),
  }),
});
const ephemeral = object({
  name: oneOf("e"),
  ephemeral: object({ volumeClaimTemplate: object({ spec: claim }) }),
});

const volumes = fc
  .tuple(podTemplate, maybe(projected, 1), maybe(ephemeral, 3))
  .map(([template, ...more]): JsonObject => {
    const spec = template["spec"] as JsonObject;
    const added = more.filter((volume) => volume !== undefined);
    if (added.length === 0) return template;
    return {
      ...template,
      spec: { ...spec, volumes: [...((spec["volumes"] as Json[] | undefined) ?? []), ...added] },
    };
  });

const statefulSet = object({
  spec: object({
    replicas: maybe(oneOf(0, 1, 2), 1),
    serviceName: maybe(oneOf("s", "")),
    selector: labels,
    template: volumes,
    podManagementPolicy: maybe(oneOf("Parallel", "OrderedReady"), 4),
    updateStrategy: maybe(
      oneOf<JsonObject>(
        {},
        { type: "OnDelete" },
        { type: "RollingUpdate" },
        { rollingUpdate: { partition: 0 } },
      ),
    ),
    volumeClaimTemplates: maybe(
      list(object({ metadata: object({ name: oneOf("x", "y") }), spec: claim }), 2),
      1,
    ),
  }),
});

const daemonSet = object({
  spec: object({
    selector: labels,
    template: volumes,
    updateStrategy: maybe(
      oneOf<JsonObject>({}, { type: "OnDelete" }, { rollingUpdate: { maxUnavailable: "10%" } }),
    ),
  }),
});

const jobPod = object({
  metadata: maybe(object({ labels: maybe(texts), creationTimestamp: maybe(oneOf<Json>(null)) })),
  spec: object({
    ...podFields,
    restartPolicy: oneOf("Never", "OnFailure"),
    containers: fc.tuple(container(oneOf("one"), oneOf("a:1", "a"))).map((items): Json => items),
  }),
});
const cronJob = object({
  spec: object({
    schedule: oneOf("@daily", "0 * * * *"),
    suspend: maybe(fc.boolean()),
    concurrencyPolicy: maybe(oneOf("Allow", "Forbid")),
    jobTemplate: object({
      metadata: maybe(object({ labels: maybe(texts) }), 4),
      spec: object({ backoffLimit: maybe(oneOf(0, 6)), template: jobPod }),
    }),
  }),
});

const policyPort = object({
  port: maybe(oneOf<Json>(80, "http", 0), 1),
  protocol: maybe(oneOf("TCP", "UDP")),
  endPort: maybe(oneOf(90), 12),
});
const policyPeer = oneOf<JsonObject>(
  { podSelector: {} },
  { namespaceSelector: { matchLabels: { a: "b" } } },
  { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
);
const networkPolicy = object({
  spec: object({
    podSelector: oneOf<JsonObject>({}, { matchLabels: { app: "a" } }),
    policyTypes: maybe(oneOf<Json>(["Ingress"], ["Ingress", "Egress"], [])),
    ingress: maybe(
      list(object({ ports: maybe(list(policyPort, 2), 1), from: maybe(list(policyPeer, 2)) }), 2),
      1,
    ),
    egress: maybe(list(object({ ports: maybe(list(policyPort, 2)), to: maybe(list(policyPeer, 1)) }), 2)),
  }),
});

const backend = oneOf<JsonObject>(
  { service: { name: "s", port: { number: 80 } } },
  { service: { name: "t", port: { name: "http" } } },
);
const ingress = object({
  spec: object({
    ingressClassName: maybe(oneOf("c")),
    defaultBackend: maybe(backend, 0),
    tls: maybe(
      list(object({ hosts: maybe(oneOf<Json>(["a.example.com"], [])), secretName: maybe(oneOf("s")) }), 2),
    ),
    rules: maybe(
      list(
        object({
          host: maybe(oneOf("a.example.com", "")),
          http: object({
            paths: fc
              .tuple(object({ path: oneOf("/", "/a"), pathType: oneOf("Prefix", "Exact"), backend }))
              .map((items): Json => items),
          }),
        }),
        2,
      ),
      1,
    ),
  }),
});

const metric = oneOf<JsonObject>(
  { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
  {
    type: "Resource",
    resource: { name: "memory", target: { type: "AverageValue", averageValue: "1024Mi" } },
  },
  { type: "Pods", pods: { metric: { name: "m" }, target: { type: "AverageValue", averageValue: "1000m" } } },
);
const autoscaler = object({
  spec: object({
    scaleTargetRef: oneOf<JsonObject>({ apiVersion: "apps/v1", kind: "Deployment", name: "d" }),
    minReplicas: maybe(oneOf(1, 2)),
    maxReplicas: oneOf(3, 5),
    metrics: maybe(list(metric, 2), 1),
    behavior: maybe(
      oneOf<JsonObject>(
        {},
        { scaleDown: { stabilizationWindowSeconds: 0 } },
        { scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } },
      ),
    ),
  }),
});

const v1Autoscaler = object({
  spec: object({
    scaleTargetRef: oneOf<JsonObject>({ apiVersion: "apps/v1", kind: "Deployment", name: "d" }),
    minReplicas: maybe(oneOf(1, 2)),
    maxReplicas: oneOf(3, 5),
    targetCPUUtilizationPercentage: maybe(oneOf(50, 80)),
  }),
});

const quotaLike = map(["cpu", "memory", "pods", "requests.cpu"], quantity, 0.5);
const limit = object({
  type: oneOf("Container"),
  max: maybe(map(["cpu", "memory"], oneOf<Json>("2", "2000m", "4Gi", "4096Mi", 2), 0.5), 1),
  default: maybe(map(["cpu"], oneOf<Json>("1", "1000m")), 1),
});

const endpointSlice = object({
  addressType: oneOf("IPv4"),
  endpoints: list(
    object({
      addresses: oneOf<Json>(["10.1.1.1"], ["10.1.1.2", "10.1.1.3"]),
      conditions: maybe(oneOf<JsonObject>({}, { ready: true })),
    }),
    2,
  ),
  ports: maybe(
    fc.uniqueArray(
      object({ name: oneOf("a", "b", ""), port: oneOf(80, 81), protocol: maybe(oneOf("UDP", "TCP")) }),
      {
        maxLength: 2,
        selector: (port) => port["name"],
      },
    ),
    1,
  ),
});

const binding = object({
  roleRef: oneOf<JsonObject>(
    { kind: "Role", name: "r", apiGroup: "rbac.authorization.k8s.io" },
    { kind: "Role", name: "r" },
  ),
  subjects: maybe(
    list(
      oneOf<JsonObject>(
        { kind: "User", name: "u" },
        { kind: "Group", name: "g", apiGroup: "rbac.authorization.k8s.io" },
        { kind: "ServiceAccount", name: "s", namespace: "default" },
      ),
      2,
    ),
    1,
  ),
});

const disruptionBudget = object({
  spec: object({
    minAvailable: maybe(oneOf<Json>(1, "50%"), 1),
    selector: maybe(labels, 1),
    unhealthyPodEvictionPolicy: maybe(oneOf("AlwaysAllow")),
  }),
});

const lease = object({
  spec: object({
    holderIdentity: maybe(oneOf("a", "b")),
    leaseDurationSeconds: maybe(oneOf(10, 20)),
    renewTime: maybe(oneOf("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z")),
  }),
});

const pod = object({
  spec: object({
    ...podFields,
    restartPolicy: maybe(oneOf("Never", "Always")),
    containers: fc.uniqueArray(container(oneOf("one", "two"), oneOf("a:1", "b")), {
      minLength: 1,
      maxLength: 2,
      selector: (one) => one["name"],
    }),
    hostNetwork: maybe(fc.boolean(), 8),
  }),
});

const moreBuiltIn: readonly Subject[] = [
  subject("StatefulSet", "statefulsets", "apps/v1", statefulSet, { subresources: ["status", "scale"] }),
  subject("DaemonSet", "daemonsets", "apps/v1", daemonSet, { subresources: ["status"] }),
  subject("CronJob", "cronjobs", "batch/v1", cronJob, { subresources: ["status"] }),
  subject("Pod", "pods", "v1", pod, { subresources: ["status"] }),
  subject("NetworkPolicy", "networkpolicies", "networking.k8s.io/v1", networkPolicy),
  subject("Ingress", "ingresses", "networking.k8s.io/v1", ingress, { subresources: ["status"] }),
  subject("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling/v2", autoscaler, {
    subresources: ["status"],
  }),
  subject("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling/v1", v1Autoscaler, {
    title: "HorizontalPodAutoscaler v1",
  }),
  subject("PersistentVolumeClaim", "persistentvolumeclaims", "v1", object({ spec: claim }), {
    subresources: ["status"],
  }),
  subject("ResourceQuota", "resourcequotas", "v1", object({ spec: object({ hard: maybe(quotaLike, 0) }) }), {
    subresources: ["status"],
  }),
  subject("LimitRange", "limitranges", "v1", object({ spec: object({ limits: list(limit, 2) }) })),
  subject("EndpointSlice", "endpointslices", "discovery.k8s.io/v1", endpointSlice),
  subject("RoleBinding", "rolebindings", "rbac.authorization.k8s.io/v1", binding),
  subject("PodDisruptionBudget", "poddisruptionbudgets", "policy/v1", disruptionBudget, {
    subresources: ["status"],
  }),
  subject("Lease", "leases", "coordination.k8s.io/v1", lease),
];

export const kinds: readonly Subject[] = [
  ...builtIn,
  ...moreBuiltIn,
  ...clusterScoped,
  ...customKinds,
  ...oddKinds,
];
