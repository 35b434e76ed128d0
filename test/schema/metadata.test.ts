import { describe, expect, test } from "vitest";
import { checkManifests } from "../../src/schema/index.js";
import { deployment, edit, line, manifests, problemsOf, warningsOf } from "./support.js";

const object = (metadata: string, kind = "ConfigMap", apiVersion = "v1"): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata}}}`;

describe("names", () => {
  test.each([
    ["ConfigMap", "v1", "My_Config", 'did you mean "my-config"?'],
    ["ConfigMap", "v1", "a..b", "each part between dots must start and end with a letter or digit"],
    ["ConfigMap", "v1", "a/b", "must consist of lower case letters"],
    ["ConfigMap", "v1", "a b", 'did you mean "a-b"?'],
    ["ConfigMap", "v1", "a%2fb", "must consist of lower case letters"],
    ["ConfigMap", "v1", "a".repeat(254), "must have at most 253 characters, and has 254"],
    ["Namespace", "v1", "a.b", "must not contain dots"],
    ["Service", "v1", "a.b", "must not contain dots"],
    ["Service", "v1", "a".repeat(64), "must have at most 63 characters, and has 64"],
    ["ClusterRole", "rbac.authorization.k8s.io/v1", "..", 'must not be ".."'],
    ["ClusterRole", "rbac.authorization.k8s.io/v1", "a/b", "must not contain '/'"],
    ["ClusterRole", "rbac.authorization.k8s.io/v1", "a%b", "must not contain '%'"],
  ])("a %s of %s can't be named %s", async (kind, apiVersion, name, why) => {
    const problems = await problemsOf(object(`name: "${name}"`, kind, apiVersion));
    expect(problems).toEqual([expect.stringContaining("metadata.name bad-metadata: the name ")]);
    expect(problems[0]).toContain(why);
  });

  test("a CronJob's name leaves room for those of its Jobs", async () => {
    const text = `${object(`name: ${"a".repeat(53)}`, "CronJob", "batch/v1").slice(0, -1)}, spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}}`;
    expect(await problemsOf(text)).toEqual([
      expect.stringContaining("must have at most 52 characters, and has 53"),
    ]);
  });

  test("a template that was not rendered is called that", async () => {
    expect(await problemsOf(object('name: "{{ .Release.Name }}"'))).toEqual([
      expect.stringContaining(
        "(the value was not filled in: render the template first (helm template, envsubst, ...))",
      ),
    ]);
  });

  test("unsafe names are problems in every mode", async () => {
    expect(await problemsOf(object("name: a/b"), { mode: "ignore" })).toHaveLength(1);
  });

  test("a CRD is named for its plural and group", async () => {
    const text = `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: gadget.example.com},
      spec: {group: example.com, scope: Cluster, names: {kind: Gadget, plural: gadgets}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}`;
    expect(await problemsOf(text)).toEqual([
      '1:88 metadata.name bad-metadata: the name of a CustomResourceDefinition must be its plural and group, "gadgets.example.com"',
    ]);
  });
});

describe("namespaces", () => {
  test("a cluster-scoped kind has none", async () => {
    expect(await problemsOf(object("name: a, namespace: b", "Namespace"))).toEqual([
      '1:66 metadata.namespace bad-metadata: Namespace is cluster-scoped and has no namespace, found "b" (remove metadata.namespace)',
    ]);
  });

  test("one that -n disagrees with is an error, one that the context disagrees with is not", async () => {
    const text = object("name: a, namespace: b");
    expect(await problemsOf(text, { namespace: { name: "c", explicit: true } })).toEqual([
      '1:66 metadata.namespace bad-metadata: the namespace "b" is not the "c" that was given with -n (pass -n b, or leave -n or metadata.namespace out)',
    ]);
    expect(await problemsOf(text, { namespace: { name: "b", explicit: true } })).toEqual([]);
    expect(await problemsOf(text, { namespace: { name: "c", explicit: false } })).toEqual([]);
  });

  test("one that is none", async () => {
    expect(await problemsOf(object("name: a, namespace: B.c"))).toHaveLength(1);
  });
});

describe("labels and annotations", () => {
  test("each bad key and value is named", async () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  labels:
    a/b/c: x
    good: "not good"
    -bad: x
    Domain.com/x: x
    /x: x
  annotations:
    Domain.com/x: anything at all
    bad key: x
`;
    expect(await problemsOf(text)).toEqual([
      '6:12 metadata.labels["a/b/c"] bad-metadata: the label key "a/b/c": may have one \'/\' only, between a domain and a name',
      "7:11 metadata.labels.good bad-metadata: the label value \"not good\" must be empty, or consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit",
      "8:11 metadata.labels[\"-bad\"] bad-metadata: the label key \"-bad\": the name must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit",
      "9:19 metadata.labels[\"Domain.com/x\"] bad-metadata: the label key \"Domain.com/x\": the part before the '/' must consist of lower case letters, digits, '-' and '.', and each part between dots must start and end with a letter or digit",
      '10:9 metadata.labels["/x"] bad-metadata: the label key "/x": must have a domain before the \'/\'',
      "13:14 metadata.annotations[\"bad key\"] bad-metadata: the annotation key \"bad key\": the name must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit",
    ]);
  });

  test("those of a pod template too", async () => {
    expect(
      await problemsOf(edit(deployment, "      labels: {app: web}", "      labels: {app: web, a: b c}")),
    ).toHaveLength(1);
  });

  test("annotations have a limit in all", async () => {
    const annotations = (bytes: number): string =>
      object(`name: a, annotations: {a: "${"x".repeat(bytes - 1)}"}`);
    expect(await problemsOf(annotations(262144))).toEqual([]);
    expect(await problemsOf(annotations(262145))).toEqual([
      expect.stringContaining(
        "metadata.annotations too-large: annotations may have 262144 bytes in all, and have 262145",
      ),
    ]);
  });

  test("a label that is a number is to be quoted", async () => {
    expect(await problemsOf(object("name: a, labels: {version: 1.0}"))).toEqual([
      expect.stringContaining('expected a string, found the number 1 (quote it: "1")'),
    ]);
  });
});

