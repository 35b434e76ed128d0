/**
 * Jobs and CronJobs.
 *
 * Source: kubernetes pkg/apis/batch/validation/validation.go.
 */
import { equalJson, getKey, isObject, type Json } from "../../json.js";
import { omit } from "../defaults/omit.js";
import { selectorRules } from "./metadata.js";
import { templateRules } from "./pods.js";
import { scheduleFault, timeZoneFault } from "./schedule.js";
import {
  at,
  invalid,
  isThere,
  natural,
  needed,
  notSupported,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";
import { matchRules, selectorShown } from "./workloads.js";

export function jobRules(object: Spot): void {
  const spec = at(object, "spec");
  generatedRules(object);
  jobSpecRules(spec);
  const selector = at(spec, "selector");
  if (!isThere(selector)) required(selector);
  if (selectorRules(selector)) matchRules(selector, at(spec, "template"));
}

/** Who leaves the selector to the server gets one of its own, and may not bring another. */
function generatedRules(object: Spot): void {
  const spec = at(object, "spec");
  if (at(spec, "manualSelector").value === true) return;
  const selector = at(spec, "selector");
  const uid = getKey(getKey(object.value, "metadata"), "uid");
  const expected = { matchLabels: { "batch.kubernetes.io/controller-uid": uid ?? "" } };
  if (!isThere(selector) || uid === undefined || equalJson(selector.value, expected)) return;
  if (getKey(getKey(selector.value, "matchLabels"), "controller-uid") === uid) return;
  invalid(selector, "`selector` not auto-generated", selectorShown(selector.value));
}

function jobSpecRules(spec: Spot): void {
  const counts = [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
  ];
  for (const field of counts) natural(at(spec, field));
  const mode = at(spec, "completionMode");
  oneOf(mode, ["NonIndexed", "Indexed"]);
  const perIndex = at(spec, "backoffLimitPerIndex");
  natural(perIndex);
  if (text(mode) === "Indexed") {
    if (!isThere(at(spec, "completions")))
      required(at(spec, "completions"), "when completion mode is Indexed");
  } else if (text(mode) === "NonIndexed" && isThere(perIndex))
    invalid(perIndex, "requires indexed completion mode");
  templateRules(at(spec, "template"));
  const policy = at(spec, "template", "spec", "restartPolicy");
  const ways = ["OnFailure", "Never"];
  if (text(policy) === "Always" || text(policy) === "")
    required(policy, `valid values: ${ways.map((way) => `"${way}"`).join(", ")}`);
  else oneOf(policy, ways);
}

/** What is immutable of a Job but for its template. */
export function jobUpdateRules(object: Spot, live: Json): void {
  const [spec, before] = [at(object, "spec"), getKey(live, "spec")];
  const completions = at(spec, "completions");
  if (text(at(spec, "completionMode")) === "Indexed") {
    const isChanged = !equalJson(completions.value, getKey(before, "completions"));
    if (isChanged && completions.value !== at(spec, "parallelism").value)
      invalid(completions, "can only be modified in tandem with spec.parallelism");
  } else fixedField(completions, getKey(before, "completions"));
  const fixed = [
    "selector",
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
  ];
  for (const field of fixed) fixedField(at(spec, field), getKey(before, field));
  const template = at(spec, "template");
  const isSuspended = getKey(before, "suspend") === true;
  const settled = (value: Json | undefined): Json | undefined => (isSuspended ? withoutPlace(value) : value);
  if (!equalJson(settled(template.value), settled(getKey(before, "template"))))
    invalid(template, "field is immutable");
}

function fixedField(spot: Spot, before: Json | undefined): void {
  if (!equalJson(spot.value ?? null, before ?? null)) invalid(spot, "field is immutable");
}

/** What may change in the template of a Job that was never started: where its pods go. */
function withoutPlace(template: Json | undefined): Json | undefined {
  const spec = getKey(template, "spec");
  if (!isObject(template) || !isObject(spec)) return template;
  const { affinity } = spec;
  const rest = omit(spec, "nodeSelector", "tolerations", "schedulingGates", "affinity");
  return { spec: rest, affinity: isObject(affinity) ? omit(affinity, "nodeAffinity") : {} };
}

export function cronJobRules(object: Spot, live?: Json): void {
  const spec = at(object, "spec");
  const schedule = at(spec, "schedule");
  const before = getKey(live, "spec");
  if (text(schedule) === "") required(schedule);
  else {
    const fault = scheduleFault(text(schedule));
    if (fault !== undefined) invalid(schedule, fault);
    const old = getKey(before, "schedule");
    if (text(schedule).includes("TZ") && !(typeof old === "string" && old.includes("TZ")))
      invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  }
  natural(at(spec, "startingDeadlineSeconds"));
  const zone = at(spec, "timeZone");
  if (isThere(zone) && zone.value !== getKey(before, "timeZone")) {
    const fault = timeZoneFault(text(zone));
    if (fault !== undefined) invalid(zone, fault);
  }
  needed(at(spec, "concurrencyPolicy"), ["Allow", "Forbid", "Replace"]);
  const job = at(spec, "jobTemplate", "spec");
  jobSpecRules(job);
  if (isThere(at(job, "selector"))) invalid(at(job, "selector"), "`selector` will be auto-generated");
  if (at(job, "manualSelector").value === true) notSupported(at(job, "manualSelector"), ["nil", "false"]);
  natural(at(spec, "successfulJobsHistoryLimit"));
  natural(at(spec, "failedJobsHistoryLimit"));
}
