import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import type { Access } from "../../../src/sandbox/access/index.js";
import type { Ask, User } from "../../../src/sandbox/model.js";
import { accessTo, adminToken, ask, binding, call, clusterOf, role, thrown, userSubject } from "./make.js";

const listPods = ask("list", "pods", { namespace: "acc" });

type As = (headers: Record<string, string>, asked?: Ask) => User;

const sender =
  (access: Access, token: string): As =>
  (headers, asked = listPods) =>
    access.authenticate(call({ authorization: `Bearer ${token}`, ...headers }), asked);

/** Bob, with these rules. */
function bobWith(...rules: JsonObject[]): As {
  const cluster = clusterOf(role("bobs", rules), binding("bobs", "bobs", [userSubject("bob")]));
  return sender(accessTo(cluster, { extraTokens: { bob: { username: "bob", groups: [] } } }), "bob");
}

const said = (act: () => unknown): unknown => thrown(act)["message"];

describe("the administrator acts as", () => {
  const everything = {
    "impersonate-group": "g",
    "impersonate-uid": "3",
    "impersonate-extra-foo%2fbar": "3, 4",
  };
  const extra = { "foo/bar": ["3", "4"] };

  test.each<[Record<string, string>, User]>([
    [{ "impersonate-user": "carl" }, { username: "carl", groups: ["system:authenticated"] }],
    [
      { "impersonate-user": "carl", ...everything },
      { username: "carl", uid: "3", groups: ["g", "system:authenticated"], extra },
    ],
    [
      { "impersonate-user": "system:serviceaccount:acc:x" },
      {
        username: "system:serviceaccount:acc:x",
        groups: ["system:serviceaccounts", "system:serviceaccounts:acc", "system:authenticated"],
      },
    ],
    [
      { "impersonate-user": "system:serviceaccount:acc:x", ...everything },
      { username: "system:serviceaccount:acc:x", uid: "3", groups: ["g", "system:authenticated"], extra },
    ],
    [
      { "impersonate-user": "system:node:n1" },
      { username: "system:node:n1", groups: ["system:nodes", "system:authenticated"] },
    ],
    [
      { "impersonate-user": "system:anonymous" },
      { username: "system:anonymous", groups: ["system:unauthenticated"] },
    ],
    [
      { "impersonate-user": "x", "impersonate-group": "system:masters" },
      { username: "x", groups: ["system:masters", "system:authenticated"] },
    ],
    [
      { "impersonate-user": "x", "impersonate-group": "system:unauthenticated" },
      { username: "x", groups: ["system:unauthenticated"] },
    ],
  ])("%j", (headers, user) => {
    expect(sender(accessTo(clusterOf()), adminToken)(headers)).toEqual(user);
  });

  test("a node as by the verb of old, after having acted so", () => {
    const as = sender(accessTo(clusterOf()), adminToken);
    as({ "impersonate-user": "system:serviceaccount:acc:x", "impersonate-group": "g" });
    expect(as({ "impersonate-user": "system:node:n1" })).toEqual({
      username: "system:node:n1",
      groups: ["system:authenticated"],
    });
  });
});

describe("headers that name no user, in the words of a 1.36.3 server", () => {
  const as = bobWith();
  test.each([
    [
      { "impersonate-group": "x" },
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"x"}, Extra:map[string][]string(nil)} without impersonating a user name',
    ],
    [
      { "impersonate-group": "g, g2", "impersonate-uid": "3", "impersonate-extra-foo%2fbar": "3" },
      'requested &user.DefaultInfo{Name:"", UID:"3", Groups:[]string{"g", "g2"}, Extra:map[string][]string{"foo/bar":[]string{"3"}}} without impersonating a user name',
    ],
  ])("%j", (headers, message) => {
    expect(thrown(() => as(headers))).toMatchObject({ code: 400, reason: "BadRequest", message });
  });
});

describe("who may impersonate nobody is refused, in the words of a 1.36.3 server", () => {
  const as = bobWith();
  const where = 'resource "pods" in API group "" in the namespace "acc"';

  test.each([
    ["carl", "user-info"],
    ["system:serviceaccount:acc:x", "serviceaccount"],
    ["system:node:n1", "arbitrary-node"],
    ["system:serviceaccount:acc", "user-info"],
    ["system:serviceaccount:A:x", "user-info"],
  ])("%s", (name, mode) => {
    expect(said(() => as({ "impersonate-user": name }))).toBe(
      `pods is forbidden: User "bob" cannot impersonate-on:${mode}:list ${where}`,
    );
  });

  test("for a path", () => {
    const path = { is: "path", verb: "get", path: "/foo" } as const;
    expect(said(() => as({ "impersonate-user": "carl" }, path))).toBe(
      'forbidden: User "bob" cannot impersonate-on:user-info:get path "/foo"',
    );
  });
});

