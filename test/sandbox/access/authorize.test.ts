import { describe, expect, test } from "vitest";
import { accessTo, ask, binding, clusterOf, named, role, userOf, userSubject } from "./make.js";

const alice = userOf("alice");
const acc = { namespace: "acc" };

describe("the decision", () => {
  test("a RoleBinding gives what its Role says, in its namespace only", () => {
    const cluster = clusterOf(
      role("reader", [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }], "acc"),
      binding("readers", "reader", [userSubject("alice")], "acc", "Role"),
    );
    const access = accessTo(cluster);
    expect(access.authorize(alice, ask("list", "pods", acc))).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "readers/acc" of Role "reader" to User "alice"',
    });
    expect(access.authorize(alice, ask("list", "pods", { namespace: "other" }))).toEqual({
      allowed: false,
      reason: "",
    });
    expect(access.authorize(alice, ask("list", "pods")).allowed).toBe(false);
    expect(access.authorize(alice, ask("delete", "pods", acc)).allowed).toBe(false);
    expect(access.authorize(alice, ask("list", "pods", { ...acc, group: "apps" })).allowed).toBe(false);
    expect(access.authorize(userOf("bob"), ask("list", "pods", acc)).allowed).toBe(false);
  });

  test("what is taken away is gone at once", () => {
    const cluster = clusterOf(binding("all", "cluster-admin", [userSubject("alice")]));
    const access = accessTo(cluster);
    expect(access.authorize(alice, ask("list", "secrets"))).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "cluster-admin" to User "alice"',
    });
    cluster.remove("ClusterRoleBinding", "all");
    expect(access.authorize(alice, ask("list", "secrets")).allowed).toBe(false);
  });

  test("system:masters may do all, though no binding is left", () => {
    const cluster = clusterOf();
    cluster.remove("ClusterRoleBinding", "cluster-admin");
    const decision = accessTo(cluster).authorize(userOf("root", "system:masters"), ask("delete", "nodes"));
    expect(decision).toEqual({ allowed: true, reason: "" });
  });

  test("resourceNames allow those names, and no collection", () => {
    const rule = { apiGroups: [""], resources: ["secrets"], resourceNames: ["a"], verbs: ["*"] };
    const access = accessTo(clusterOf(role("named", [rule]), binding("b", "named", [userSubject("alice")])));
    expect(access.authorize(alice, ask("get", "secrets", { ...acc, name: "a" })).allowed).toBe(true);
    expect(access.authorize(alice, ask("get", "secrets", { ...acc, name: "b" })).allowed).toBe(false);
    expect(access.authorize(alice, ask("create", "secrets", acc)).allowed).toBe(false);
  });

  test.each([
    [["*"], "pods", "log", true],
    [["pods"], "pods", "log", false],
    [["pods/log"], "pods", "log", true],
    [["pods/log"], "pods", "", false],
    [["*/scale"], "deployments", "scale", true],
    [["*/scale"], "deployments", "status", false],
    [["pods/*"], "pods", "log", false],
  ])("of resources, %j on %s/%s: %s", (resources, resource, subresource, allowed) => {
    const rule = { apiGroups: ["*"], resources, verbs: ["get"] };
    const access = accessTo(clusterOf(role("r", [rule]), binding("b", "r", [userSubject("alice")])));
    expect(access.authorize(alice, ask("get", resource, { subresource })).allowed).toBe(allowed);
  });

  test.each([
    ["/metrics", "/metrics", true],
    ["/metrics", "/metrics/a", false],
    ["/metrics/*", "/metrics/a/b", true],
    ["/metrics/*", "/metrics", false],
    ["/met*", "/metrics", true],
    ["*", "/anything", true],
  ])("of paths, %s on %s: %s", (url, path, allowed) => {
    const rule = { nonResourceURLs: [url], verbs: ["get"] };
    const access = accessTo(clusterOf(role("r", [rule]), binding("b", "r", [userSubject("alice")])));
    expect(access.authorize(alice, { is: "path", verb: "get", path }).allowed).toBe(allowed);
    expect(access.authorize(alice, { is: "path", verb: "post", path }).allowed).toBe(false);
  });

  test("service accounts are subjects by namespace, which a RoleBinding's own stands for", () => {
    const robot = userOf("system:serviceaccount:acc:robot", "system:serviceaccounts");
    const cluster = clusterOf(
      binding("near", "view", [{ kind: "ServiceAccount", name: "robot" }], "acc"),
      binding("far", "edit", [{ kind: "ServiceAccount", name: "robot", namespace: "acc" }], "other"),
      binding("nowhere", "cluster-admin", [{ kind: "ServiceAccount", name: "robot" }]),
    );
    const access = accessTo(cluster);
    expect(access.authorize(robot, ask("list", "pods", acc)).reason).toBe(
      'RBAC: allowed by RoleBinding "near/acc" of ClusterRole "view" to ServiceAccount "robot/acc"',
    );
    expect(access.authorize(robot, ask("create", "pods", { namespace: "other" })).reason).toBe(
      'RBAC: allowed by RoleBinding "far/other" of ClusterRole "edit" to ServiceAccount "robot/acc"',
    );
    expect(access.authorize(robot, ask("list", "nodes")).allowed).toBe(false);
  });

  test("anybody may read /version, and only who is known /api", () => {
    const access = accessTo(clusterOf());
    const anonymous = { username: "system:anonymous", groups: ["system:unauthenticated"] };
    expect(access.authorize(anonymous, { is: "path", verb: "get", path: "/version" }).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "system:public-info-viewer" of ClusterRole "system:public-info-viewer" to Group "system:unauthenticated"',
    );
    expect(access.authorize(anonymous, { is: "path", verb: "get", path: "/api" }).allowed).toBe(false);
    expect(access.authorize(alice, { is: "path", verb: "get", path: "/api" }).allowed).toBe(true);
  });
});

