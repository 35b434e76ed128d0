/**
 * What admission plugins and the strategy make of a new Pod.
 *
 * Source: kubernetes plugin/pkg/admission/{serviceaccount,priority,defaulttolerationseconds}/admission.go;
 * pkg/registry/core/pod/strategy.go; pkg/apis/core/helper/qos.
 */
import { getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { DefaultsContext, Prepare } from "./context.js";

/** A new Pod: service account and its token, priority, tolerations, its first status. */
export const preparePod: Prepare = (pod, context) => {
  const given = pod["spec"];
  if (!isObject(given)) return pod;
  const steps = [withServiceAccount, withPriority, withTolerations, withLabelSelectors];
  const spec = steps.reduce((spec, step) => step(spec, context, pod), given);
  return { ...pod, spec, status: firstStatus(spec, context) };
};

/** An updated Pod: its priority was settled when it was made. */
export const keepPod: Prepare = (pod, { live }) => {
  const { spec } = pod;
  if (!isObject(spec)) return pod;
  const kept = ["priority", "preemptionPolicy"].filter(
    (field) => spec[field] === undefined && getPath(live, ["spec", field]) !== undefined,
  );
  if (kept.length === 0) return pod;
  const values = kept.map((field) => [field, getPath(live, ["spec", field]) ?? null]);
  return { ...pod, spec: { ...spec, ...(Object.fromEntries(values) as JsonObject) } };
};

type Step = (spec: JsonObject, context: DefaultsContext, pod: JsonObject) => JsonObject;

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
const tokenVolume = "kube-api-access-";

const withServiceAccount: Step = (spec, context, pod) => {
  if (getPath(pod, ["metadata", "annotations", "kubernetes.io/config.mirror"]) !== undefined) return spec;
  const given = spec["serviceAccountName"];
  const name = typeof given === "string" && given !== "" ? given : "default";
  const account = context.holdings?.get("serviceaccounts", context.namespace, name);
  const secrets = getKey(account, "imagePullSecrets");
  const next: JsonObject = {
    ...spec,
    serviceAccountName: name,
    serviceAccount: name,
    ...(list(spec["imagePullSecrets"]).length === 0 &&
      list(secrets).length > 0 && { imagePullSecrets: secrets ?? [] }),
  };
  const isMounted = spec["automountServiceAccountToken"] ?? getKey(account, "automountServiceAccountToken");
  return isMounted === false ? next : withToken(next, context);
};

function withToken(spec: JsonObject, context: DefaultsContext): JsonObject {
  const volumes = list(spec["volumes"]);
  const held = volumes.map((volume) => getKey(volume, "name")).find(isTokenVolume);
  const name = held ?? tokenVolume + context.random();
  const mount = { name, readOnly: true, mountPath: tokenPath };
  const mounted = (container: Json): Json => {
    const mounts = list(getKey(container, "volumeMounts"));
    const isThere = mounts.some((item) => getKey(item, "mountPath") === tokenPath);
    return isObject(container) && !isThere ? { ...container, volumeMounts: [...mounts, mount] } : container;
  };
  const lists = ["initContainers", "containers"].flatMap((field) => {
    const containers = spec[field];
    return Array.isArray(containers) ? [[field, containers.map(mounted)] as const] : [];
  });
  const isNeeded = lists.some(([field, next]) => next.some((item, at) => item !== list(spec[field])[at]));
  if (!isNeeded) return spec;
  const next = { ...spec, ...(Object.fromEntries(lists) as JsonObject) };
  return held === undefined ? { ...next, volumes: [...volumes, tokenSource(name)] } : next;
}

function isTokenVolume(name: Json | undefined): name is string {
  return typeof name === "string" && name.startsWith(tokenVolume);
}

function tokenSource(name: string): JsonObject {
  const namespace = { path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } };
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [namespace] } },
  ];
  return { name, projected: { sources, defaultMode: 0o644 } };
}

/**
 * Why a new Pod is not let in: what it names is not there. Undefined where it is let in, and without holdings.
 * The words follow `pods "NAME" is forbidden: ` of a 403.
 */
