/** Built-in kinds: one of each sort of list and map that they have. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/json.js";
import type { Subject } from "./subject.js";
import { list, map, maybe, object, oneOf, texts } from "./values.js";

const nothing = fc.constant<JsonObject>({});
const base64 = oneOf("YQ==", "Yg==", "");

const configMap = object({
  data: maybe(texts, 1),
  binaryData: maybe(map(["x", "y"], base64), 4),
  immutable: maybe(fc.boolean(), 12),
});

const secret = object({
  data: maybe(map(["a", "b"], base64), 1),
  stringData: maybe(texts),
  type: maybe(oneOf("Opaque", "example.com/own", "kubernetes.io/tls", "kubernetes.io/basic-auth"), 6),
  immutable: maybe(fc.boolean(), 12),
});

const serviceAccount = object({
  secrets: maybe(list(object({ name: oneOf("one", "two") })), 1),
  imagePullSecrets: maybe(list(object({ name: oneOf("one", "two") })), 1),
  automountServiceAccountToken: maybe(fc.boolean()),
});

const role = object({
  rules: maybe(
    list(
      object({
        apiGroups: oneOf([""], ["apps"], []),
        resources: maybe(oneOf(["pods"], ["configmaps", "secrets"]), 0),
        resourceNames: maybe(oneOf(["a"], ["a", "b"]), 3),
        verbs: oneOf(["get"], ["get", "list"], []),
      }),
    ),
    1,
  ),
});

const servicePort = object({
  name: maybe(oneOf("http", "https", "dns")),
  port: oneOf(80, 443, 53),
  protocol: maybe(oneOf("TCP", "UDP")),
  targetPort: maybe(oneOf<Json>(80, "http", 8080)),
  nodePort: maybe(oneOf(30001, 30002, 99999), 12),
  appProtocol: maybe(oneOf("kubernetes.io/h2c"), 8),
});
const serviceFields = {
  selector: maybe(map(["app", "tier"], oneOf("a", "b"))),
  type: maybe(oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), 4),
  clusterIP: maybe(oneOf("None", ""), 10),
  externalName: maybe(oneOf("example.com"), 8),
  sessionAffinity: maybe(oneOf("ClientIP", "None"), 6),
  publishNotReadyAddresses: maybe(fc.boolean(), 6),
  externalTrafficPolicy: maybe(oneOf("Local", "Cluster"), 10),
  internalTrafficPolicy: maybe(oneOf("Local", "Cluster"), 10),
  loadBalancerSourceRanges: maybe(list(oneOf("10.0.0.0/8", "192.168.0.0/16")), 10),
};

export const quantity = oneOf<Json>("1", "1000m", 1, 0.5, "500m", "1024Mi", "1Gi", "");
const variable = object({
  name: oneOf("A", "B", "C"),
  value: maybe(oneOf("1", "2", ""), 1),
  valueFrom: maybe(
    oneOf<JsonObject>(
      { fieldRef: { fieldPath: "metadata.name" } },
      { configMapKeyRef: { name: "a", key: "b" } },
      { secretKeyRef: { name: "a", key: "b", optional: true } },
    ),
    6,
  ),
});
const containerPort = object({
  containerPort: oneOf(80, 81, 8080),
  protocol: maybe(oneOf("TCP", "UDP"), 1),
  name: maybe(oneOf("http", "admin"), 3),
});
const probe = oneOf<JsonObject>(
  { httpGet: { path: "/", port: 80 } },
  { tcpSocket: { port: "http" }, periodSeconds: 5 },
  { exec: { command: ["true"] }, initialDelaySeconds: 0 },
);
export const container = (
  name: fc.Arbitrary<string>,
  image: fc.Arbitrary<string | undefined>,
): fc.Arbitrary<JsonObject> =>
  object({
    name,
    image,
    imagePullPolicy: maybe(oneOf("Always", "IfNotPresent"), 6),
    command: maybe(oneOf(["run"], ["run", "fast"], []), 6),
    args: maybe(list(oneOf("-v", "-x")), 6),
    env: maybe(list(variable), 1),
    ports: maybe(list(containerPort), 1),
    volumeMounts: maybe(list(object({ name: oneOf("v", "w"), mountPath: oneOf("/a", "/b") }), 2), 6),
    resources: maybe(
      object({ limits: maybe(map(["cpu", "memory"], quantity)), requests: maybe(map(["cpu"], quantity)) }),
      4,
    ),
    livenessProbe: maybe(probe, 6),
    securityContext: maybe(
      oneOf<JsonObject>({}, { runAsUser: 0 }, { capabilities: { add: ["A", "B"], drop: ["ALL"] } }),
      8,
    ),
  });
const image = oneOf("a:1", "a:2", "b");
const names = oneOf("one", "two", "three");
const volume = oneOf<JsonObject>(
  { name: "v", emptyDir: {} },
  { name: "w", emptyDir: { sizeLimit: "1Gi" } },
  { name: "v", configMap: { name: "a" } },
  { name: "w", secret: { secretName: "s", defaultMode: 256 } },
);
export const podFields = {
  initContainers: maybe(list(container(oneOf("init", "setup"), image), 2), 6),
  volumes: maybe(list(volume, 2), 3),
  nodeSelector: maybe(map(["disk", "zone"], oneOf("a", "b")), 6),
  tolerations: maybe(list(oneOf<JsonObject>({ key: "a", operator: "Exists" }, { operator: "Exists" }), 2), 8),
  hostAliases: maybe(
    list(object({ ip: oneOf("127.0.0.1", "10.1.1.1"), hostnames: oneOf(["a"], ["a", "b"]) }), 2),
    8,
  ),
  imagePullSecrets: maybe(list(object({ name: oneOf("x", "y") }), 2), 8),
  topologySpreadConstraints: maybe(
    list(
      object({
        maxSkew: oneOf(1, 2),
        topologyKey: oneOf("zone", "host"),
        whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
      }),
      2,
    ),
    10,
  ),
  serviceAccountName: maybe(oneOf("default", "other"), 8),
  terminationGracePeriodSeconds: maybe(oneOf(0, 5), 8),
  securityContext: maybe(oneOf<JsonObject>({}, { fsGroup: 1, sysctls: [{ name: "a.b", value: "1" }] }), 8),
};
const deploymentFields = {
  replicas: maybe(oneOf(0, 1, 3), 1),
  minReadySeconds: maybe(oneOf(0, 5), 6),
  revisionHistoryLimit: maybe(oneOf(0, 2), 8),
  paused: maybe(fc.boolean(), 8),
  strategy: maybe(
    oneOf<JsonObject>(
      {},
      { type: "Recreate" },
      { type: "RollingUpdate", rollingUpdate: { maxSurge: "50%", maxUnavailable: 0 } },
      { type: "Recreate", rollingUpdate: { maxSurge: 1 } },
    ),
    5,
  ),
};
/** A pod template with labels `app: a`. */
export const podTemplate = object({
  metadata: object({
    labels: oneOf<JsonObject>({ app: "a" }, { app: "a", tier: "b" }),
    annotations: maybe(texts, 6),
  }),
  spec: object({
    ...podFields,
    containers: fc.uniqueArray(container(names, image), {
      minLength: 1,
      maxLength: 2,
      selector: (one) => one["name"],
    }),
  }),
});
const deployment = object({
  spec: object({
    ...deploymentFields,
    selector: oneOf<JsonObject>({ matchLabels: { app: "a" } }),
    template: podTemplate,
  }),
});
const deploymentPart = object({
  spec: object({
    ...deploymentFields,
    selector: maybe(oneOf<JsonObject>({ matchLabels: { app: "a" } }, { matchLabels: { app: "b" } }), 12),
    template: maybe(
      object({
        metadata: maybe(
          object({ labels: maybe(map(["app", "tier"], oneOf("a", "b")), 6), annotations: maybe(texts, 3) }),
        ),
        spec: object({ ...podFields, containers: maybe(list(container(names, maybe(image, 1)), 2), 1) }),
      }),
      1,
    ),
  }),
});
const condition = object({
  type: oneOf("Available", "Progressing"),
  status: oneOf("True", "False", "Unknown"),
  reason: maybe(oneOf("Because", "Why")),
  message: maybe(oneOf("so it is")),
});
const deploymentStatus = object({
  status: object({
    replicas: maybe(oneOf(0, 1, 3)),
    readyReplicas: maybe(oneOf(0, 1)),
    observedGeneration: maybe(oneOf(1, 2)),
    conditions: maybe(list(condition, 2), 1),
  }),
});
const serviceStatus = object({
  status: object({
    loadBalancer: maybe(
      object({
        ingress: maybe(list(oneOf<JsonObject>({ ip: "1.2.3.4" }, { hostname: "a.example.com" }), 2), 1),
      }),
      1,
    ),
  }),
});

