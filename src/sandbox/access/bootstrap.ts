/**
 * What a fresh cluster holds that people bind to or rely on. Left out are what only controllers use, and what the store
 * gives every object (uid, resourceVersion, times).
 *
 * Source: a running Kubernetes 1.36.3, see `bootstrap-roles.ts`; kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */
import type { JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { aggregatedRules } from "./aggregate.js";
import { clusterRoles } from "./bootstrap-roles.js";

const rbac = "rbac.authorization.k8s.io";

/** New objects each time, as they are sent to be created: in an order in which each can be. */
export function bootstrapObjects(): KubeObject[] {
  const namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];
  return [
    ...namespaces.map(namespaceOf),
    ...namespaces.map((namespace) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace },
    })),
    ...allClusterRoles(),
    ...Object.entries(boundTo).map(([name, subjects]) => bindingOf("ClusterRole", { name }, name, subjects)),
    ...authenticationReader(),
    kubernetesService(),
    ...priorityClasses(),
  ];
}

function namespaceOf(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

/** The ClusterRoles that gather others, and those that they are gathered into. */
const gathering = ["view", "edit", "admin"];
const gatheredInto: Readonly<Record<string, string>> = {
  "system:aggregate-to-view": "view",
  "system:aggregate-to-edit": "edit",
  "system:aggregate-to-admin": "admin",
  view: "edit",
  edit: "admin",
};

function allClusterRoles(): KubeObject[] {
  const roles = Object.entries(clusterRoles).map(([name, lines]): KubeObject => ({
    ...clusterRole(name),
    rules: lines.map(ruleOf),
  }));
  for (const name of gathering) {
    const role: KubeObject = {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: gatheredLabel(name) }] },
      ...clusterRole(name),
    };
    roles.push({ ...role, rules: aggregatedRules(role, roles) ?? [] });
  }
  return roles;
}

function clusterRole(name: string): KubeObject {
  const into = gatheredInto[name];
  return {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: marked({ name }, into === undefined ? {} : gatheredLabel(into)),
  };
}

function gatheredLabel(into: string): JsonObject {
  return { [`${rbac}/aggregate-to-${into}`]: "true" };
}

/** Metadata as that of all that RBAC starts with. */
function marked(metadata: JsonObject, labels: JsonObject = {}): JsonObject {
  return {
    ...metadata,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  };
}

function ruleOf(line: string): JsonObject {
  const [verbs = [], second = [], resources, names] = line.split(" ").map((part) => part.split(","));
  if (resources === undefined) return { verbs, nonResourceURLs: second };
  const apiGroups = second.map((group) => (group === "core" ? "" : group));
  return { verbs, apiGroups, resources, ...(names === undefined ? {} : { resourceNames: names }) };
}

const group = (name: string): JsonObject => ({ kind: "Group", apiGroup: rbac, name });
const user = (name: string): JsonObject => ({ kind: "User", apiGroup: rbac, name });

/** Whom the ClusterRole of each name is bound to, by a binding of its name. */
const boundTo: Readonly<Record<string, readonly JsonObject[]>> = {
  "cluster-admin": [group("system:masters")],
  "system:basic-user": [group("system:authenticated")],
  "system:discovery": [group("system:authenticated")],
  "system:kube-controller-manager": [user("system:kube-controller-manager")],
  "system:kube-dns": [{ kind: "ServiceAccount", name: "kube-dns", namespace: "kube-system" }],
  "system:kube-scheduler": [user("system:kube-scheduler")],
  "system:monitoring": [group("system:monitoring")],
  "system:node": [],
  "system:node-proxier": [user("system:kube-proxy")],
  "system:public-info-viewer": [group("system:authenticated"), group("system:unauthenticated")],
  "system:service-account-issuer-discovery": [group("system:serviceaccounts")],
  "system:volume-scheduler": [user("system:kube-scheduler")],
};

function bindingOf(
  kind: "Role" | "ClusterRole",
  metadata: JsonObject,
  role: string,
  subjects: readonly JsonObject[],
): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata: marked(metadata),
    ...(subjects.length === 0 ? {} : { subjects: subjects.map((subject) => ({ ...subject })) }),
    roleRef: { apiGroup: rbac, kind, name: role },
  };
}

/** What extension API servers are bound to, to read how requests are authenticated. */
function authenticationReader(): KubeObject[] {
  const name = "extension-apiserver-authentication-reader";
  const namespace = "kube-system";
  const readers = [user("system:kube-controller-manager"), user("system:kube-scheduler")];
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata: marked({ name, namespace }),
      rules: [ruleOf("get,list,watch core configmaps extension-apiserver-authentication")],
    },
    bindingOf("Role", { name: `system::${name}`, namespace }, name, readers),
  ];
}

function kubernetesService(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: 6443 }],
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1"],
      type: "ClusterIP",
      sessionAffinity: "None",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
    status: { loadBalancer: {} },
  };
}

function priorityClasses(): KubeObject[] {
  const classOf = (name: string, value: number, description: string): KubeObject => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    description,
    preemptionPolicy: "PreemptLowerPriority",
  });
  const used = "Used for system critical pods that must";
  return [
    classOf("system-node-critical", 2_000_001_000, `${used} not be moved from their current node.`),
    classOf(
      "system-cluster-critical",
      2_000_000_000,
      `${used} run in the cluster, but can be moved to another node if necessary.`,
    ),
  ];
}
