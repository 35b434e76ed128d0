import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import type { KubeObject } from "../../../src/model.js";
import { text } from "../../../src/sandbox/access/rules.js";
import type { StatusError } from "../../../src/sandbox/status.js";
import { accessTo, binding, clusterOf, named, role, userOf, userSubject } from "./make.js";

const alice = userOf("alice");
const configMaps = role("reader", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }]);
const alices = binding("alices", "reader", [userSubject("alice")]);

/** Pods and ConfigMaps of two groups, two Secrets, and what alice has. */
const rules: JsonObject[] = [
  { apiGroups: ["", "apps"], resources: ["pods", "configmaps"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["secrets"], resourceNames: ["a", "b"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] },
];
const missing = [
  'user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
  '{APIGroups:[""], Resources:["configmaps"], Verbs:["list"]}',
  '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
  '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get" "list"]}',
  '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get" "list"]}',
  '{APIGroups:["apps"], Resources:["configmaps"], Verbs:["get" "list"]}',
  '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}',
].join("\n");

/** What alice is told of a write, posted unless a name is given, beside what else is held. */
function refusal(
  object: KubeObject,
  held: KubeObject[] = [],
  { name = "", before }: { name?: string; before?: KubeObject } = {},
): StatusError | undefined {
  const access = accessTo(clusterOf(configMaps, alices, ...held));
  return access.escalation(alice, { kind: text(object, "kind"), object, name, before });
}

describe("a role that gives more than the user has", () => {
  test("is refused with what is missing, in the words of a 1.36.3 server", () => {
    expect(refusal(role("q", rules, "acc"))?.status).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: `roles.rbac.authorization.k8s.io "q" is forbidden: ${missing}`,
      reason: "Forbidden",
      details: { name: "q", group: "rbac.authorization.k8s.io", kind: "roles" },
      code: 403,
    });
    expect(refusal(role("q", rules))?.message).toBe(
      `clusterroles.rbac.authorization.k8s.io "q" is forbidden: ${missing}`,
    );
  });

  test("of paths is refused by path and verb", () => {
    const paths = role("q", [{ nonResourceURLs: ["/foo", "/version"], verbs: ["get", "put"] }]);
    expect(refusal(paths)?.message).toContain(
      ':\n{NonResourceURLs:["/foo"], Verbs:["get"]}\n{NonResourceURLs:["/foo"], Verbs:["put"]}\n{NonResourceURLs:["/version"], Verbs:["put"]}',
    );
  });

  test("is allowed with the verb escalate, by name only where the request has the name", () => {
    const escalate = {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["roles"],
      resourceNames: ["q"],
      verbs: ["escalate"],
    };
    const held = [role("esc", [escalate]), binding("esc", "esc", [userSubject("alice")], "acc")];
    const object = role("q", rules, "acc");
    expect(refusal(object, held, { name: "q" })).toBeUndefined();
    expect(refusal(object, held)).toBeDefined();
    expect(refusal(role("other", rules, "acc"), held, { name: "other" })).toBeDefined();
  });

  test("is no matter where only finalizers and owners change", () => {
    const before = role("q", rules, "acc");
    const metadata = { name: "q", namespace: "acc", finalizers: ["a.b/c"], ownerReferences: [] };
    expect(refusal({ ...before, metadata }, [], { name: "q", before })).toBeUndefined();
    const labelled = { ...before, metadata: { ...metadata, labels: { a: "b" } } };
    expect(refusal(labelled, [], { name: "q", before })).toBeDefined();
  });
});