describe("who may impersonate carl by the verb of old", () => {
  const old = { apiGroups: [""], resources: ["users"], verbs: ["impersonate"], resourceNames: ["carl"] };

  test("acts as carl, and is told of that verb from then on", () => {
    const as = bobWith(old);
    expect(said(() => as({ "impersonate-user": "dora" }))).toContain("cannot impersonate-on:user-info:list");
    expect(as({ "impersonate-user": "carl" })).toEqual({
      username: "carl",
      groups: ["system:authenticated"],
    });
    expect(said(() => as({ "impersonate-user": "dora" }))).toBe(
      'users "dora" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  test.each([
    [
      { "impersonate-group": "g" },
      'groups "g" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      { "impersonate-uid": "g" },
      'uids.authentication.k8s.io "g" is forbidden: User "bob" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      { "impersonate-extra-foo": "g" },
      'userextras.authentication.k8s.io "g" is forbidden: User "bob" cannot impersonate resource "userextras/foo" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      { "impersonate-user": "system:serviceaccount:acc:x" },
      'serviceaccounts "x" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "acc"',
    ],
  ])("and not %j", (headers, message) => {
    const as = bobWith(old);
    as({ "impersonate-user": "carl" });
    expect(said(() => as({ "impersonate-user": "carl", ...headers }))).toBe(message);
  });
});

describe("who may impersonate some for listing Pods only", () => {
  const one = (kind: string, name: string, mode: string): JsonObject => ({
    apiGroups: ["authentication.k8s.io"],
    resources: [kind],
    resourceNames: [name],
    verbs: [`impersonate:${mode}`],
  });
  const as = bobWith(
    {
      apiGroups: [""],
      resources: ["pods"],
      verbs: ["user-info", "serviceaccount", "arbitrary-node"].map((mode) => `impersonate-on:${mode}:list`),
    },
    one("users", "carl", "user-info"),
    one("serviceaccounts", "x", "serviceaccount"),
    one("nodes", "n1", "arbitrary-node"),
  );

  test.each(["carl", "system:serviceaccount:acc:x", "system:node:n1"])("acts as %s", (name) => {
    expect(as({ "impersonate-user": name })).toHaveProperty("username", name);
  });

  test("but for nothing else", () => {
    expect(said(() => as({ "impersonate-user": "carl" }, ask("list", "nodes")))).toBe(
      'nodes is forbidden: User "bob" cannot impersonate-on:user-info:list resource "nodes" in API group "" at the cluster scope',
    );
  });

  const cannot = (mode: string, what: string): string =>
    `User "bob" cannot impersonate:${mode} resource ${what} in API group "authentication.k8s.io"`;

  test.each([
    [
      { "impersonate-user": "dora" },
      `users.authentication.k8s.io "dora" is forbidden: ${cannot("user-info", '"users"')} at the cluster scope`,
    ],
    [
      { "impersonate-user": "system:serviceaccount:acc:y" },
      `serviceaccounts.authentication.k8s.io "y" is forbidden: ${cannot("serviceaccount", '"serviceaccounts"')} in the namespace "acc"`,
    ],
    [
      { "impersonate-user": "system:node:n2" },
      `nodes.authentication.k8s.io "n2" is forbidden: ${cannot("arbitrary-node", '"nodes"')} at the cluster scope`,
    ],
    [
      { "impersonate-user": "carl", "impersonate-group": "system:masters" },
      `groups.authentication.k8s.io "system:masters" is forbidden: ${cannot("user-info", '"groups"')} at the cluster scope: impersonating the system:masters group is not allowed`,
    ],
    [
      { "impersonate-user": "carl", "impersonate-extra-foo": "a" },
      `userextras.authentication.k8s.io is forbidden: ${cannot("user-info", '"userextras"')} at the cluster scope: impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "foo": must be a domain-prefixed path (such as "acme.io/foo")`,
    ],
    [
      { "impersonate-user": "carl", "impersonate-extra-foo.io%2fx": "a" },
      `userextras.authentication.k8s.io "a" is forbidden: ${cannot("user-info", '"userextras/foo.io/x"')} at the cluster scope`,
    ],
    [
      { "impersonate-user": "carl", "impersonate-uid": "a" },
      `uids.authentication.k8s.io "a" is forbidden: ${cannot("user-info", '"uids"')} at the cluster scope`,
    ],
  ])("and not as %j", (headers, message) => {
    expect(said(() => as(headers))).toBe(message);
  });
});
