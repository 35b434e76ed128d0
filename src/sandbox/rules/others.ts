/**
 * Rights, budgets, autoscalers, priorities, webhooks and the rest.
 *
 * Source: kubernetes pkg/apis/{rbac,policy,autoscaling,scheduling,coordination,admissionregistration,core}/validation.
 */
import { getKey, type Json } from "../../json.js";
import { amount, plainText } from "./amounts.js";
import { dnsLabel, dnsSubdomain, labelKey, percentage } from "./formats.js";
import { selectorRules } from "./metadata.js";
import {
  at,
  entries,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  natural,
  notSupported,
  number,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";

export const roleRules = (isNamespaced: boolean) =>
  function rules(object: Spot): void {
    for (const rule of items(at(object, "rules"))) rightRules(rule, isNamespaced);
    for (const selector of items(at(object, "aggregationRule", "clusterRoleSelectors")))
      selectorRules(selector);
  };

function rightRules(rule: Spot, isNamespaced: boolean): void {
  const [verbs, groups, resources, urls] = ["verbs", "apiGroups", "resources", "nonResourceURLs"].map(
    (name) => at(rule, name),
  ) as [Spot, Spot, Spot, Spot];
  if (!isGiven(verbs)) required(verbs, "verbs must contain at least one value");
  if (isGiven(urls)) {
    if (isNamespaced) invalid(urls, "namespaced rules cannot apply to non-resource URLs");
    if (isGiven(groups) || isGiven(resources) || isGiven(at(rule, "resourceNames")))
      invalid(urls, "rules cannot apply to both regular resources and non-resource URLs");
    return;
  }
  if (!isGiven(groups)) required(groups, "resource rules must supply at least one api group");
  if (!isGiven(resources)) required(resources, "resource rules must supply at least one resource");
}

export const bindingRules = (isNamespaced: boolean) =>
  function rules(object: Spot): void {
    const reference = at(object, "roleRef");
    const group = at(reference, "apiGroup");
    if (text(group) !== rbacGroup) notSupported(group, [rbacGroup], text(group));
    const kind = at(reference, "kind");
    const kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
    if (!kinds.includes(text(kind))) notSupported(kind, kinds, text(kind));
    if (text(at(reference, "name")) === "") required(at(reference, "name"));
    for (const subject of items(at(object, "subjects"))) subjectRules(subject, isNamespaced);
  };

const rbacGroup = "rbac.authorization.k8s.io";

function subjectRules(subject: Spot, isNamespaced: boolean): void {
  const [name, kind, group] = [at(subject, "name"), at(subject, "kind"), at(subject, "apiGroup")];
  if (text(name) === "") required(name);
  switch (text(kind)) {
    case "ServiceAccount":
      if (text(name) !== "") format(name, dnsSubdomain);
      if (text(group) !== "") notSupported(group, [""], group.value);
      if (!isNamespaced && text(at(subject, "namespace")) === "") required(at(subject, "namespace"));
      break;
    case "User":
    case "Group":
      if (text(group) !== rbacGroup) notSupported(group, [rbacGroup], text(group));
      break;
    default:
      notSupported(kind, ["ServiceAccount", "User", "Group"], text(kind));
  }
}

export function budgetRules(object: Spot): void {
  const spec = at(object, "spec");
  const [least, most] = [at(spec, "minAvailable"), at(spec, "maxUnavailable")];
  if (isThere(least) && isThere(most)) {
    const shown: Json = {
      MinAvailable: least.value ?? null,
      Selector: at(spec, "selector").value ?? null,
      MaxUnavailable: most.value ?? null,
      UnhealthyPodEvictionPolicy: at(spec, "unhealthyPodEvictionPolicy").value ?? null,
    };
    invalid(spec, "minAvailable and maxUnavailable cannot be both set", shown);
  }
  for (const spot of [least, most]) {
    if (typeof spot.value === "string") format(spot, percentage);
    else natural(spot);
  }
  selectorRules(at(spec, "selector"));
}

export function autoscalerRules(object: Spot): void {
  const spec = at(object, "spec");
  const [least, most] = [at(spec, "minReplicas"), at(spec, "maxReplicas")];
  const [min, max] = [number(least) ?? 1, number(most) ?? 0];
  if (min < 1) invalid(least, "must be greater than or equal to 1");
  if (max < 1) required(most, "must be set and greater than 0");
  if (max < min) invalid(most, "must be greater than or equal to `minReplicas`");
  const target = at(spec, "scaleTargetRef");
  for (const name of ["kind", "name"]) if (text(at(target, name)) === "") required(at(target, name));
  const apiVersion = at(target, "apiVersion");
  if (!text(apiVersion).includes("/") && text(apiVersion) !== "v1")
    invalid(apiVersion, "apiVersion must specify API group", text(apiVersion));
  const isScaledToNothing = items(at(spec, "metrics")).some((metric) =>
    ["Object", "External"].includes(text(at(metric, "type"))),
  );
  if (min === 0 && !isScaledToNothing)
    forbidden(
      at(spec, "metrics"),
      "must specify at least one Object or External metric to support scaling to zero replicas",
    );
}

/** The highest value that is not for the system itself. */
const highestPriority = 1_000_000_000;
const systemPriorities = new Set(["system-cluster-critical", "system-node-critical"]);

export function priorityRules(object: Spot): void {
  const name = at(object, "metadata", "name");
  if (text(name).startsWith("system-")) {
    if (!systemPriorities.has(text(name)))
      forbidden(
        name,
        `priority class names with 'system-' prefix are reserved for system use only. error: ${text(name)} is not a known system priority class`,
      );
  } else if ((number(at(object, "value")) ?? 0) > highestPriority)
    forbidden(at(object, "value"), `maximum allowed value of a user defined priority is ${highestPriority}`);
  oneOf(at(object, "preemptionPolicy"), ["Never", "PreemptLowerPriority"]);
}

export function leaseRules(object: Spot): void {
  const spec = at(object, "spec");
  const seconds = at(spec, "leaseDurationSeconds");
  if ((number(seconds) ?? 1) <= 0) invalid(seconds, "must be greater than 0");
  natural(at(spec, "leaseTransitions"));
}

const quotaNames =
  /^(cpu|memory|ephemeral-storage|requests\..+|limits\..+|hugepages-.+|pods|services(\.(nodeports|loadbalancers))?|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|storage)$/;

export function quotaRules(object: Spot): void {
  for (const [name, entry] of entries(at(object, "spec", "hard"))) {
    const faults = labelKey(name);
    for (const fault of faults) invalid(entry, fault, name);
    if (!name.includes("/") && !quotaNames.test(name))
      invalid(entry, "must be a standard resource for quota", name);
    const given = amount(entry.value);
    if (given !== undefined && given < 0)
      invalid(entry, "must be greater than or equal to 0", plainText(entry.value));
  }
}

export function runtimeClassRules(object: Spot): void {
  const handler = at(object, "handler");
  if (text(handler) === "") required(handler);
  else format(handler, dnsLabel);
}

export function webhookRules(object: Spot): void {
  const names = new Set<string>();
  for (const webhook of items(at(object, "webhooks"))) {
    const name = at(webhook, "name");
    if (text(name) === "") required(name);
    else if (dnsSubdomain(text(name)).length > 0) invalid(name, dnsSubdomain(text(name)).join(","));
    else if (text(name).split(".").length < 3)
      invalid(name, "should be a domain with at least three segments separated by dots");
    names.add(text(name));
    const effects = at(webhook, "sideEffects");
    if (!isThere(effects)) required(effects, "must specify one of None, NoneOnDryRun");
    oneOf(effects, ["None", "NoneOnDryRun"]);
    const seconds = at(webhook, "timeoutSeconds");
    const given = number(seconds) ?? 10;
    if (given < 1 || given > 30) invalid(seconds, "the timeout value must be between 1 and 30 seconds");
    clientRules(at(webhook, "clientConfig"));
    reviewRules(at(webhook, "admissionReviewVersions"));
  }
}

function clientRules(client: Spot): void {
  const [url, service] = [at(client, "url"), at(client, "service")];
  if (isThere(url) === isThere(service)) {
    required(client, "exactly one of url or service is required");
    return;
  }
  if (isThere(url) && !text(url).startsWith("https://"))
    invalid(url, "'https' is the only allowed URL scheme; desired format: https://host[/path]");
  if (isThere(service))
    for (const field of ["name", "namespace"])
      if (text(at(service, field)) === "") required(at(service, field), `service ${field} is required`);
}

function reviewRules(versions: Spot): void {
  const given = items(versions).map(text);
  if (given.length === 0) required(versions, "must specify one of v1, v1beta1");
  else if (!given.some((version) => version === "v1" || version === "v1beta1"))
    invalid(versions, "must include at least one of v1, v1beta1");
}

/** A path of `metadata.namespace` where a namespaced object needs to say where it points (core/v1 Event). */
export function eventRules(object: Spot): void {
  const namespace = at(object, "involvedObject", "namespace");
  const own = getKey(getKey(object.value, "metadata"), "namespace");
  if (own !== undefined && text(namespace) !== own && !(text(namespace) === "" && own === "default"))
    invalid(namespace, "does not match event.namespace", text(namespace));
}
