import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { readinessOf } from "../../src/wait/index.js";
import { condition, failed, live, ready, seen, waiting } from "./objects.js";

const custom = (status: JsonObject, metadata: JsonObject = {}): KubeObject =>
  live("shop.example/v1", "Widget", { status }, metadata);

describe("any kind", () => {
  test("is ready when nothing says that it is not", () => {
    expect(readinessOf(live("v1", "ConfigMap"))).toEqual(ready);
    expect(readinessOf(custom({}))).toEqual(ready);
    expect(readinessOf(live("networking.k8s.io/v1", "Ingress", { status: { loadBalancer: {} } }))).toEqual(
      ready,
    );
  });
  test("that is being deleted is not ready, whatever else it says", () => {
    const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    const status = { conditions: [condition("Ready", "True")] };
    expect(readinessOf(custom(status, going))).toEqual(waiting("it is being deleted"));
    expect(readinessOf(custom(status, { ...going, finalizers: ["a.example/x", "b.example/y"] }))).toEqual(
      waiting("it is being deleted (finalizers: a.example/x, b.example/y)"),
    );
  });
  test("that is a namespace being deleted says what is left in it", () => {
    const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    const conditions = [
      condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources..."),
      condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", "configmaps. has 1 instance"),
      condition("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", "shop.example/hold in 1"),
    ];
    expect(readinessOf(live("v1", "Namespace", { status: { conditions } }, going))).toEqual(
      waiting(
        "it is being deleted; SomeResourcesRemain: configmaps. has 1 instance; SomeFinalizersRemain: shop.example/hold in 1",
      ),
    );
    expect(readinessOf(live("v1", "Namespace", {}, going))).toEqual(waiting("it is being deleted"));
  });
  test("goes by its Ready condition, if it has one", () => {
    expect(readinessOf(custom({ conditions: [condition("Ready", "True")] }))).toEqual(ready);
    expect(
      readinessOf(custom({ conditions: [condition("Ready", "False", "DoesNotExist", "Issuer not found.")] })),
    ).toEqual(waiting("DoesNotExist: Issuer not found"));
    expect(readinessOf(custom({ conditions: [condition("Ready", "False", "Pending")] }))).toEqual(
      waiting("Ready is False: Pending"),
    );
    expect(readinessOf(custom({ conditions: [condition("Ready", "Unknown")] }))).toEqual(
      waiting("it is not Ready"),
    );
  });
  test("is not judged by a condition about an older spec", () => {
    const old = (type: string): JsonObject => ({ ...condition(type, "True"), observedGeneration: 1 });
    expect(readinessOf(custom({ conditions: [old("Ready")] }))).toEqual(
      waiting("its controller has not seen the newest change yet"),
    );
    expect(readinessOf(custom({ conditions: [old("Stalled")] }))).toEqual(ready);
  });
  test("says when it is reconciling, and fails when it is stalled", () => {
    const status = (type: string): JsonObject =>
      seen({ conditions: [condition("Ready", "True"), condition(type, "True", "Retrying", "no artifact")] });
    expect(readinessOf(custom(status("Reconciling")))).toEqual(waiting("Retrying: no artifact"));
    expect(readinessOf(custom(status("Stalled")))).toEqual(failed("Retrying: no artifact"));
  });
  test("never throws, and always says why", () => {
    const kinds = [
      "apps/v1 Deployment",
      "apps/v1 StatefulSet",
      "apps/v1 DaemonSet",
      "v1 Pod",
      "batch/v1 Job",
      "v1 Service",
      "x/v1 X",
    ];
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record({
        conditions: fc.array(
          fc.record({
            type: fc.constantFrom("Ready", "Stalled", "Progressing"),
            status: fc.jsonValue(),
            reason: fc.jsonValue(),
          }),
        ),
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), odd, odd, (name, spec, status) => {
        const [apiVersion = "", kind = ""] = name.split(" ");
        const readiness = readinessOf(live(apiVersion, kind, { spec, status } as JsonObject));
        expect(readiness.is === "ready" || readiness.why.length > 0).toBe(true);
      }),
    );
  });
  test("quotes one line of a server, of bounded length", () => {
    const message = `line one\n\tline two ${"x".repeat(1000)}`;
    const readiness = readinessOf(custom({ conditions: [condition("Ready", "False", undefined, message)] }));
    expect(readiness).toMatchObject({
      is: "waiting",
      why: expect.stringMatching(/^line one line two x+\.\.\.$/) as string,
    });
    expect(JSON.stringify(readiness).length).toBeLessThan(400);
  });
});

