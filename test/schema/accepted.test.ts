import { describe, expect, test } from "vitest";
import { checkManifests } from "../../src/schema/index.js";
import { bundledDefinition, bundledKinds } from "../../src/schema/bundled.js";
import { check, fixture, line, problemsOf } from "./support.js";

describe("valid manifests have no problems", () => {
  test("every built-in workload with all of its common fields", async () => {
    const { problems, warnings } = await checkManifests(fixture("workloads.yaml"), { mode: "strict" });
    expect([...problems, ...warnings].map(line)).toEqual([]);
  });

  test("every other built-in kind, and custom resources of a CRD in the set", async () => {
    const set = [...fixture("gadgets.yaml"), ...fixture("platform.yaml")];
    const { problems, warnings } = await checkManifests(set, { mode: "strict" });
    expect([...problems, ...warnings].map(line)).toEqual([]);
  });

  test("the fixtures hold every built-in kind that can be applied", () => {
    const all = [...fixture("workloads.yaml"), ...fixture("platform.yaml")].map(
      ({ ref }) => `${ref.apiVersion} ${ref.kind}`,
    );
    const missing = bundledKinds().filter(([apiVersion, kind]) => !all.includes(`${apiVersion} ${kind}`));
    expect(missing).toEqual([]);
  });

  test("null fields, empty enums of optional fields, integers beyond 2^53", async () => {
    const text = `apiVersion: v1
kind: Pod
metadata: {name: a, creationTimestamp: null, labels: null}
spec:
  restartPolicy: ""
  terminationGracePeriodSeconds: 9223372036854775807
  containers:
    - {name: a, image: b, imagePullPolicy: "", env: null, ports: [{containerPort: 80, protocol: ""}]}
status: {}`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test("quantities as numbers and strings", async () => {
    const text = `apiVersion: v1
kind: LimitRange
metadata: {name: a}
spec:
  limits:
    - type: Container
      max: {cpu: 2, memory: 1.5Gi, a/b: 1e3, c/d: .5, e/f: "+1k", g/h: 100n, i/j: "1E"}`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test("names of RBAC objects are segments of a URL, others are subdomains", async () => {
    const text = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:My Role_1"}`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test("names of fields that JavaScript objects have of their own", async () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {constructor: a, toString: b}}
data: {__proto__: a, hasOwnProperty: b}`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test("a Service whose name starts with a digit, as 1.36 takes it", async () => {
    expect(await problemsOf("{apiVersion: v1, kind: Service, metadata: {name: 1web}, spec: {}}")).toEqual([]);
  });
});

describe("bundled schemas", () => {
  test("each definition that one refers to is there", async () => {
    const seen = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key !== "$ref") visit(value);
        else if (typeof value === "string" && !seen.has(value)) {
          seen.add(value);
          expect(bundledDefinition(value), value).toBeDefined();
          visit(bundledDefinition(value));
        }
      }
    };
    visit(bundledDefinition("io.k8s.api.apps.v1.Deployment"));
    visit(
      bundledDefinition("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"),
    );
    expect(seen.size).toBeGreaterThan(100);
    expect((await check("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")).problems).toEqual([]);
  });
});
