/**
 * What runs pods for ever: Deployments, StatefulSets, DaemonSets, ReplicaSets.
 *
 * Source: kubernetes pkg/apis/apps/validation/validation.go.
 */
import { equalJson, getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { dnsLabel, percentage } from "./formats.js";
import { selectorRules, selects, selectsAll } from "./metadata.js";
import { templateRules } from "./pods.js";
import {
  at,
  forbidden,
  format,
  invalid,
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

/** A selector as the server shows it: its parts and labels in order. */
export function selectorShown(selector: Json | undefined): Json {
  if (!isObject(selector)) return null;
  const { matchLabels, matchExpressions } = selector;
  return {
    ...(isObject(matchLabels) && { matchLabels: sorted(matchLabels) }),
    ...(matchExpressions !== undefined && { matchExpressions }),
  };
}

function sorted(labels: Json | undefined): Json {
  if (!isObject(labels)) return null;
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A selector has to be there, say something, and select the pods of the template. */
function ownPods(spec: Spot, kind: string, extraVolumes: readonly string[] = []): void {
  const selector = at(spec, "selector");
  const isUsable = selectorRules(selector);
  if (!isThere(selector)) required(selector);
  else if (selectsAll(selector.value)) invalid(selector, `empty selector is invalid for ${kind}`);
  const template = at(spec, "template");
  if (!isUsable) {
    invalid(selector, kind === "deployment" ? "invalid label selector" : "", selectorShown(selector.value));
    if (kind === "deployment") return;
  } else matchRules(selector, template);
  templateRules(template, extraVolumes);
}

/** An absent selector selects nothing, and an empty one, which is refused already, is not judged again. */
export function matchRules(selector: Spot, template: Spot): void {
  const labels = at(template, "metadata", "labels");
  const fits = isThere(selector) && (selectsAll(selector.value) || selects(selector.value, labels.value));
  if (!fits) invalid(labels, "`selector` does not match template `labels`", sorted(labels.value));
}

/** Pods that are to run for ever. */
function runsForever(spec: Spot, kind: string): void {
  const policy = at(spec, "template", "spec", "restartPolicy");
  if (text(policy) !== "Always") notSupported(policy, ["Always"]);
  const deadline = at(spec, "template", "spec", "activeDeadlineSeconds");
  if (isThere(deadline)) forbidden(deadline, `activeDeadlineSeconds in ${kind} is not Supported`);
}

/** A number that is not negative, or a percentage. */
function countOrPercentage(spot: Spot): void {
  if (typeof spot.value === "string") format(spot, percentage);
  else natural(spot);
}

function isNothing({ value }: Spot): boolean {
  return (
    value === undefined ||
    value === 0 ||
    (typeof value === "string" && (/^0+%$/.test(value) || !/^\d+%$/.test(value)))
  );
}

function atMostAll(spot: Spot): void {
  const [, percent = "0"] = /^(\d+)%$/.exec(text(spot)) ?? [];
  if (Number(percent) > 100) invalid(spot, "must not be greater than 100%");
}

/** A strategy as the server shows one that it does not know: the Go value. */
const strategyShown = (strategy: Spot, shown = countsShown): JsonObject => {
  const rolling = at(strategy, "rollingUpdate");
  return { Type: text(at(strategy, "type")), RollingUpdate: isThere(rolling) ? shown(rolling) : null };
};

const countsShown = (rolling: Spot): JsonObject => ({
  MaxUnavailable: at(rolling, "maxUnavailable").value ?? 0,
  MaxSurge: at(rolling, "maxSurge").value ?? 0,
});

const rollingShown = (rolling: Spot): JsonObject => ({
  Partition: at(rolling, "partition").value ?? 0,
  MaxUnavailable: at(rolling, "maxUnavailable").value ?? null,
});

export function deploymentRules(object: Spot): void {
  const spec = at(object, "spec");
  natural(at(spec, "replicas"));
  ownPods(spec, "deployment");
  runsForever(spec, "ReplicaSet");
  const strategy = at(spec, "strategy");
  const rolling = at(strategy, "rollingUpdate");
  switch (text(at(strategy, "type"))) {
    case "Recreate":
      if (isThere(rolling)) forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
      break;
    case "RollingUpdate":
      rollingRules(rolling);
      break;
    default:
      notSupported(strategy, ["Recreate", "RollingUpdate"], strategyShown(strategy));
  }
  for (const field of ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"])
    natural(at(spec, field));
  const deadline = at(spec, "progressDeadlineSeconds");
  const ready = number(at(spec, "minReadySeconds")) ?? 0;
  if ((number(deadline) ?? Infinity) <= ready) invalid(deadline, "must be greater than minReadySeconds");
}

function rollingRules(rolling: Spot): void {
  const [unavailable, surge] = [at(rolling, "maxUnavailable"), at(rolling, "maxSurge")];
  countOrPercentage(unavailable);
  countOrPercentage(surge);
  if (isNothing(unavailable) && isNothing(surge)) invalid(unavailable, "may not be 0 when `maxSurge` is 0");
  atMostAll(unavailable);
}

export function replicaSetRules(object: Spot): void {
  const spec = at(object, "spec");
  natural(at(spec, "replicas"));
  natural(at(spec, "minReadySeconds"));
  ownPods(spec, "deployment");
  runsForever(spec, "ReplicaSet");
}

export function daemonSetRules(object: Spot): void {
  const spec = at(object, "spec");
  ownPods(spec, "daemonset");
  runsForever(spec, "DaemonSet");
  natural(at(spec, "minReadySeconds"));
  natural(at(spec, "revisionHistoryLimit"));
  const strategy = at(spec, "updateStrategy");
  const type = text(at(strategy, "type"));
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") {
    notSupported(strategy, ["RollingUpdate", "OnDelete"], strategyShown(strategy));
    return;
  }
  const unavailable = at(strategy, "rollingUpdate", "maxUnavailable");
  const surge = at(strategy, "rollingUpdate", "maxSurge");
  for (const spot of [unavailable, surge]) countOrPercentage(spot);
  for (const spot of [unavailable, surge]) atMostAll(spot);
  if (isNothing(unavailable) && isNothing(surge)) required(unavailable, "cannot be 0 when maxSurge is 0");
  else if (!isNothing(unavailable) && !isNothing(surge))
    invalid(surge, "may not be set when maxUnavailable is non-zero");
}

export function statefulSetRules(object: Spot): void {
  const spec = at(object, "spec");
  const policy = at(spec, "podManagementPolicy");
  if (!["OrderedReady", "Parallel"].includes(text(policy)))
    invalid(policy, "must be 'OrderedReady' or 'Parallel'");
  const strategy = at(spec, "updateStrategy");
  const rolling = at(strategy, "rollingUpdate");
  const type = text(at(strategy, "type"));
  if (type === "OnDelete" && isThere(rolling))
    invalid(rolling, "only allowed for updateStrategy 'RollingUpdate'", rollingShown(rolling));
  else if (type === "RollingUpdate") natural(at(rolling, "partition"));
  else if (type !== "OnDelete")
    invalid(strategy, "must be 'RollingUpdate' or 'OnDelete'", strategyShown(strategy, rollingShown));
  for (const field of ["whenDeleted", "whenScaled"])
    oneOf(at(spec, "persistentVolumeClaimRetentionPolicy", field), ["Delete", "Retain"]);
  natural(at(spec, "replicas"));
  natural(at(spec, "minReadySeconds"));
  if (text(at(spec, "serviceName")) !== "") format(at(spec, "serviceName"), dnsLabel);
  const claims = items(at(spec, "volumeClaimTemplates")).map((claim) => text(at(claim, "metadata", "name")));
  ownPods(spec, "statefulset", claims);
  runsForever(spec, "StatefulSet");
}

const changeableSet = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function statefulSetUpdateRules(object: Spot, live: Json): void {
  const rest = (spec: Json | undefined): Json =>
    Object.fromEntries(
      Object.entries(isObject(spec) ? spec : {}).filter(([key]) => !changeableSet.includes(key)),
    );
  const spec = at(object, "spec");
  if (equalJson(rest(spec.value), rest(getKey(live, "spec")))) return;
  const message =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  forbidden(spec, message);
}
