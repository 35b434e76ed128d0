/**
 * What the server warns of in pods and pod templates.
 *
 * Source: kubernetes pkg/api/pod/warnings.go, pkg/api/node/util.go. Not told: volumes whose files get in each other's
 * way, addresses that are read in two ways, annotations of seccomp and AppArmor.
 */
import { getKey, isObject } from "../../../json.js";
import { at, entries, isGiven, isThere, items, number, text, type Spot } from "../../rules/spot.js";

/** Labels of nodes that have other names now. */
const oldLabels: ReadonlyMap<string, string> = new Map([
  ["beta.kubernetes.io/arch", 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ["beta.kubernetes.io/os", 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  [
    "failure-domain.beta.kubernetes.io/region",
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  ],
  [
    "failure-domain.beta.kubernetes.io/zone",
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ],
  [
    "beta.kubernetes.io/instance-type",
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  ],
  ["app.kubernetes.io/created-by", "deprecated since v1.9"],
  [
    "scheduler.alpha.kubernetes.io/preferAvoidPods",
    "deprecated since v1.22; use Taints and Tolerations instead",
  ],
  ["node-role.kubernetes.io/master", 'use "node-role.kubernetes.io/control-plane" instead'],
]);

const oldAnnotations: ReadonlyMap<string, string> = new Map([
  [
    "scheduler.alpha.kubernetes.io/critical-pod",
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ["security.alpha.kubernetes.io/sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    "security.alpha.kubernetes.io/unsafe-sysctls",
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
]);

const oldVolumes: ReadonlyMap<string, string> = new Map([
  ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
]);

/** Warnings about a pod, or the template of one. */
export function podWarnings(pod: Spot): string[] {
  const spec = at(pod, "spec");
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    items(at(spec, list)),
  );
  const seconds = number(at(spec, "terminationGracePeriodSeconds")) ?? 0;
  return [
    ...namedWarnings(at(spec, "nodeSelector"), oldLabels),
    ...items(at(spec, "topologySpreadConstraints")).flatMap(spreadWarnings),
    ...namedWarnings(at(pod, "metadata", "annotations"), oldAnnotations),
    ...items(at(spec, "volumes")).flatMap(volumeWarnings),
    ...repeated(at(spec, "hostAliases"), "ip"),
    ...repeated(at(spec, "imagePullSecrets"), "name"),
    ...items(at(spec, "imagePullSecrets"))
      .map((secret) => at(secret, "name"))
      .filter((name) => text(name) === "")
      .map(({ path }) => `${path}: invalid empty name ""`),
    ...containers.flatMap(amountWarnings),
    ...containers.flatMap((container) => variableWarnings(at(container, "env"))),
    ...portWarnings(containers.flatMap((container) => items(at(container, "ports")))),
    ...(seconds < 0
      ? [
          `${at(spec, "terminationGracePeriodSeconds").path}: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
    ...["podAffinity", "podAntiAffinity"].flatMap((name) => affinityWarnings(at(spec, "affinity", name))),
  ];
}

function namedWarnings(map: Spot, old: ReadonlyMap<string, string>): string[] {
  return entries(map).flatMap(([key, { path }]) => {
    const message = old.get(key);
    return message === undefined ? [] : [`${path}: ${message}`];
  });
}

function spreadWarnings(constraint: Spot): string[] {
  const key = at(constraint, "topologyKey");
  const message = oldLabels.get(text(key));
  return [
    ...(message === undefined ? [] : [`${key.path}: ${text(key)} is ${message}`]),
    ...selectorWarnings(constraint),
  ];
}

function selectorWarnings(owner: Spot): string[] {
  const selector = at(owner, "labelSelector");
  return isThere(selector) ? [] : [`${selector.path}: a null labelSelector results in matching no pod`];
}

function affinityWarnings(affinity: Spot): string[] {
  return [
    ...items(at(affinity, "requiredDuringSchedulingIgnoredDuringExecution")),
    ...items(at(affinity, "preferredDuringSchedulingIgnoredDuringExecution")).map((term) =>
      at(term, "podAffinityTerm"),
    ),
  ].flatMap(selectorWarnings);
}

function volumeWarnings(volume: Spot): string[] {
  const sources = isObject(volume.value) ? Object.keys(volume.value) : [];
  return sources.flatMap((name) => {
    const message = oldVolumes.get(name);
    // Go calls the field StorageOS, and so does the path.
    const field = name === "storageos" ? "storageOS" : name;
    return message === undefined ? [] : [`${volume.path}.${field}: ${message}`];
  });
}

/** Items of a list that have the same text in a field as one before. */
function repeated(list: Spot, field: string): string[] {
  const seen = new Set<string>();
  return items(list).flatMap((item) => {
    const spot = at(item, field);
    const value = text(spot);
    if (seen.has(value)) return [`${spot.path}: duplicate ${field} ${JSON.stringify(value)}`];
    seen.add(value);
    return [];
  });
}

/** Memory in thousandths of a byte: `100m` is meant to be a hundred megabytes. */
function amountWarnings(container: Spot): string[] {
  return ["memory", "ephemeral-storage"].flatMap((name) =>
    ["limits", "requests"].flatMap((kind) => {
      const { value } = at(container, "resources", kind, name);
      const { path } = at(container, "resources", kind);
      return typeof value === "string" && /m$/.test(value)
        ? [`${path}[${name}]: fractional byte value ${JSON.stringify(value)} is invalid, must be an integer`]
        : [];
    }),
  );
}

/** A variable that is set again may build on its former value; otherwise it hides that. */
function variableWarnings(env: Spot): string[] {
  const seen = new Set<string>();
  return items(env).flatMap((variable) => {
    const name = text(at(variable, "name"));
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const value = text(at(variable, "value"));
    const before = `$(${name})`;
    const hides = isThere(at(variable, "valueFrom")) || value === before || !value.includes(before);
    if (!hides) return [];
    return [
      `${variable.path}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}

function portWarnings(ports: readonly Spot[]): string[] {
  const warnings: string[] = [];
  const alike = new Map<string, Spot[]>();
  for (const port of ports) {
    const key = `${number(at(port, "containerPort")) ?? 0}/${text(at(port, "protocol"))}`;
    const others = alike.get(key) ?? [];
    for (const other of others) {
      const how = overlap(port, other);
      if (how !== undefined) warnings.push(`${port.path}: ${how} port definition with ${other.path}`);
    }
    alike.set(key, [...others, port]);
  }
  return [...warnings, ...portNameWarnings(ports)];
}

function overlap(port: Spot, other: Spot): string | undefined {
  const [ip, otherIp] = [text(at(port, "hostIP")), text(at(other, "hostIP"))];
  const [host, otherHost] = [number(at(port, "hostPort")) ?? 0, number(at(other, "hostPort")) ?? 0];
  if (ip === otherIp && host === otherHost) return "duplicate";
  if (host === 0 || otherHost === 0) return "overlapping";
  return host === otherHost && (ip === "") !== (otherIp === "") ? "dangerously ambiguous" : undefined;
}

function portNameWarnings(ports: readonly Spot[]): string[] {
  const first = new Map<string, string>();
  return ports.flatMap((port) => {
    const name = getKey(port.value, "name");
    if (typeof name !== "string" || !isGiven(at(port, "name"))) return [];
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, port.path);
      return [];
    }
    return [
      `${port.path}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`,
    ];
  });
}