export const core = { apiVersions: ["v1"], subresources: [], status: nothing };

export const builtIn: readonly Subject[] = [
  { ...core, title: "ConfigMap", kind: "ConfigMap", plural: "configmaps", whole: configMap, part: configMap },
  { ...core, title: "Secret", kind: "Secret", plural: "secrets", whole: secret, part: secret },
  {
    ...core,
    title: "ServiceAccount",
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    whole: serviceAccount,
    part: serviceAccount,
  },
  {
    ...core,
    title: "Service",
    kind: "Service",
    plural: "services",
    subresources: ["status"],
    whole: object({
      spec: object({
        ...serviceFields,
        ports: fc.uniqueArray(servicePort, { minLength: 1, maxLength: 2, selector: (port) => port["port"] }),
      }),
    }),
    part: object({ spec: object({ ...serviceFields, ports: maybe(list(servicePort, 2), 1) }) }),
    status: serviceStatus,
  },
  {
    title: "Role",
    kind: "Role",
    plural: "roles",
    apiVersions: ["rbac.authorization.k8s.io/v1"],
    subresources: [],
    whole: role,
    part: role,
    status: nothing,
  },
  {
    title: "Deployment",
    kind: "Deployment",
    plural: "deployments",
    apiVersions: ["apps/v1"],
    subresources: ["status", "scale"],
    whole: deployment,
    part: deploymentPart,
    status: deploymentStatus,
  },
];
