import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import type { User } from "../../../src/sandbox/model.js";
import { accessTo, binding, clusterOf, thrown, userOf, userSubject } from "./make.js";

const bob: User = {
  username: "system:serviceaccount:acc:bob",
  uid: "u",
  groups: ["system:serviceaccounts", "system:serviceaccounts:acc", "system:authenticated"],
  extra: { "authentication.kubernetes.io/credential-id": ["JTI=1"] },
};
const cluster = clusterOf(
  binding("miss", "acc-none", [userSubject("alice")]),
  binding("miss", "acc-none", [userSubject("alice")], "acc", "Role"),
);
const access = accessTo(cluster, { now: () => Date.parse("2026-11-22T08:00:54.321Z") });
const review = (kind: string, body: JsonObject, user = bob, namespace = ""): JsonObject | undefined =>
  access.review(kind, body, user, namespace);
const listPods = { verb: "list", resource: "pods", namespace: "acc" };
const getVersion = { verb: "get", path: "/version" };

describe("SelfSubjectReview", () => {
  test("says who asks, and nothing of what was sent", () => {
    expect(review("SelfSubjectReview", { metadata: { name: "x" } })).toEqual({
      kind: "SelfSubjectReview",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { creationTimestamp: "2026-11-22T08:00:54Z" },
      status: {
        userInfo: {
          username: bob.username,
          uid: "u",
          groups: bob.groups,
          extra: { "authentication.kubernetes.io/credential-id": ["JTI=1"] },
        },
      },
    });
  });
});

describe("access reviews", () => {
  test("of oneself keep what was asked, and the managed fields", () => {
    const metadata = { managedFields: [{ manager: "curl" }] };
    const spec = { resourceAttributes: listPods };
    expect(review("SelfSubjectAccessReview", { metadata, spec })).toEqual({
      kind: "SelfSubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata,
      spec,
      status: { allowed: false },
    });
  });

  test("say by what it is allowed", () => {
    const answer = review("SelfSubjectAccessReview", { spec: { nonResourceAttributes: getVersion } });
    expect(answer?.["status"]).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
  });

  test("say what could not be read", () => {
    const answer = review(
      "SelfSubjectAccessReview",
      { spec: { resourceAttributes: listPods } },
      userOf("alice"),
    );
    expect(answer?.["status"]).toEqual({
      allowed: false,
      reason:
        'RBAC: [clusterrole.rbac.authorization.k8s.io "acc-none" not found, role.rbac.authorization.k8s.io "acc-none" not found]',
    });
  });

  test("of others ask with just their groups", () => {
    const status = (spec: JsonObject): unknown => review("SubjectAccessReview", { spec })?.["status"];
    const resourceAttributes = { verb: "list", resource: "pods" };
    expect(status({ user: "x", groups: ["system:masters"], resourceAttributes })).toEqual({ allowed: true });
    expect(status({ user: "x", resourceAttributes })).toEqual({ allowed: false });
    expect(status({ user: "x", nonResourceAttributes: { verb: "get", path: "/api" } })).toEqual({
      allowed: false,
    });
  });

  test("of a namespace are in it", () => {
    const spec = { user: "x", resourceAttributes: listPods };
    expect(review("LocalSubjectAccessReview", { spec }, bob, "acc")).toMatchObject({
      metadata: { namespace: "acc" },
      status: { allowed: false },
    });
  });

  const never = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  const shown = '{"Path":"/version","Verb":"get"}';
  test.each<[string, JsonObject, string]>([
    ["SelfSubjectAccessReview", { spec: {} }, `spec.resourceAttributes: Invalid value: null: ${never}`],
    [
      "SelfSubjectAccessReview",
      {
        spec: {
          nonResourceAttributes: getVersion,
          resourceAttributes: { verb: "list", resource: "pods", fieldSelector: {} },
        },
      },
      `[spec.nonResourceAttributes: Invalid value: ${shown}: cannot be specified in combination with resourceAttributes, ` +
        "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required]",
    ],
    [
      "SelfSubjectAccessReview",
      { metadata: { name: "x" }, spec: { nonResourceAttributes: getVersion } },
      'metadata: Invalid value: {"name":"x"}: must be empty',
    ],
    [
      "SubjectAccessReview",
      { spec: { resourceAttributes: listPods } },
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      "LocalSubjectAccessReview",
      { spec: { user: "x", resourceAttributes: { verb: "list", resource: "pods" } } },
      'spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace',
    ],
    [
      "LocalSubjectAccessReview",
      { metadata: { namespace: "acc" }, spec: { user: "x", nonResourceAttributes: getVersion } },
      `spec.nonResourceAttributes: Invalid value: ${shown}: disallowed on this kind of request`,
    ],
  ])("a wrong %s is refused in the words of a 1.36.3 server: %j", (kind, body, words) => {
    expect(thrown(() => review(kind, body, bob, kind.startsWith("Local") ? "acc" : ""))).toMatchObject({
      message: `.authorization.k8s.io "" is invalid: ${words}`,
      reason: "Invalid",
      details: { group: "authorization.k8s.io" },
      code: 422,
    });
  });
});

describe("SelfSubjectRulesReview", () => {
  const basics = [
    {
      verbs: ["create"],
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
  ];

  test("lists the rules of the cluster and of the namespace, as the server answers", () => {
    const answer = review("SelfSubjectRulesReview", { spec: { namespace: "acc" } });
    expect(answer).toEqual({
      kind: "SelfSubjectRulesReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata: {},
      spec: {},
      status: {
        resourceRules: basics,
        nonResourceRules: [
          {
            verbs: ["get"],
            nonResourceURLs: [
              "/api",
              "/api/*",
              "/apis",
              "/apis/*",
              "/healthz",
              "/livez",
              "/openapi",
              "/openapi/*",
              "/readyz",
              "/version",
              "/version/",
            ],
          },
          { verbs: ["get"], nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"] },
          {
            verbs: ["get"],
            nonResourceURLs: [
              "/.well-known/openid-configuration",
              "/.well-known/openid-configuration/",
              "/openid/v1/jwks",
              "/openid/v1/jwks/",
            ],
          },
        ],
        incomplete: false,
      },
    });
  });

  test("says what could not be read, and lists the rest", () => {
    const answer = review("SelfSubjectRulesReview", { spec: { namespace: "acc" } }, userOf("alice"));
    expect(answer?.["status"]).toMatchObject({
      resourceRules: basics,
      incomplete: false,
      evaluationError:
        '[clusterrole.rbac.authorization.k8s.io "acc-none" not found, role.rbac.authorization.k8s.io "acc-none" not found]',
    });
  });

  test("without a namespace is a bad request", () => {
    expect(thrown(() => review("SelfSubjectRulesReview", { spec: {} }))).toMatchObject({
      message: "no namespace on request",
      code: 400,
    });
  });
});

test("other kinds are none of them", () => {
  expect(review("Eviction", {})).toBeUndefined();
});
