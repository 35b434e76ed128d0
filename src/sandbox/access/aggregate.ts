/**
 * ClusterRoles whose rules are gathered from others by label. The sandbox has no controller that writes them, so they
 * are gathered when they are needed.
 *
 * Source: kubernetes pkg/controller/clusterroleaggregation; apimachinery meta/v1 `LabelSelectorAsSelector`.
 */
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { readRule, readRules, text, texts, writtenRules, type Rule } from "./rules.js";

/**
 * The rules that the controller would write into a ClusterRole: of those that its selectors match, by name, each rule
 * once; what those gather themselves included. Undefined where the role has no `aggregationRule`.
 */
export function aggregatedRules(role: KubeObject, all: readonly KubeObject[]): JsonObject[] | undefined {
  return isObject(getKey(role, "aggregationRule")) ? different(sourcesOf(role, all)) : undefined;
}

/** The rules of a ClusterRole as they hold now: gathered where it gathers. `all` is asked only then. */
export function rulesOf(role: KubeObject, all: () => readonly KubeObject[]): readonly Rule[] {
  if (!isObject(getKey(role, "aggregationRule"))) return readRules(role);
  const others = all();
  const last = gathered.get(role);
  if (last?.others.length === others.length && last.others.every((other, at) => other === others[at]))
    return last.rules;
  const rules = different(sourcesOf(role, others)).map(readRule);
  gathered.set(role, { others: [...others], rules });
  return rules;
}
/** Objects are never changed, so the same ones give the same rules. */
const gathered = new WeakMap<KubeObject, { others: readonly KubeObject[]; rules: readonly Rule[] }>();

/** The ClusterRoles whose own rules a role gathers, directly or through others that gather. */
function sourcesOf(role: KubeObject, all: readonly KubeObject[], through = new Set<string>()): KubeObject[] {
  if (!isObject(getKey(role, "aggregationRule"))) return [role];
  const name = nameOf(role);
  if (through.has(name)) return [];
  through.add(name);
  const selectors = getPath(role, ["aggregationRule", "clusterRoleSelectors"]);
  if (!Array.isArray(selectors)) return [];
  return selectors.flatMap((selector) =>
    all
      .filter((other) => nameOf(other) !== name && matches(selector, getPath(other, ["metadata", "labels"])))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .flatMap((other) => sourcesOf(other, all, through)),
  );
}

function different(sources: readonly KubeObject[]): JsonObject[] {
  const rules: JsonObject[] = [];
  for (const rule of sources.flatMap(writtenRules))
    if (!rules.some((known) => equalJson(known, rule))) rules.push(rule);
  return rules;
}

function nameOf(role: KubeObject): string {
  return text(getKey(role, "metadata"), "name");
}

/** Whether labels match a `LabelSelector`; an empty one matches all. */
function matches(selector: Json, labels: unknown): boolean {
  const wanted = getKey(selector, "matchLabels");
  if (isObject(wanted) && !Object.keys(wanted).every((key) => getKey(labels, key) === wanted[key]))
    return false;
  const expressions = getKey(selector, "matchExpressions");
  return !Array.isArray(expressions) || expressions.every((expression) => holds(expression, labels));
}

function holds(expression: Json, labels: unknown): boolean {
  const value = getKey(labels, text(expression, "key"));
  const among = typeof value === "string" && texts(expression, "values").includes(value);
  switch (text(expression, "operator")) {
    case "In":
      return among;
    case "NotIn":
      return !among;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