describe("what only a server sets", () => {
  test("managedFields must be absent, null is", async () => {
    expect(await problemsOf(object("name: a, managedFields: []"))).toEqual([
      expect.stringContaining("metadata.managedFields bad-metadata: managedFields must be absent"),
    ]);
    expect(await problemsOf(object("name: a, managedFields: null"))).toEqual([]);
  });

  test("uid and resourceVersion pin the manifest, and the rest has no effect: warnings", async () => {
    const text = object(
      'name: a, uid: b, resourceVersion: "1", creationTimestamp: "2024-01-31T12:00:00Z", generation: 2',
    );
    expect(await problemsOf(text)).toEqual([]);
    expect(await warningsOf(text)).toEqual([
      "1:60 metadata.uid bad-metadata: metadata.uid pins the manifest to that very object: it fails on any other; remove it unless that is meant",
      expect.stringContaining("metadata.resourceVersion pins the manifest to that version of the object"),
      expect.stringContaining("only the server sets metadata.creationTimestamp, generation: remove it"),
    ]);
  });

  test("status that says something is a warning, and need not be whole", async () => {
    const text = `${deployment}status:\n  conditions: [{type: Available}]\n`;
    expect(await problemsOf(text)).toEqual([]);
    expect(await warningsOf(text)).toEqual([
      "24:1 status bad-metadata: status is what the cluster reports: here it has no effect; remove it",
    ]);
  });
});

describe("the same object twice", () => {
  test("both places are named, whatever the version and wherever the namespace comes from", async () => {
    const spec = "spec: {maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}";
    const text = `{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: web}, ${spec}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: shop}, ${spec}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: other}, ${spec}}
`;
    expect(await problemsOf(text, { namespace: { name: "shop", explicit: false } })).toEqual([
      "3:1  duplicate-object: HorizontalPodAutoscaler web in namespace shop is in the set twice, first at a.yaml:1:1 (remove one of them)",
    ]);
  });

  test("across files, in every mode", async () => {
    const set = [...manifests(object("name: a"), "one.yaml"), ...manifests(object("name: a"), "two.yaml")];
    const { problems } = await checkManifests(set, { mode: "ignore" });
    expect(problems.map(line)).toEqual([expect.stringContaining("first at one.yaml:1:1")]);
    expect(problems[0]?.place.source).toBe("two.yaml");
  });
});

test("an object that etcd can't hold is too large, one that it can is not", async () => {
  const set = (bytes: number): string =>
    `{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, revision: 1, data: {a: "${"x".repeat(bytes)}"}}`;
  expect(await problemsOf(set(1_572_000))).toEqual([]);
  expect(await problemsOf(set(1_573_000))).toEqual([
    expect.stringContaining("too-large: the object has 1573"),
  ]);
});
