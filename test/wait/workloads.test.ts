import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { readinessOf } from "../../src/wait/index.js";
import { condition, counts, deployment, failed, live, ready, seen, seenFor, waiting } from "./objects.js";

const rolledOut = [
  condition("Available", "True"),
  condition("Progressing", "True", "NewReplicaSetAvailable"),
];

describe("a Deployment", () => {
  const web = (status: JsonObject, spec: JsonObject = {}): KubeObject =>
    deployment({ replicas: 3, ...spec }, seen({ conditions: rolledOut, ...status }));

  test("is ready when all replicas are updated, ready and available", () => {
    expect(readinessOf(web(counts(3, 3, 3)))).toEqual(ready);
  });
  test.each<[why: string, status: JsonObject]>([
    ["0 of 3 replicas are updated", {}],
    ["1 of 3 replicas is updated", counts(4, 1, 3)],
    ["2 replicas too many are still there", counts(5, 3, 3)],
    ["2 of 3 replicas are ready", counts(3, 3, 2)],
    ["1 of 3 replicas is available", counts(3, 3, 3, 1)],
    [
      "its new ReplicaSet is not available yet",
      { ...counts(3, 3, 3), conditions: [condition("Progressing", "True", "ReplicaSetUpdated")] },
    ],
    [
      "MinimumReplicasUnavailable",
      { ...counts(3, 3, 3), conditions: [condition("Available", "False", "MinimumReplicasUnavailable")] },
    ],
  ])("says that %s", (why, status) => {
    expect(readinessOf(web(status))).toEqual(waiting(why));
  });
  test("has one replica where it does not say how many", () => {
    const object = deployment({}, seen({ conditions: rolledOut, ...counts(1, 1, 0) }));
    expect(readinessOf(object)).toEqual(waiting("0 of 1 replica is ready"));
  });
  test("with no replicas is ready once its controller has seen that", () => {
    expect(readinessOf(web({}, { replicas: 0 }))).toEqual(ready);
    expect(readinessOf(deployment({ replicas: 0 }, {}))).toEqual(
      waiting("its controller has not seen it yet"),
    );
  });
  test("is not judged by the status of an older spec", () => {
    const stale = deployment(
      { replicas: 3 },
      { observedGeneration: 1, conditions: rolledOut, ...counts(3, 3, 3) },
    );
    expect(readinessOf(stale)).toEqual(waiting("its controller has not seen the newest change yet"));
  });
  test("says why Pods are refused", () => {
    const quota = condition(
      "ReplicaFailure",
      "True",
      "FailedCreate",
      'pods "web-1" is forbidden: exceeded quota: small',
    );
    expect(readinessOf(web({ ...counts(1, 1, 1), conditions: [quota] }))).toEqual(
      waiting('1 of 3 replicas is updated: FailedCreate: pods "web-1" is forbidden: exceeded quota: small'),
    );
  });
  test("that is paused says so, and is ready when it has nothing left to do", () => {
    const conditions = [
      condition("Available", "True"),
      condition("Progressing", "Unknown", "DeploymentPaused"),
    ];
    const paused = (status: JsonObject): KubeObject => web({ conditions, ...status }, { paused: true });
    expect(readinessOf(paused(counts(3, 0, 3)))).toEqual(
      waiting("0 of 3 replicas are updated: the rollout is paused (spec.paused)"),
    );
    expect(readinessOf(paused(counts(3, 3, 3)))).toEqual(ready);
  });
});

describe("a stalled rollout", () => {
  const timedOut: JsonObject = {
    ...condition(
      "Progressing",
      "False",
      "ProgressDeadlineExceeded",
      'ReplicaSet "web-1" has timed out progressing.',
    ),
    lastUpdateTime: "2026-01-01T00:10:00Z",
  };
  const stalled = (changed: string, spec: JsonObject = {}): KubeObject =>
    deployment(
      { replicas: 3, progressDeadlineSeconds: 600, ...spec },
      seen({ ...counts(4, 1, 3), conditions: [timedOut] }),
      {
        managedFields: [
          { manager: "kapply", operation: "Apply", time: changed },
          {
            manager: "kube-controller-manager",
            operation: "Update",
            subresource: "status",
            time: "2026-01-01T00:10:01Z",
          },
        ],
      },
    );
  const why =
    'ProgressDeadlineExceeded: ReplicaSet "web-1" has timed out progressing; 1 of 3 replicas is updated';

  test("fails at once, whatever the clock of this machine says", () => {
    expect(readinessOf(stalled("2026-01-01T00:00:00Z"))).toEqual(failed(why));
    expect(readinessOf(stalled("2026-01-01T00:09:59Z"))).toEqual(failed(why));
  });
  test("does not fail the change that may cure it, before that change was seen for its own time", () => {
    const changed = stalled("2026-01-01T00:10:00Z");
    const still = waiting("1 of 3 replicas is updated");
    expect(readinessOf(changed)).toEqual(still);
    expect(readinessOf(changed, seenFor(599_999))).toEqual(still);
    expect(readinessOf(changed, seenFor(600_000))).toEqual(failed(why));
  });
  test("is not put off by a change of its labels alone", () => {
    const labelled = stalled("2026-01-01T00:00:00Z");
    const label = {
      manager: "kubectl-label",
      operation: "Update",
      time: "2026-01-01T00:10:30Z",
      fieldsV1: { "f:metadata": { "f:labels": { "f:tier": {} } } },
    };
    const { managedFields } = labelled["metadata"] as { managedFields: JsonObject[] };
    managedFields.push(label);
    expect(readinessOf(labelled)).toEqual(failed(why));
  });
  test("that is paused waits to be resumed", () => {
    expect(readinessOf(stalled("2026-01-01T00:00:00Z", { paused: true }))).toEqual(
      waiting("1 of 3 replicas is updated: the rollout is paused (spec.paused)"),
    );
  });
});