describe("a role that gives no more than the user has", () => {
  const has = (rule: JsonObject): KubeObject[] => [
    role("has", [rule]),
    binding("has", "has", [userSubject("alice")], "acc"),
  ];
  const all = { apiGroups: ["*"], resources: ["*"], verbs: ["get"] };

  test.each<[string, JsonObject, JsonObject, boolean]>([
    ["all for some", all, { apiGroups: ["apps"], resources: ["pods/log"], verbs: ["get"] }, true],
    ["all resources for paths", all, { nonResourceURLs: ["/x"], verbs: ["get"] }, false],
    [
      "all names for one",
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods"], resourceNames: ["a"], verbs: ["get"] },
      true,
    ],
    [
      "one name for all",
      { apiGroups: [""], resources: ["pods"], resourceNames: ["a"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      false,
    ],
    [
      "a subresource of all for that of one",
      { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["get"] },
      { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["get"] },
      true,
    ],
    [
      "a subresource of one for that of another",
      { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["get"] },
      { apiGroups: ["apps"], resources: ["replicasets/scale"], verbs: ["get"] },
      false,
    ],
  ])("%s", (_what, held, wanted, allowed) => {
    expect(refusal(role("q", [wanted], "acc"), has(held)) === undefined).toBe(allowed);
  });

  test("what is had in a namespace does not count for the cluster", () => {
    const wanted = [{ apiGroups: ["apps"], resources: ["pods"], verbs: ["get"] }];
    expect(refusal(role("q", wanted, "acc"), has(all))).toBeUndefined();
    expect(refusal(role("q", wanted), has(all))).toBeDefined();
  });
});

describe("a role that gathers others", () => {
  const gatherer = named("ClusterRole", "q", { aggregationRule: { clusterRoleSelectors: [{}] } });
  const words =
    'clusterroles.rbac.authorization.k8s.io "q" is forbidden: must have cluster-admin privileges to use the aggregationRule';

  test("is for those who may do all", () => {
    expect(refusal(gatherer)?.message).toBe(words);
    const admin = binding("all", "cluster-admin", [userSubject("alice")]);
    expect(refusal(gatherer, [admin])).toBeUndefined();
  });

  test("stays so when it no longer gathers", () => {
    const plain = named("ClusterRole", "q");
    expect(refusal(plain, [], { name: "q", before: gatherer })?.message).toBe(words);
    expect(refusal(plain)).toBeUndefined();
  });
});

describe("a binding", () => {
  test("to a role that gives more is refused, in a namespace and in the cluster", () => {
    const words =
      'is forbidden: user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}';
    expect(refusal(binding("q", "cluster-admin", [], "acc"))?.message).toBe(
      `rolebindings.rbac.authorization.k8s.io "q" ${words}`,
    );
    expect(refusal(binding("q", "cluster-admin", []))?.message).toBe(
      `clusterrolebindings.rbac.authorization.k8s.io "q" ${words}`,
    );
  });

  test("to a role that gives no more is allowed", () => {
    expect(refusal(binding("q", "reader", [userSubject("bob")]))).toBeUndefined();
  });

  test("is allowed with the verb bind for the role", () => {
    const bind = {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["clusterroles"],
      resourceNames: ["edit"],
      verbs: ["bind"],
    };
    const held = [role("binder", [bind]), binding("binder", "binder", [userSubject("alice")], "acc")];
    expect(refusal(binding("q", "edit", [], "acc"), held)).toBeUndefined();
    expect(refusal(binding("q", "view", [], "acc"), held)).toBeDefined();
    expect(refusal(binding("q", "edit", []), held)).toBeDefined();
  });

  test("counts what a role gathers, and not what is written in it", () => {
    const gatherer = named("ClusterRole", "g", {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { for: "g" } }] },
      rules: [],
    });
    const gathered: KubeObject = { ...role("part", rules), metadata: { name: "part", labels: { for: "g" } } };
    expect(refusal(binding("q", "g", []), [gatherer])).toBeUndefined();
    expect(refusal(binding("q", "g", []), [gatherer, gathered])?.message).toContain(missing);
  });

  test.each([
    [binding("q", "nono", [], "acc", "Role"), 404, 'rolebindings.rbac.authorization.k8s.io "nono" not found'],
    [binding("q", "x", [], undefined, "Role"), 400, "Namespace parameter required."],
    [binding("q", "x", [], undefined, "Foo"), 500, 'unsupported role reference kind: "Foo"'],
  ])("to what is no role: %j", (object, code, message) => {
    expect(refusal(object)?.status).toMatchObject({ code, message });
  });
});

test("a member of system:masters gives what they like, even what is not there", () => {
  const root = userOf("root", "system:masters");
  const access = accessTo(clusterOf());
  for (const object of [role("q", rules), binding("q", "nono", [])])
    expect(access.escalation(root, { kind: text(object, "kind"), object, name: "" })).toBeUndefined();
});

test("other kinds are no matter", () => {
  expect(refusal(named("ConfigMap", "c", { rules }, "acc"))).toBeUndefined();
});