describe("ClusterRoles that gather others", () => {
  const widgets = { apiGroups: ["shop.example"], resources: ["widgets"], verbs: ["get"] };
  const labelled = named("ClusterRole", "widgets", { rules: [widgets] });
  (labelled["metadata"] as Record<string, unknown>)["labels"] = {
    "rbac.authorization.k8s.io/aggregate-to-view": "true",
  };
  const asked = ask("get", "widgets", { group: "shop.example", namespace: "acc" });

  test.each(["view", "edit", "admin"])(
    "what is gathered into view is in %s too, as soon as it is held",
    (name) => {
      const cluster = clusterOf(binding("b", name, [userSubject("alice")], "acc"));
      const access = accessTo(cluster);
      expect(access.authorize(alice, asked).allowed).toBe(false);
      cluster.add(labelled);
      expect(access.authorize(alice, asked).allowed).toBe(true);
      cluster.remove("ClusterRole", "widgets");
      expect(access.authorize(alice, asked).allowed).toBe(false);
    },
  );

  test("roles that gather each other end, and give what both gather", () => {
    const gather = (name: string, other: string): ReturnType<typeof named> => ({
      kind: "ClusterRole",
      metadata: { name, labels: { group: name } },
      aggregationRule: {
        clusterRoleSelectors: [
          { matchLabels: { group: other } },
          { matchExpressions: [{ key: "leaf", operator: "In", values: [name, "all"] }] },
        ],
      },
    });
    const leaf = (name: string, value: string): ReturnType<typeof named> => ({
      kind: "ClusterRole",
      metadata: { name: `leaf-${name}`, labels: { leaf: value } },
      rules: [{ apiGroups: [""], resources: [name], verbs: ["get"] }],
    });
    const cluster = clusterOf(
      gather("a", "b"),
      gather("b", "a"),
      leaf("pods", "b"),
      leaf("secrets", "a"),
      leaf("nodes", "other"),
      binding("x", "a", [userSubject("alice")]),
    );
    const access = accessTo(cluster);
    expect(access.authorize(alice, ask("get", "pods")).allowed).toBe(true);
    expect(access.authorize(alice, ask("get", "secrets")).allowed).toBe(true);
    expect(access.authorize(alice, ask("get", "nodes")).allowed).toBe(false);
  });
});

describe("the refusal, in the words of a 1.36.3 server", () => {
  const bob = userOf("system:serviceaccount:acc:bob");
  const access = accessTo(clusterOf());

  test.each([
    [
      ask("list", "pods", acc),
      'pods is forbidden: User "system:serviceaccount:acc:bob" cannot list resource "pods" in API group "" in the namespace "acc"',
      { kind: "pods" },
    ],
    [
      ask("get", "pods", { ...acc, name: "x", subresource: "log" }),
      'pods "x" is forbidden: User "system:serviceaccount:acc:bob" cannot get resource "pods/log" in API group "" in the namespace "acc"',
      { name: "x", kind: "pods" },
    ],
    [
      ask("list", "deployments", { group: "apps" }),
      'deployments.apps is forbidden: User "system:serviceaccount:acc:bob" cannot list resource "deployments" in API group "apps" at the cluster scope',
      { group: "apps", kind: "deployments" },
    ],
    [
      { is: "path", verb: "get", path: "/foo/<x>" } as const,
      'forbidden: User "system:serviceaccount:acc:bob" cannot get path "/foo/&lt;x&gt;"',
      {},
    ],
  ])("%j", (asked, message, details) => {
    expect(access.authorize(bob, asked).allowed).toBe(false);
    expect(access.refusal(bob, asked).status).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason: "Forbidden",
      details,
      code: 403,
    });
  });

  test("bindings to roles that are not there are named", () => {
    const cluster = clusterOf(
      binding("miss", "acc-none", [userSubject("alice")]),
      binding("miss", "acc-none", [userSubject("alice")], "acc", "Role"),
      binding("miss-again", "acc-none", [userSubject("alice")], "acc", "Role"),
    );
    expect(accessTo(cluster).refusal(alice, ask("list", "pods", acc)).message).toBe(
      'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "acc": ' +
        'RBAC: [clusterrole.rbac.authorization.k8s.io "acc-none" not found, role.rbac.authorization.k8s.io "acc-none" not found]',
    );
  });

  test("names are quoted as Go quotes them", () => {
    const odd = userOf('a"b\\c\n\x01\u00a0é😀');
    expect(access.refusal(odd, { is: "path", verb: "get", path: "/x" }).message).toBe(
      'forbidden: User "a\\"b\\\\c\\n\\x01\\u00a0é😀" cannot get path "/x"',
    );
  });
});
