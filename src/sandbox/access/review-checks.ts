/** What is wrong with an access review. Source: kubernetes pkg/apis/authorization/validation. */
import { getKey, isObject, stringifyJson, type JsonObject } from "../../json.js";
import type { Cause } from "../../schema/index.js";
import { invalid } from "../status.js";
import { text, texts } from "./rules.js";

/** Throws the 422 for all that is wrong with a review of one of the three kinds. */
export function checkReview(kind: string, metadata: JsonObject, spec: JsonObject): void {
  const isLocal = kind === "LocalSubjectAccessReview";
  const causes = [
    ...attributeProblems(spec),
    ...(kind === "SelfSubjectAccessReview" ? [] : subjectProblems(spec)),
    ...selectorProblems(getKey(spec, "resourceAttributes")),
    ...metadataProblems(metadata, isLocal),
    ...(isLocal ? localProblems(metadata, spec) : []),
  ];
  // The real server has forgotten the kind by then.
  if (causes.length > 0) throw invalid({ group: "authorization.k8s.io", resource: "", name: "" }, causes);
}

function wrong(field: string, value: string, why: string): Cause {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${value}: ${why}` };
}

function attributeProblems(spec: JsonObject): Cause[] {
  const path = getKey(spec, "nonResourceAttributes");
  const hasResource = isObject(getKey(spec, "resourceAttributes"));
  if (isObject(path) && hasResource)
    return [
      wrong(
        "spec.nonResourceAttributes",
        shown(path),
        "cannot be specified in combination with resourceAttributes",
      ),
    ];
  if (isObject(path) || hasResource) return [];
  const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  return [wrong("spec.resourceAttributes", "null", why)];
}

/** The attributes under the names of the Go fields. */
function shown(attributes: JsonObject): string {
  return stringifyJson({ Path: text(attributes, "path"), Verb: text(attributes, "verb") });
}

function subjectProblems(spec: JsonObject): Cause[] {
  if (text(spec, "user") !== "" || texts(spec, "groups").length > 0) return [];
  return [wrong("spec.user", '""', "at least one of user or group must be specified")];
}

function selectorProblems(attributes: unknown): Cause[] {
  return ["fieldSelector", "labelSelector"].flatMap((key): Cause[] => {
    const selector = getKey(attributes, key);
    if (!isObject(selector)) return [];
    const at = `spec.resourceAttributes.${key}`;
    const raw = text(selector, "rawSelector");
    const requirements = getKey(selector, "requirements");
    const hasRequirements = Array.isArray(requirements) && requirements.length > 0;
    if (raw !== "" && hasRequirements) {
      const why = "may not specified at the same time as requirements";
      return [wrong(`${at}.rawSelector`, JSON.stringify(raw), why)];
    }
    if (raw !== "" || hasRequirements) return [];
    const message = `Required value: when ${at} is specified, requirements or rawSelector is required`;
    return [{ reason: "FieldValueRequired", field: `${at}.requirements`, message }];
  });
}

/** All but managed fields, and the namespace of a local review, which it is in anyway. */
function metadataProblems(metadata: JsonObject, isLocal: boolean): Cause[] {
  const kept = Object.keys(metadata).filter(
    (key) => key !== "managedFields" && !(isLocal && key === "namespace") && metadata[key] !== null,
  );
  if (kept.length === 0) return [];
  const why = isLocal ? "must be empty except for namespace" : "must be empty";
  return [wrong("metadata", stringifyJson(metadata), why)];
}

function localProblems(metadata: JsonObject, spec: JsonObject): Cause[] {
  const attributes = getKey(spec, "resourceAttributes");
  const namespace = text(attributes, "namespace");
  const path = getKey(spec, "nonResourceAttributes");
  return [
    ...(isObject(attributes) && namespace !== text(metadata, "namespace")
      ? [
          wrong(
            "spec.resourceAttributes.namespace",
            JSON.stringify(namespace),
            "must match metadata.namespace",
          ),
        ]
      : []),
    ...(isObject(path)
      ? [wrong("spec.nonResourceAttributes", shown(path), "disallowed on this kind of request")]
      : []),
  ];
}