export function podRefusal(pod: KubeObject, { holdings, namespace }: DefaultsContext): string | undefined {
  const { spec } = pod;
  if (holdings === undefined || !isObject(spec)) return undefined;
  const named = (field: string): string => (typeof spec[field] === "string" ? spec[field] : "");
  const account = named("serviceAccountName") || "default";
  if (holdings.get("serviceaccounts", namespace, account) === undefined)
    return `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  const runtime = named("runtimeClassName");
  if (runtime !== "" && holdings.get("runtimeclasses.node.k8s.io", "", runtime) === undefined)
    return `pod rejected: RuntimeClass "${runtime}" not found`;
  const priority = named("priorityClassName");
  const found = priorityClass(spec, holdings);
  if (priority !== "" && found === undefined && !builtInPriorities.has(priority))
    return `no PriorityClass with name ${priority} was found`;
  const value = getKey(found, "value") ?? builtInPriorities.get(priority) ?? 0;
  if (spec["priority"] === undefined || spec["priority"] === value) return undefined;
  const given = JSON.stringify(spec["priority"]);
  return `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${JSON.stringify(value)} from the given PriorityClass name`;
}

/** The class that a pod names, or the one for those that name none. */
function priorityClass(spec: JsonObject, holdings: DefaultsContext["holdings"]): KubeObject | undefined {
  const named = spec["priorityClassName"];
  const collection = "priorityclasses.scheduling.k8s.io";
  return typeof named === "string" && named !== ""
    ? holdings?.get(collection, "", named)
    : holdings?.list(collection).find((item) => item["globalDefault"] === true);
}

const builtInPriorities: ReadonlyMap<Json | undefined, number> = new Map([
  ["system-node-critical", 2_000_001_000],
  ["system-cluster-critical", 2_000_000_000],
]);

const withPriority: Step = (spec, { holdings }) => {
  const named = spec["priorityClassName"];
  const found = priorityClass(spec, holdings);
  const name = named ?? getPath(found, ["metadata", "name"]);
  return {
    ...spec,
    ...(name !== undefined && { priorityClassName: name }),
    priority: getKey(found, "value") ?? builtInPriorities.get(named) ?? 0,
    preemptionPolicy: spec["preemptionPolicy"] ?? getKey(found, "preemptionPolicy") ?? "PreemptLowerPriority",
  };
};

const withTolerations: Step = (spec) => {
  const given = list(spec["tolerations"]);
  const missing = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].filter(
    (key) => !given.some((toleration) => tolerates(toleration, key)),
  );
  if (missing.length === 0) return spec;
  const added = missing.map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  return { ...spec, tolerations: [...given, ...added] };
};

function tolerates(toleration: Json, taint: string): boolean {
  const none = [undefined, ""] as unknown[];
  const key = getKey(toleration, "key");
  const effect = getKey(toleration, "effect");
  return (key === taint || none.includes(key)) && (effect === "NoExecute" || none.includes(effect));
}

/** `matchLabelKeys` are made part of the selector beside them, with the values that the pod has. */
const withLabelSelectors: Step = (spec, _context, pod) => {
  const labels = getPath(pod, ["metadata", "labels"]);
  const expressed = (term: Json, keys: string, operator: string): JsonObject[] =>
    list(getKey(term, keys)).flatMap((key) => {
      const value = typeof key === "string" ? getKey(labels, key) : undefined;
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const withKeys = (term: Json): Json => {
    const selector = getKey(term, "labelSelector");
    const added = [
      ...expressed(term, "matchLabelKeys", "In"),
      ...expressed(term, "mismatchLabelKeys", "NotIn"),
    ];
    const old = list(getKey(selector, "matchExpressions"));
    const fresh = added.filter((item) => !old.some((other) => getKey(other, "key") === item["key"]));
    if (!isObject(term) || !isObject(selector) || fresh.length === 0) return term;
    return { ...term, labelSelector: { ...selector, matchExpressions: [...old, ...fresh] } };
  };
  const inLists = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(inLists);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      key === "labelSelector" ? item : inLists(item),
    ]);
    return withKeys(Object.fromEntries(entries) as JsonObject);
  };
  const changed: JsonObject = { ...spec };
  for (const field of ["topologySpreadConstraints", "affinity"])
    if (spec[field] !== undefined) changed[field] = inLists(spec[field] ?? null);
  return changed;
};

function firstStatus(spec: JsonObject, { now }: DefaultsContext): JsonObject {
  const gates = list(spec["schedulingGates"]);
  const gated = {
    type: "PodScheduled",
    status: "False",
    lastProbeTime: null,
    lastTransitionTime: now(),
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  };
  return {
    phase: "Pending",
    ...(gates.length > 0 && { conditions: [gated] }),
    qosClass: qosOf(spec),
  };
}

/** The quality of service: of CPU and memory, what is limited and asked for (pkg/apis/core/helper/qos/qos.go). */
function qosOf(spec: JsonObject): string {
  const parts = isObject(spec["resources"])
    ? [spec["resources"]]
    : [...list(spec["initContainers"]), ...list(spec["containers"])].map(
        (item) => getKey(item, "resources") ?? {},
      );
  const amounts = (part: Json, of: string): (Json | undefined)[] =>
    ["cpu", "memory"]
      .map((name) => getPath(part, [of, name]))
      .map((value) => (isZero(value) ? undefined : value));
  const all = parts.map((part) => ({ limits: amounts(part, "limits"), requests: amounts(part, "requests") }));
  const given = (values: (Json | undefined)[]): boolean => values.some((value) => value !== undefined);
  if (!all.some(({ limits, requests }) => given(limits) || given(requests))) return "BestEffort";
  const isWhole = all.every(({ limits, requests }) =>
    limits.every((limit, at) => limit !== undefined && limit === requests[at]),
  );
  return isWhole ? "Guaranteed" : "Burstable";
}

function isZero(quantity: Json | undefined): boolean {
  return quantity === 0 || (typeof quantity === "string" && /^0*(\.0*)?[a-zA-Z]*$/.test(quantity));
}