describe("a ReplicaSet or a ReplicationController", () => {
  const kinds = [
    ["apps/v1", "ReplicaSet"],
    ["v1", "ReplicationController"],
  ] as const;
  test.each(kinds)("%s %s counts its replicas", (apiVersion, kind) => {
    const set = (status: JsonObject): KubeObject =>
      live(apiVersion, kind, { spec: { replicas: 2 }, status: seen(status) });
    expect(readinessOf(set(counts(2, 0, 2)))).toEqual(ready);
    expect(readinessOf(set(counts(1, 0, 1)))).toEqual(waiting("1 of 2 replicas is there"));
    expect(readinessOf(set(counts(2, 0, 1)))).toEqual(waiting("1 of 2 replicas is ready"));
    expect(readinessOf(set(counts(3, 0, 3)))).toEqual(waiting("1 replica too many is still there"));
    const refused = condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: small");
    expect(readinessOf(set({ ...counts(2, 0, 2), conditions: [refused] }))).toEqual(
      waiting("FailedCreate: exceeded quota: small"),
    );
  });
});

describe("a StatefulSet", () => {
  const db = (updateStrategy: JsonObject, status: JsonObject, spec: JsonObject = {}): KubeObject =>
    live("apps/v1", "StatefulSet", { spec: { replicas: 3, updateStrategy, ...spec }, status: seen(status) });
  const rolling = (partition: number): JsonObject => ({
    type: "RollingUpdate",
    rollingUpdate: { partition },
  });
  const three = { replicas: 3, readyReplicas: 3 };

  test("is ready when its replicas are ready and updated", () => {
    expect(readinessOf(db(rolling(0), { ...three, updatedReplicas: 3 }))).toEqual(ready);
    expect(readinessOf(db(rolling(0), { ...three, updatedReplicas: 2 }))).toEqual(
      waiting("2 of 3 replicas are updated"),
    );
    expect(readinessOf(db(rolling(0), { replicas: 1, readyReplicas: 1 }))).toEqual(
      waiting("1 of 3 replicas is there"),
    );
    expect(readinessOf(db(rolling(0), { replicas: 3, readyReplicas: 0 }))).toEqual(
      waiting("0 of 3 replicas are ready"),
    );
    expect(readinessOf(db(rolling(0), { replicas: 4, readyReplicas: 4 }))).toEqual(
      waiting("1 replica too many is still there"),
    );
  });
  test("updates only from its partition on", () => {
    expect(readinessOf(db(rolling(2), { ...three, updatedReplicas: 1 }))).toEqual(ready);
    expect(readinessOf(db(rolling(1), { ...three, updatedReplicas: 1 }))).toEqual(
      waiting("1 of 2 replicas is updated (partition 1)"),
    );
    expect(readinessOf(db(rolling(5), three))).toEqual(ready);
  });
  test("goes by its revisions where it has no partition", () => {
    const status = { ...three, updatedReplicas: 1, currentRevision: "db-1" };
    expect(readinessOf(db({}, { ...status, updateRevision: "db-2" }))).toEqual(
      waiting("1 of 3 replicas is updated"),
    );
    expect(readinessOf(db({}, { ...status, updateRevision: "db-1" }))).toEqual(ready);
  });
  test("that is updated by hand still needs its replicas", () => {
    expect(
      readinessOf(db({ type: "OnDelete" }, { ...three, currentRevision: "a", updateRevision: "b" })),
    ).toEqual(ready);
    expect(readinessOf(db({ type: "OnDelete" }, { replicas: 3, readyReplicas: 2 }))).toEqual(
      waiting("2 of 3 replicas are ready"),
    );
  });
  test("waits for minReadySeconds", () => {
    const status = { ...three, updatedReplicas: 3, availableReplicas: 1 };
    expect(readinessOf(db(rolling(0), status, { minReadySeconds: 5 }))).toEqual(
      waiting("1 of 3 replicas is available"),
    );
    expect(readinessOf(db(rolling(0), status))).toEqual(ready);
  });
});

describe("a DaemonSet", () => {
  const agent = (status: JsonObject, type = "RollingUpdate"): KubeObject =>
    live("apps/v1", "DaemonSet", { spec: { updateStrategy: { type } }, status: seen(status) });
  const all = {
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberReady: 2,
    numberAvailable: 2,
  };
  test("is ready when each node has its Pod", () => {
    expect(readinessOf(agent(all))).toEqual(ready);
    expect(readinessOf(agent({ ...all, desiredNumberScheduled: 0 }))).toEqual(ready);
  });
  test.each<[why: string, status: JsonObject]>([
    ["1 of 2 Pods is scheduled", { currentNumberScheduled: 1 }],
    ["0 of 2 Pods are updated", { updatedNumberScheduled: 0 }],
    ["1 of 2 Pods is ready", { numberReady: 1 }],
    ["1 of 2 Pods is available", { numberAvailable: 1 }],
  ])("says that %s", (why, status) => {
    expect(readinessOf(agent({ ...all, ...status }))).toEqual(waiting(why));
  });
  test("that is updated by hand need not be updated", () => {
    expect(readinessOf(agent({ ...all, updatedNumberScheduled: 0 }, "OnDelete"))).toEqual(ready);
  });
  test("is not ready before its controller has counted the nodes", () => {
    expect(readinessOf(agent({}))).toEqual(waiting("its controller has not seen it yet"));
  });
});
