/**
 * What the bindings that are held give a user.
 *
 * Source: kubernetes pkg/registry/rbac/validation/rule.go, plugin/pkg/auth/authorizer/rbac/rbac.go.
 */
import { getKey, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Holdings, User } from "../model.js";
import { rulesOf } from "./aggregate.js";
import { allows, readRules, text, type Question, type Rule } from "./rules.js";
import { quote, together } from "./words.js";

const group = "rbac.authorization.k8s.io";

/** Rules that a binding gives, or why it gives none. `by` says which binding and which of its subjects. */
export type Grant =
  { is: "rules"; rules: readonly Rule[]; by: () => string } | { is: "failure"; message: string };

/** May they, and by which binding, or which bindings could not be read: the words of the RBAC authorizer. */
export interface Decision {
  allowed: boolean;
  reason: string;
}

/** Decides a question. Members of `system:masters` may do all, which no rule needs to say. */
export function decide(holdings: Holdings, user: User, question: Question): Decision {
  if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
  const failures: string[] = [];
  for (const grant of grantsOf(holdings, user, question.is === "path" ? "" : question.namespace)) {
    if (grant.is === "failure") failures.push(grant.message);
    else if (grant.rules.some((rule) => allows(rule, question)))
      return { allowed: true, reason: `RBAC: allowed by ${grant.by()}` };
  }
  return { allowed: false, reason: failures.length === 0 ? "" : `RBAC: ${together(failures)}` };
}

/** All rules that a user has in a namespace (the cluster's only, where it is ""), and what could not be read. */
export function rulesFor(
  holdings: Holdings,
  user: User,
  namespace: string,
): { rules: Rule[]; failures: string[] } {
  const rules: Rule[] = [];
  const failures: string[] = [];
  for (const grant of grantsOf(holdings, user, namespace)) {
    if (grant.is === "failure") failures.push(grant.message);
    else rules.push(...grant.rules);
  }
  return { rules, failures };
}

function* grantsOf(holdings: Holdings, user: User, namespace: string): Generator<Grant> {
  for (const binding of holdings.list(`clusterrolebindings.${group}`))
    yield* grantOf(holdings, user, binding, "");
  if (namespace === "") return;
  for (const binding of holdings.list(`rolebindings.${group}`, namespace))
    yield* grantOf(holdings, user, binding, namespace);
}

function* grantOf(holdings: Holdings, user: User, binding: KubeObject, namespace: string): Generator<Grant> {
  const subjects = getKey(binding, "subjects");
  if (!Array.isArray(subjects)) return;
  const subject = subjects.find((each) => isOf(user, each, namespace));
  if (subject === undefined) return;
  const found = referred(holdings, getKey(binding, "roleRef"), namespace);
  if (found.is === "rules")
    yield { is: "rules", rules: found.rules, by: () => describe(binding, subject, namespace) };
  else yield { is: "failure", message: found.is === "missing" ? notFoundWords(found) : found.message };
}

/** What a `roleRef` leads to. Roles are looked for in the namespace of the binding. */
export type Referred =
  | { is: "rules"; rules: readonly Rule[] }
  | { is: "missing"; kind: string; name: string }
  | { is: "unsupported"; message: string };

/** Follows a `roleRef` to the rules that it gives now. */
export function referred(holdings: Holdings, roleRef: unknown, namespace: string): Referred {
  const kind = text(roleRef, "kind");
  const name = text(roleRef, "name");
  if (kind !== "Role" && kind !== "ClusterRole")
    return { is: "unsupported", message: `unsupported role reference kind: ${quote(kind)}` };
  const role =
    kind === "Role"
      ? holdings.get(`roles.${group}`, namespace, name)
      : holdings.get(`clusterroles.${group}`, "", name);
  if (role === undefined) return { is: "missing", kind, name };
  const rules =
    kind === "Role" ? readRules(role) : rulesOf(role, () => holdings.list(`clusterroles.${group}`));
  return { is: "rules", rules };
}

function notFoundWords({ kind, name }: { kind: string; name: string }): string {
  return `${kind.toLowerCase()}.${group} ${quote(name)} not found`;
}

function isOf(user: User, subject: unknown, namespace: string): boolean {
  const name = text(subject, "name");
  switch (text(subject, "kind")) {
    case "User":
      return user.username === name;
    case "Group":
      return user.groups.includes(name);
    case "ServiceAccount": {
      const home = text(subject, "namespace") || namespace;
      return home !== "" && user.username === `system:serviceaccount:${home}:${name}`;
    }
    default:
      return false;
  }
}

function describe(binding: KubeObject, subject: unknown, namespace: string): string {
  const metadata = getKey(binding, "metadata");
  const roleRef = getKey(binding, "roleRef") as JsonObject;
  const kind = text(subject, "kind");
  const home = kind === "ServiceAccount" ? `/${text(subject, "namespace") || namespace}` : "";
  const who = `${kind} ${quote(text(subject, "name") + home)}`;
  const name = text(metadata, "name");
  const what =
    namespace === "" ? `ClusterRoleBinding ${quote(name)}` : `RoleBinding ${quote(`${name}/${namespace}`)}`;
  return `${what} of ${text(roleRef, "kind")} ${quote(text(roleRef, "name"))} to ${who}`;
}
