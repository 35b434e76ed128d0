/** A small cluster for tests of access: what it holds, and calls and asks. */
import type { JsonObject } from "../../../src/json.js";
import type { KubeObject } from "../../../src/model.js";
import { bootstrapObjects, createAccess, type Access } from "../../../src/sandbox/access/index.js";
import type { AccessOptions } from "../../../src/sandbox/access/index.js";
import type { Ask, Holdings, HttpCall, User, Verb } from "../../../src/sandbox/model.js";
import { StatusError } from "../../../src/sandbox/status.js";

const collections: Readonly<Record<string, string>> = {
  ClusterRole: "clusterroles.rbac.authorization.k8s.io",
  Role: "roles.rbac.authorization.k8s.io",
  ClusterRoleBinding: "clusterrolebindings.rbac.authorization.k8s.io",
  RoleBinding: "rolebindings.rbac.authorization.k8s.io",
  ServiceAccount: "serviceaccounts",
  Pod: "pods",
  Secret: "secrets",
  Node: "nodes",
};

/** Holdings that a test can add to and take from. */
export interface Cluster extends Holdings {
  add: (...objects: KubeObject[]) => void;
  remove: (kind: string, name: string) => void;
}

/** What a fresh cluster holds, and more. */
export function clusterOf(...objects: KubeObject[]): Cluster {
  let held = [...bootstrapObjects(), ...objects];
  const meta = (object: KubeObject): JsonObject => object["metadata"] as JsonObject;
  const list: Holdings["list"] = (collection, namespace) =>
    held.filter(
      (object) =>
        collections[object["kind"] as string] === collection &&
        (namespace === undefined || meta(object)["namespace"] === namespace),
    );
  return {
    list,
    get: (collection, namespace, name) =>
      list(collection).find(
        (object) => meta(object)["name"] === name && (meta(object)["namespace"] ?? "") === namespace,
      ),
    add: (...more) => (held = [...held, ...more]),
    remove: (kind, name) =>
      (held = held.filter((object) => object["kind"] !== kind || meta(object)["name"] !== name)),
  };
}

export function named(kind: string, name: string, rest: JsonObject = {}, namespace?: string): KubeObject {
  return { kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...rest };
}

/** A ClusterRole, or with a namespace a Role. */
export function role(name: string, rules: JsonObject[], namespace?: string): KubeObject {
  return named(namespace === undefined ? "ClusterRole" : "Role", name, { rules }, namespace);
}

/** A binding to a ClusterRole, unless `kind` says otherwise. */
export function binding(
  name: string,
  roleName: string,
  subjects: JsonObject[],
  namespace?: string,
  kind = "ClusterRole",
): KubeObject {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind, name: roleName };
  const bindingKind = namespace === undefined ? "ClusterRoleBinding" : "RoleBinding";
  return named(bindingKind, name, { subjects, roleRef }, namespace);
}

export const userSubject = (name: string): JsonObject => ({ kind: "User", name });

/** A user as tokens of the server's own file give it. */
export const userOf = (username: string, ...groups: string[]): User => ({
  username,
  groups: [...groups, "system:authenticated"],
});

/** A service account with the uid `uid-NAME`. */
export function account(namespace: string, name: string): KubeObject {
  return { kind: "ServiceAccount", metadata: { name, namespace, uid: `uid-${name}` } };
}

export const adminToken = "admin-token";

export function accessTo(cluster: Holdings, options: Partial<AccessOptions> = {}): Access {
  return createAccess({ holdings: cluster, adminToken, ...options });
}

export function ask(verb: Verb, resource: string, rest: Partial<Extract<Ask, { is: "resource" }>> = {}): Ask {
  const none = { group: "", version: "v1", subresource: "", namespace: "", name: "" };
  return { is: "resource", verb, resource, ...none, ...rest };
}

export function call(headers: Record<string, string>, rest: Partial<HttpCall> = {}): HttpCall {
  const url = new URL("https://sandbox.example/api/v1/pods");
  return {
    method: "GET",
    url,
    headers,
    body: new Uint8Array(),
    signal: new AbortController().signal,
    ...rest,
  };
}

/** The `Status` that a function throws. */
export function thrown(act: () => unknown): JsonObject {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error("nothing was thrown");
}
