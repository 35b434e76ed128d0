/**
 * Nobody gives more than they have: writing Roles and bindings.
 *
 * Source: kubernetes pkg/registry/rbac/escalation_check.go, helpers.go, and `policybased/storage.go` of each kind;
 * pkg/registry/rbac/validation/rule.go (`ConfirmNoEscalation`).
 */
import { equalJson, getKey, getPath, isObject, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Holdings, User } from "../model.js";
import { badRequest, forbidden, notFound, serverError, type StatusError } from "../status.js";
import { decide, referred, rulesFor } from "./grants.js";
import { describeRules, missingFrom, quoteAll, readRules, text, type Question, type Rule } from "./rules.js";
import { quote, together } from "./words.js";

const group = "rbac.authorization.k8s.io";

const plurals: Readonly<Record<string, string>> = {
  Role: "roles",
  ClusterRole: "clusterroles",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};

/** A write, as the escalation check sees it. */
export interface Write {
  kind: string;
  object: KubeObject;
  /** The name in the path of the request: "" when it is posted, so that no `resourceNames` match. */
  name: string;
  /** What was there. */
  before?: KubeObject | undefined;
}

/** The failure for a write that gives more than the user has; undefined when all is well, and for other kinds. */
export function escalationOf(
  holdings: Holdings,
  user: User,
  { kind, object, name, before }: Write,
): StatusError | undefined {
  const resource = plurals[kind];
  if (resource === undefined || user.groups.includes("system:masters")) return undefined;
  if (before !== undefined && equalJson(withoutUpkeep(object), withoutUpkeep(before))) return undefined;
  const namespace = kind.startsWith("Cluster") ? "" : text(getKey(object, "metadata"), "namespace");
  const asked: Question = { is: "resource", verb: "", group, resource, subresource: "", namespace, name };
  const context: Context = {
    about: { group, resource, name: text(getKey(object, "metadata"), "name") },
    missing: (wanted) => missingWords(holdings, user, namespace, wanted),
    may: (question) => decide(holdings, user, { ...asked, ...question }).allowed,
  };
  return kind.endsWith("Binding")
    ? bindingRefused(holdings, object, namespace, context)
    : roleRefused(object, before, context);
}

interface Context {
  about: { group: string; resource: string; name: string };
  /** In words, what of these rules the user does not have. */
  missing: (wanted: readonly Rule[]) => string | undefined;
  may: (question: { verb: string; resource?: string; name?: string }) => boolean;
}

function roleRefused(
  role: KubeObject,
  before: KubeObject | undefined,
  { about, missing, may }: Context,
): StatusError | undefined {
  if (may({ verb: "escalate" })) return undefined;
  const words = missing(readRules(role));
  if (words !== undefined) return forbidden(about, words);
  if ((aggregates(role) || (before !== undefined && aggregates(before))) && missing(everything) !== undefined)
    return forbidden(about, "must have cluster-admin privileges to use the aggregationRule");
  return undefined;
}

function aggregates(role: KubeObject): boolean {
  const selectors = getPath(role, ["aggregationRule", "clusterRoleSelectors"]);
  return Array.isArray(selectors) && selectors.length > 0;
}

const everything: readonly Rule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
  { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] },
];

function bindingRefused(
  holdings: Holdings,
  binding: KubeObject,
  namespace: string,
  { about, missing, may }: Context,
): StatusError | undefined {
  const roleRef = getKey(binding, "roleRef");
  const [kind, name] = [text(roleRef, "kind"), text(roleRef, "name")];
  const isKnown = kind === "Role" || kind === "ClusterRole";
  if (isKnown && may({ verb: "bind", resource: plurals[kind] ?? "", name })) return undefined;
  if (kind === "Role" && namespace === "") return badRequest("Namespace parameter required.");
  const found = referred(holdings, roleRef, namespace);
  switch (found.is) {
    case "missing":
      // The server names the resource of the request, not that of the role.
      return notFound({ ...about, name: found.name });
    case "unsupported":
      return serverError(found.message);
    case "rules": {
      const words = missing(found.rules);
      return words === undefined ? undefined : forbidden(about, words);
    }
  }
}

function missingWords(
  holdings: Holdings,
  user: User,
  namespace: string,
  wanted: readonly Rule[],
): string | undefined {
  const { rules, failures } = rulesFor(holdings, user, namespace);
  const missing = missingFrom(rules, wanted);
  if (missing.length === 0) return undefined;
  const who = `user ${quote(user.username)} (groups=${quoteAll(user.groups)})`;
  const what = describeRules(missing).join("\n");
  const failed = failures.length === 0 ? "" : `; resolution errors: [${together(failures)}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${what}${failed}`;
}

/** An object without what garbage collection changes. */
function withoutUpkeep(object: KubeObject): JsonObject {
  const upkeep = ["ownerReferences", "finalizers", "managedFields", "selfLink"];
  const metadata = getKey(object, "metadata");
  const kept = Object.entries(isObject(metadata) ? metadata : {}).filter(([key]) => !upkeep.includes(key));
  return { ...object, metadata: Object.fromEntries(kept) };
}
