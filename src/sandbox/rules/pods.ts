/**
 * Pods and pod templates.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`ValidatePodSpec`, `ValidatePodTemplateSpec`,
 * `ValidatePodUpdate`).
 */
import { equalJson, getKey, isObject, type Json } from "../../json.js";
import { omit } from "../defaults/omit.js";
import { containerRules, lifecycleRules } from "./containers.js";
import { dnsLabel, dnsSubdomain, labelKey } from "./formats.js";
import { annotationRules, labelRules } from "./metadata.js";
import { partRules } from "./pod-parts.js";
import {
  at,
  duplicate,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  number,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";

/** The template of a workload. */
export function templateRules(template: Spot, extraVolumes: readonly string[] = []): void {
  // The server leaves the metadata out of their paths.
  const place = (field: string): Spot => ({
    ...at(template, "metadata", field),
    path: `${template.path}.${field}`,
  });
  labelRules(place("labels"));
  annotationRules(place("annotations"));
  const spec = at(template, "spec");
  podSpecRules(spec, extraVolumes);
  for (const container of items(at(spec, "containers"))) imageRules(container);
  for (const container of items(at(spec, "initContainers"))) imageRules(container);
  if (isGiven(at(spec, "ephemeralContainers")))
    forbidden(at(spec, "ephemeralContainers"), "ephemeral containers not allowed in pod template");
}

function imageRules(container: Spot): void {
  if (text(at(container, "image")) === "") required(at(container, "image"));
}

/** A pod itself. */
export function podRules(pod: Spot): void {
  const spec = at(pod, "spec");
  podSpecRules(spec, []);
  for (const list of ["containers", "initContainers"])
    for (const container of items(at(spec, list))) imageRules(container);
}

function podSpecRules(spec: Spot, extraVolumes: readonly string[]): void {
  const volumes = new Set([...volumeRules(at(spec, "volumes")), ...extraVolumes]);
  const containers = at(spec, "containers");
  if (!isGiven(containers)) required(containers);
  const names = new Set<string>();
  const unique = (container: Spot): void => {
    const name = at(container, "name");
    if (names.has(text(name))) duplicate(name);
    else if (text(name) !== "") names.add(text(name));
  };
  for (const container of items(containers)) {
    containerRules(container, volumes);
    unique(container);
    lifecycleRules(container);
  }
  for (const container of items(at(spec, "initContainers"))) {
    containerRules(container, volumes);
    unique(container);
    if (text(at(container, "restartPolicy")) === "Always") lifecycleRules(container);
    else onlyOnce(container);
  }
  if (!isThere(at(spec, "restartPolicy"))) required(at(spec, "restartPolicy"));
  oneOf(at(spec, "restartPolicy"), ["Always", "OnFailure", "Never"]);
  oneOf(at(spec, "dnsPolicy"), ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]);
  labelRules(at(spec, "nodeSelector"));
  placeRules(spec);
  partRules(spec);
}

function onlyOnce(container: Spot): void {
  for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
    if (isThere(at(container, field)))
      forbidden(at(container, field), "may not be set for init containers without restartPolicy=Always");
}