describe("a Job", () => {
  const job = (status: JsonObject, spec: JsonObject = { completions: 1 }): KubeObject =>
    live("batch/v1", "Job", { spec, status });
  const started = { startTime: "2026-01-01T00:00:00Z" };

  test("is ready when it is done, not when it has started", () => {
    expect(readinessOf(job({}))).toEqual(waiting("it has not started yet"));
    expect(readinessOf(job({ ...started, active: 1, failed: 2 }))).toEqual(
      waiting("0 of 1 Pod is done, 1 active, 2 failed"),
    );
    expect(readinessOf(job({ ...started, active: 1 }, {}))).toEqual(waiting("0 Pods done, 1 active"));
    expect(
      readinessOf(job({ ...started, succeeded: 1, conditions: [condition("Complete", "True")] })),
    ).toEqual(ready);
  });
  test.each(["Failed", "FailureTarget"])("that has the condition %s has failed", (type) => {
    const status = {
      ...started,
      conditions: [
        condition(type, "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
      ],
    };
    expect(readinessOf(job(status))).toEqual(
      failed("the Job has failed: BackoffLimitExceeded: Job has reached the specified backoff limit"),
    );
  });
  test("that shall be suspended is what it shall be", () => {
    expect(readinessOf(job({ conditions: [condition("Suspended", "True")] }, { suspend: true }))).toEqual(
      ready,
    );
    expect(readinessOf(job({ conditions: [condition("Failed", "True")] }, { suspend: true }))).toEqual(
      failed("the Job has failed"),
    );
  });
  test("that somebody else suspended waits, as does one that was admitted suspended", () => {
    const managedFields = (...specs: JsonObject[]): JsonObject => ({
      managedFields: specs.map((spec) => ({ fieldsV1: { "f:spec": spec } })),
    });
    const suspended = (metadata: JsonObject): KubeObject =>
      live("batch/v1", "Job", { spec: { suspend: true } }, metadata);
    const held = waiting("it is suspended (spec.suspend)");
    expect(readinessOf(suspended(managedFields({ "f:template": {} }, { "f:suspend": {} })))).toEqual(held);
    expect(readinessOf(suspended(managedFields({ "f:template": {} })))).toEqual(held);
    const own = managedFields({ "f:template": {}, "f:suspend": {} }, { "f:suspend": {} });
    expect(readinessOf(suspended(own))).toEqual(ready);
  });
  test("of a CronJob is none of the CronJob's business", () => {
    expect(readinessOf(live("batch/v1", "CronJob", { spec: { suspend: true } }))).toEqual(ready);
  });
});

describe("the other kinds with rules", () => {
  const phase = (kind: string, name: string): KubeObject => live("v1", kind, { status: { phase: name } });
  const crd = (...conditions: JsonObject[]): KubeObject =>
    live("apiextensions.k8s.io/v1", "CustomResourceDefinition", { status: { conditions } });

  test("a claim is ready when it is bound", () => {
    expect(readinessOf(phase("PersistentVolumeClaim", "Bound"))).toEqual(ready);
    expect(readinessOf(phase("PersistentVolumeClaim", "Lost"))).toEqual(failed("its volume is lost"));
    const claim = live("v1", "PersistentVolumeClaim", {
      spec: { storageClassName: "fast" },
      status: { phase: "Pending" },
    });
    expect(readinessOf(claim)).toEqual(waiting("no volume is bound to it yet (storage class fast)"));
  });
  test("a volume is ready when it can be claimed", () => {
    expect(readinessOf(phase("PersistentVolume", "Available"))).toEqual(ready);
    expect(readinessOf(phase("PersistentVolume", "Pending"))).toEqual(waiting("it is not available yet"));
    expect(readinessOf(phase("PersistentVolume", "Failed"))).toEqual(failed("it has failed"));
  });
  test("a Service in a set is ready, unless it needs a load balancer's address", () => {
    const service = (type: string, ingress: JsonObject[] = []): KubeObject =>
      live("v1", "Service", { spec: { type }, status: { loadBalancer: { ingress } } });
    expect(readinessOf(service("ClusterIP"))).toEqual(ready);
    expect(readinessOf(service("LoadBalancer"))).toEqual(waiting("its load balancer has no address yet"));
    expect(readinessOf(service("LoadBalancer", [{ ip: "192.0.2.1" }]))).toEqual(ready);
  });
  test("a namespace is ready when it is active", () => {
    expect(readinessOf(phase("Namespace", "Active"))).toEqual(ready);
    expect(readinessOf(phase("Namespace", "Terminating"))).toEqual(waiting("it is not Active yet"));
  });
  test("a CRD is ready when it is established, and fails when its names are taken", () => {
    expect(readinessOf(crd())).toEqual(waiting("it is not established yet"));
    expect(
      readinessOf(
        crd(
          condition("NamesAccepted", "True"),
          condition("Established", "False", "Installing", "the initial names have been accepted"),
        ),
      ),
    ).toEqual(waiting("Installing: the initial names have been accepted"));
    expect(readinessOf(crd(condition("NamesAccepted", "True"), condition("Established", "True")))).toEqual(
      ready,
    );
    expect(
      readinessOf(
        crd(
          condition("Established", "False", "NotAccepted"),
          condition("NamesAccepted", "False", "ListKindConflict", '"WidgetList" is already in use'),
        ),
      ),
    ).toEqual(
      failed('the server does not accept its names: ListKindConflict: "WidgetList" is already in use'),
    );
  });
  test("an APIService is ready when it is available", () => {
    const service = (...conditions: JsonObject[]): KubeObject =>
      live("apiregistration.k8s.io/v1", "APIService", { status: { conditions } });
    expect(readinessOf(service(condition("Available", "True", "Local")))).toEqual(ready);
    expect(readinessOf(service(condition("Available", "False", "MissingEndpoints", "no addresses")))).toEqual(
      waiting("MissingEndpoints: no addresses"),
    );
  });
  test("a disruption budget is ready when it is worked out", () => {
    const budget = (status: JsonObject): KubeObject => live("policy/v1", "PodDisruptionBudget", { status });
    expect(readinessOf(budget({}))).toEqual(waiting("its controller has not seen it yet"));
    expect(
      readinessOf(
        budget(seen({ conditions: [condition("DisruptionAllowed", "False", "InsufficientPods")] })),
      ),
    ).toEqual(ready);
    expect(
      readinessOf(
        budget(
          seen({ conditions: [condition("DisruptionAllowed", "False", "SyncFailed", "no controllers")] }),
        ),
      ),
    ).toEqual(waiting("SyncFailed: no controllers"));
  });
});
