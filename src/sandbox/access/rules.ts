/**
 * RBAC rules: what one allows, and whether some cover others.
 *
 * Source: kubernetes pkg/apis/rbac/v1/evaluation_helpers.go; component-helpers auth/rbac/validation
 * (`policy_comparator.go`); pkg/registry/rbac/validation/policy_compact.go.
 */
import { getKey, isObject, type JsonObject } from "../../json.js";
import { quote } from "./words.js";

/** A `PolicyRule` with all its lists. */
export interface Rule {
  verbs: readonly string[];
  apiGroups: readonly string[];
  resources: readonly string[];
  resourceNames: readonly string[];
  nonResourceURLs: readonly string[];
}

/** What RBAC is asked: an `Ask` with any verb, since rules also know `impersonate`, `bind` and `escalate`. */
export type Question =
  | {
      is: "resource";
      verb: string;
      group: string;
      resource: string;
      subresource: string;
      namespace: string;
      name: string;
    }
  | { is: "path"; verb: string; path: string };

/** The text items of a list in an object: none where there is no such list. */
export function texts(object: unknown, key: string): string[] {
  const list = getKey(object, key);
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

/** The text at a key, or "". */
export function text(object: unknown, key: string): string {
  const value = getKey(object, key);
  return typeof value === "string" ? value : "";
}

/** The rules of a Role or ClusterRole as they are written, read once for each object. */
export function readRules(role: JsonObject): readonly Rule[] {
  let rules = read.get(role);
  if (rules === undefined) read.set(role, (rules = writtenRules(role).map(readRule)));
  return rules;
}
const read = new WeakMap<JsonObject, readonly Rule[]>();

/** The same as plain JSON. */
export function writtenRules(role: JsonObject): JsonObject[] {
  const rules = getKey(role, "rules");
  return Array.isArray(rules) ? rules.filter(isObject) : [];
}

/** One `PolicyRule`, with empty lists for what it has not. */
export function readRule(rule: JsonObject): Rule {
  return {
    verbs: texts(rule, "verbs"),
    apiGroups: texts(rule, "apiGroups"),
    resources: texts(rule, "resources"),
    resourceNames: texts(rule, "resourceNames"),
    nonResourceURLs: texts(rule, "nonResourceURLs"),
  };
}

/** Whether a rule allows what is asked. */
export function allows(rule: Rule, question: Question): boolean {
  if (!hasOrAll(rule.verbs, question.verb)) return false;
  if (question.is === "path") return rule.nonResourceURLs.some((url) => urlCovers(url, question.path));
  const { group, resource, subresource, name } = question;
  return (
    hasOrAll(rule.apiGroups, group) &&
    (hasOrAll(rule.resources, subresource === "" ? resource : `${resource}/${subresource}`) ||
      (subresource !== "" && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

function hasOrAll(list: readonly string[], item: string): boolean {
  return list.includes("*") || list.includes(item);
}

function urlCovers(url: string, path: string): boolean {
  return url === path || (url.endsWith("*") && path.startsWith(url.replace(/\*+$/, "")));
}

/** What of the wanted rules the held ones do not give, taken apart: one verb, resource and name each. */
export function missingFrom(held: readonly Rule[], wanted: readonly Rule[]): Rule[] {
  return wanted.flatMap(apart).filter((atom) => !held.some((rule) => covers(rule, atom)));
}

/** Atoms of a rule have at most one item in each list. */
function apart(rule: Rule): Rule[] {
  const none: Rule = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const names = rule.resourceNames.length > 0 ? rule.resourceNames.map((name) => [name]) : [[]];
  const ofResources = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((resourceNames) => ({
          ...none,
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          resourceNames,
        })),
      ),
    ),
  );
  const ofUrls = rule.nonResourceURLs.flatMap((url) =>
    rule.verbs.map((verb) => ({ ...none, verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...ofResources, ...ofUrls];
}

function covers(rule: Rule, atom: Rule): boolean {
  return (
    atom.verbs.every((verb) => hasOrAll(rule.verbs, verb)) &&
    atom.apiGroups.every((group) => hasOrAll(rule.apiGroups, group)) &&
    atom.resources.every((resource) => resourceCovered(rule.resources, resource)) &&
    atom.nonResourceURLs.every((path) => rule.nonResourceURLs.some((url) => urlCovers(url, path))) &&
    (rule.resourceNames.length === 0 ||
      (atom.resourceNames.length > 0 &&
        atom.resourceNames.every((name) => rule.resourceNames.includes(name))))
  );
}

function resourceCovered(resources: readonly string[], resource: string): boolean {
  const slash = resource.indexOf("/");
  return hasOrAll(resources, resource) || (slash >= 0 && resources.includes(`*${resource.slice(slash)}`));
}

/** Atoms in the words of an escalation error, those of one resource and name together, sorted. */
export function describeRules(atoms: readonly Rule[]): string[] {
  const together = new Map<string, Rule>();
  for (const atom of atoms) {
    const { apiGroups, resources, resourceNames, nonResourceURLs, verbs } = atom;
    const key = JSON.stringify([apiGroups, resources, resourceNames, nonResourceURLs]);
    const of = nonResourceURLs.length > 0 ? `${key} ${String(verbs[0])}` : key;
    together.set(of, { ...atom, verbs: [...(together.get(of)?.verbs ?? []), ...verbs] });
  }
  return [...new Set([...together.values()].map(describeRule))].sort();
}

function describeRule(rule: Rule): string {
  const parts: [string, readonly string[]][] = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const said = parts.filter(([, list]) => list.length > 0);
  return `{${said.map(([name, list]) => `${name}:${quoteAll(list)}`).join(", ")}}`;
}

/** A list of texts as Go's `%q` writes it. */
export function quoteAll(list: readonly string[]): string {
  return `[${list.map(quote).join(" ")}]`;
}
