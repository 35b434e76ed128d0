/**
 * Label selectors: as an object has them, as a server takes them, and which objects they select.
 *
 * Source: Kubernetes apimachinery pkg/labels/selector.go (what a requirement matches, and its text),
 * pkg/apis/meta/v1/helpers.go (`matchLabels` and `matchExpressions`).
 */
import { getKey, getPath, isObject } from "../json.js";
import type { Json } from "../json.js";
import type { KubeObject } from "../model.js";
import { objectsOf, textOf } from "./readiness.js";

export type Requirement =
  | { is: "in" | "not-in"; key: string; values: readonly string[] }
  | { is: "there" | "not-there"; key: string };

/** All of its requirements are to be met; one without any selects everything. */
export type Selector = readonly Requirement[];

/** That each of these labels has its value. */
export function selectorOfLabels(labels: Json | undefined): Selector {
  return Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => ({
    is: "in",
    key,
    values: [textOf(value) ?? ""],
  }));
}

/** That of a `metav1.LabelSelector`. */
export function selectorOf(selector: Json | undefined): Selector {
  return [
    ...selectorOfLabels(getKey(selector, "matchLabels")),
    ...objectsOf(getKey(selector, "matchExpressions")).map(requirement),
  ];
}

function requirement(expression: KubeObject): Requirement {
  const key = textOf(getKey(expression, "key")) ?? "";
  const given = getKey(expression, "values");
  const values = Array.isArray(given) ? given.map(String) : [];
  switch (textOf(getKey(expression, "operator")) ?? "") {
    case "In":
      return { is: "in", key, values };
    case "NotIn":
      return { is: "not-in", key, values };
    case "DoesNotExist":
      return { is: "not-there", key };
    default:
      return { is: "there", key };
  }
}

/** As a `labelSelector` parameter has it: `app=web,env in (a,b),!old`. */
export function selectorText(selector: Selector): string {
  return selector.map(requirementText).join(",");
}

function requirementText(one: Requirement): string {
  switch (one.is) {
    case "in":
      return one.values.length === 1
        ? `${one.key}=${one.values[0]}`
        : `${one.key} in (${one.values.join(",")})`;
    case "not-in":
      return `${one.key} notin (${one.values.join(",")})`;
    case "there":
      return one.key;
    case "not-there":
      return `!${one.key}`;
  }
}

/** Whether an object has labels as a selector asks for them. */
export function isSelectedBy(selector: Selector, object: KubeObject): boolean {
  const labels = getPath(object, ["metadata", "labels"]);
  return selector.every((one) => isMet(one, getKey(labels, one.key)));
}

function isMet(one: Requirement, value: Json | undefined): boolean {
  switch (one.is) {
    case "in":
      return typeof value === "string" && one.values.includes(value);
    case "not-in":
      return typeof value !== "string" || !one.values.includes(value);
    case "there":
      return value !== undefined;
    case "not-there":
      return value === undefined;
  }
}