/** Where a pod runs and as what. */
function placeRules(spec: Spot): void {
  for (const field of ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"])
    if (text(at(spec, field)) !== "") format(at(spec, field), dnsSubdomain);
  for (const field of ["hostname", "subdomain"])
    if (text(at(spec, field)) !== "") format(at(spec, field), dnsLabel);
  const deadline = at(spec, "activeDeadlineSeconds");
  const seconds = number(deadline);
  if (seconds !== undefined && (seconds < 1 || seconds > 2147483647))
    invalid(deadline, "must be between 1 and 2147483647, inclusive");
  for (const toleration of items(at(spec, "tolerations"))) tolerationRules(toleration);
  for (const field of ["runAsUser", "runAsGroup", "fsGroup"]) {
    const id = at(spec, "securityContext", field);
    const given = number(id);
    if (given !== undefined && (given < 0 || given > 2147483647))
      invalid(id, "must be between 0 and 2147483647, inclusive");
  }
}

function tolerationRules(toleration: Spot): void {
  const [key, operator, value] = ["key", "operator", "value"].map((name) => at(toleration, name)) as [
    Spot,
    Spot,
    Spot,
  ];
  if (text(key) !== "") format(key, labelKey);
  if (text(key) === "" && text(operator) !== "Exists")
    invalid(
      operator,
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      text(operator),
    );
  if (isThere(at(toleration, "tolerationSeconds")) && text(at(toleration, "effect")) !== "NoExecute")
    invalid(
      at(toleration, "effect"),
      "effect must be 'NoExecute' when `tolerationSeconds` is set",
      text(at(toleration, "effect")),
    );
  if (text(operator) === "Exists" && text(value) !== "")
    invalid(operator, "value must be empty when `operator` is 'Exists'", value.value);
  oneOf(at(toleration, "effect"), ["NoSchedule", "PreferNoSchedule", "NoExecute"]);
}

/** Volumes, each of one source. Gives the names that can be mounted. */
function volumeRules(list: Spot): string[] {
  const names = new Set<string>();
  for (const volume of items(list)) {
    const before = volume.found.length;
    sourceRules(volume);
    const name = at(volume, "name");
    if (text(name) === "") required(name);
    else format(name, dnsLabel);
    if (names.has(text(name))) duplicate(name);
    if (volume.found.length === before) names.add(text(name));
  }
  return [...names];
}

/** What a volume of some kinds can't do without. */
const neededOf: Readonly<Record<string, readonly string[]>> = {
  hostPath: ["path"],
  secret: ["secretName"],
  configMap: ["name"],
  persistentVolumeClaim: ["claimName"],
  nfs: ["server", "path"],
  csi: ["driver"],
};

function sourceRules(volume: Spot): void {
  const given = isObject(volume.value) ? volume.value : {};
  const kinds = Object.keys(given).filter((key) => key !== "name" && isObject(given[key]));
  const order = Object.keys(neededOf);
  // The first of them in the order of the Go type counts; emptyDir is the first of all.
  kinds.sort((a, b) => (a === "emptyDir" ? -1 : b === "emptyDir" ? 1 : order.indexOf(a) - order.indexOf(b)));
  const [first, ...others] = kinds;
  if (first === undefined) {
    required(volume, "must specify a volume type");
    return;
  }
  for (const other of others) forbidden(at(volume, other), "may not specify more than 1 volume type");
  for (const field of (Object.hasOwn(neededOf, first) ? neededOf[first] : undefined) ?? [])
    if (text(at(volume, first, field)) === "") required(at(volume, first, field));
  const mode = at(volume, first, "defaultMode");
  if ((number(mode) ?? 0) < 0 || (number(mode) ?? 0) > 0o777)
    invalid(mode, "must be a number between 0 and 0777 (octal), both inclusive");
}

const changeable =
  "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** A changed pod: nearly all of its spec is for ever. The real server adds a diff to the message. */
export function podUpdateRules(pod: Spot, live: Json): void {
  const [spec, before] = [at(pod, "spec"), getKey(live, "spec")];
  for (const list of ["containers", "initContainers"]) {
    const old = getKey(before, list);
    if (items(at(spec, list)).length === (Array.isArray(old) ? old.length : 0)) continue;
    forbidden(at(spec, list), "pod updates may not add or remove containers");
    return;
  }
  const wasGated = Array.isArray(getKey(before, "schedulingGates"));
  const same = equalJson(settled(spec.value, wasGated), settled(before, wasGated));
  if (!same) forbidden(spec, `pod updates may not change fields other than ${changeable}`);
  const tolerations = at(spec, "tolerations");
  const kept = items(tolerations).map(({ value }) => value);
  const old = getKey(before, "tolerations");
  const isKept = (item: Json): boolean =>
    kept.some((other) => equalJson(withoutSeconds(item), withoutSeconds(other)));
  if (Array.isArray(old) && !old.every(isKept))
    forbidden(tolerations, "existing toleration can not be modified except its tolerationSeconds");
}

/** A spec without what may change. */
function settled(spec: Json | undefined, isGated: boolean): Json {
  if (!isObject(spec)) return null;
  const changeable = ["activeDeadlineSeconds", "tolerations", "schedulingGates"];
  const kept = omit(spec, ...changeable, ...(isGated ? ["nodeSelector", "affinity"] : []));
  for (const list of ["containers", "initContainers"]) {
    const containers = spec[list];
    if (Array.isArray(containers)) kept[list] = containers.map(withoutImage);
  }
  return kept;
}

function withoutSeconds(toleration: Json | undefined): Json | undefined {
  return isObject(toleration) ? omit(toleration, "tolerationSeconds") : toleration;
}

function withoutImage(container: Json): Json {
  return isObject(container) ? omit(container, "image") : container;
}
