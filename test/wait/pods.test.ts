import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { failureFromPods, podQuery, podsBehind, readinessOf, reasonFromPods } from "../../src/wait/index.js";
import { sightingsOf } from "../../src/wait/rules.js";
import { selectorText } from "../../src/wait/selector.js";
import {
  condition,
  container,
  endedWith,
  failed,
  live,
  pod,
  podWaiting,
  ready,
  readyPod,
  seenFor,
  waiting,
  waitsFor,
} from "./objects.js";

const start = "2026-01-01T00:00:00Z";
const soon = seenFor(29_999);
const later = seenFor(30_000);

describe("a Pod", () => {
  test("is ready when it is Ready, or has done its work", () => {
    expect(readinessOf(readyPod())).toEqual(ready);
    expect(
      readinessOf(pod({ phase: "Succeeded", conditions: [condition("Ready", "False", "PodCompleted")] })),
    ).toEqual(ready);
  });
  test.each<[why: string, status: JsonObject]>([
    ["it has not started yet", {}],
    [
      "Unschedulable: 0/3 nodes are available",
      {
        phase: "Pending",
        conditions: [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available.")],
      },
    ],
    [
      "container web: ContainerCreating",
      { phase: "Pending", containerStatuses: [container("web", waitsFor("ContainerCreating"))] },
    ],
    [
      "init container setup is running",
      {
        phase: "Pending",
        conditions: [condition("Initialized", "False")],
        initContainerStatuses: [container("setup", { running: {} })],
        containerStatuses: [container("web", waitsFor("PodInitializing"))],
      },
    ],
    [
      "it is not Ready: containers with unready status: [web]",
      {
        phase: "Running",
        conditions: [
          condition("Initialized", "True"),
          condition("Ready", "False", "ContainersNotReady", "containers with unready status: [web]"),
        ],
        containerStatuses: [container("web", { running: {} })],
      },
    ],
    [
      "container web: it exited with 1 (Error)",
      { phase: "Running", containerStatuses: [container("web", endedWith(1))] },
    ],
    ["it is Running and not Ready", { phase: "Running" }],
  ])("waits: %s", (why, status) => {
    expect(readinessOf(pod(status))).toEqual(waiting(why));
  });
  test("has failed for good in the phase Failed", () => {
    const evicted = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." };
    expect(readinessOf(pod(evicted))).toEqual(
      failed("it has failed: Evicted: The node was low on resource: memory"),
    );
    const containerStatuses = [
      container("a", endedWith(0, "Completed")),
      container("b", endedWith(137, "OOMKilled")),
    ];
    expect(readinessOf(pod({ phase: "Failed", containerStatuses }))).toEqual(
      failed("it has failed: container b: it exited with 137 (OOMKilled)"),
    );
    expect(readinessOf(pod({ phase: "Failed" }))).toEqual(failed("it has failed"));
  });
  test("that has ended is waited for where a StatefulSet makes it anew", () => {
    const of = (phase: string, owner: JsonObject): KubeObject =>
      pod({ phase, reason: "Evicted" }, { ownerReferences: [{ name: "db", controller: true, ...owner }] });
    const set = { apiVersion: "apps/v1", kind: "StatefulSet" };
    expect(readinessOf(of("Failed", set))).toEqual(
      waiting("it has failed: Evicted; its StatefulSet is to make it anew"),
    );
    expect(readinessOf(of("Succeeded", set))).toEqual(
      waiting("it has completed; its StatefulSet is to make it anew"),
    );
    for (const other of [
      { apiVersion: "apps/v1", kind: "ReplicaSet" },
      { apiVersion: "apps.kruise.io/v1", kind: "StatefulSet" },
      { ...set, controller: false },
    ])
      expect(readinessOf(of("Failed", other))).toEqual(failed("it has failed: Evicted"));
  });
  test("fails when a container crashes again and again", () => {
    const crashing = (field: string, name: string): KubeObject =>
      pod({
        phase: "Running",
        [field]: [
          container(name, waitsFor("CrashLoopBackOff", "back-off 20s"), {
            restartCount: 2,
            lastState: endedWith(3),
          }),
        ],
      });
    expect(readinessOf(crashing("containerStatuses", "web"), soon)).toEqual(
      failed("container web: CrashLoopBackOff: it exited with 3 (Error), restarted 2 times"),
    );
    expect(readinessOf(crashing("initContainerStatuses", "setup"), soon)).toMatchObject(
      failed("init container setup: CrashLoopBackOff: it exited with 3 (Error), restarted 2 times") as object,
    );
  });
  test.each(["InvalidImageName", "ErrImageNeverPull"])("fails at once with %s", (reason) => {
    const object = podWaiting(reason, undefined, { startTime: start });
    expect(readinessOf(object, soon)).toEqual(failed(`container web: ${reason}`));
  });
  test("fails with ImagePullBackOff once its pulls were seen to fail for a time, however old it is", () => {
    const object = podWaiting("ImagePullBackOff", "no such thing", { startTime: start });
    expect(readinessOf(object)).toEqual(waiting("container web: ImagePullBackOff: no such thing"));
    expect(readinessOf(object, soon)).toEqual(waiting("container web: ImagePullBackOff: no such thing"));
    expect(readinessOf(object, later)).toEqual(failed("container web: ImagePullBackOff: no such thing"));
  });
  test.each([
    "ErrImagePull",
    "RegistryUnavailable",
    "ImageInspectError",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
  ])("waits with %s, which is tried again, however long it lasts", (reason) => {
    const object = podWaiting(reason, "no such thing", { startTime: start });
    expect(readinessOf(object, seenFor(Infinity))).toEqual(
      waiting(`container web: ${reason}: no such thing`),
    );
  });
  test("says the worst of its containers", () => {
    const containerStatuses = [
      container("a", waitsFor("ContainerCreating")),
      container("b", waitsFor("CreateContainerConfigError", 'secret "db" not found')),
      container("c", waitsFor("InvalidImageName")),
    ];
    expect(readinessOf(pod({ phase: "Pending", containerStatuses }))).toEqual(
      failed("container c: InvalidImageName"),
    );
    expect(readinessOf(pod({ phase: "Pending", containerStatuses: containerStatuses.slice(0, 2) }))).toEqual(
      waiting('container b: CreateContainerConfigError: secret "db" not found'),
    );
  });
  test("is seen to be the same Pod with the same trouble from one failed pull to the next", () => {
    const of = (uid: string, reason: string): string[] =>
      sightingsOf({ ...podWaiting(reason), metadata: { name: "web", uid } });
    expect(of("1", "ErrImagePull")).toHaveLength(1);
    expect(of("1", "ImagePullBackOff")).toEqual(of("1", "ErrImagePull"));
    expect(of("2", "ImagePullBackOff")).not.toEqual(of("1", "ImagePullBackOff"));
    expect(of("1", "ContainerCreating")).toEqual([]);
    expect(of("1", "CreateContainerConfigError")).toEqual([]);
  });
});

describe("the Pods of a workload", () => {
  const named = (name: string, object: KubeObject): KubeObject => ({ ...object, metadata: { name } });
  const slow = named("web-slow", podWaiting("ContainerCreating"));
  const stuck = named("web-stuck", podWaiting("ImagePullBackOff", "not found", { startTime: start }));
  const crashing = named("web-crash", podWaiting("CrashLoopBackOff", "back-off"));
  const evicted = named("web-gone", pod({ phase: "Failed", reason: "Evicted" }));

  test("tell the worst reason first", () => {
    expect(reasonFromPods([readyPod(), slow, evicted, crashing, stuck], later)).toBe(
      "Pod web-stuck: container web: ImagePullBackOff: not found (3 other Pods not ready)",
    );
    expect(reasonFromPods([slow, crashing], later)).toBe(
      "Pod web-crash: container web: CrashLoopBackOff: back-off (1 other Pod not ready)",
    );
    expect(reasonFromPods([evicted], later)).toBe("Pod web-gone: it has failed: Evicted");
    expect(reasonFromPods([evicted, evicted, evicted], later)).toBe(
      "Pod web-gone: it has failed: Evicted (2 other Pods failed too)",
    );
    const held = named("web-held", podWaiting("CreateContainerConfigError", 'secret "db" not found'));
    expect(reasonFromPods([slow, held], later)).toBe(
      'Pod web-held: container web: CreateContainerConfigError: secret "db" not found (1 other Pod not ready)',
    );
    expect(reasonFromPods([readyPod()], later)).toBeUndefined();
  });
  test("fail it when one can't start, and not when one crashes or is replaced", () => {
    expect(failureFromPods([slow, crashing, evicted, stuck], later)).toBe(
      "Pod web-stuck: container web: ImagePullBackOff: not found",
    );
    expect(failureFromPods([stuck], soon)).toBeUndefined();
    expect(failureFromPods([slow, crashing, evicted], later)).toBeUndefined();
  });

  const ownedBy = (uid: string, name: string, metadata: JsonObject = {}): KubeObject =>
    live("v1", "Pod", {}, { name, ownerReferences: [{ uid, controller: true }], ...metadata });
  const names = (pods: KubeObject[]): unknown[] =>
    pods.map(({ metadata }) => (metadata as JsonObject)["name"]);

  test("of a Deployment are those of its newest ReplicaSet that are to stay", () => {
    const revision = (value: string): JsonObject => ({
      annotations: { "deployment.kubernetes.io/revision": value },
    });
    const web = live(
      "apps/v1",
      "Deployment",
      { status: { observedGeneration: 2 } },
      { uid: "d", ...revision("2") },
    );
    const set = (uid: string, value: string, owner = "d"): KubeObject =>
      live("apps/v1", "ReplicaSet", {}, { uid, ownerReferences: [{ uid: owner }], ...revision(value) });
    const sets = [set("old", "1"), set("other", "2", "e"), set("new", "2")];
    const pods = [
      ownedBy("old", "a"),
      ownedBy("new", "b"),
      ownedBy("other", "c"),
      ownedBy("new", "d", { deletionTimestamp: start }),
    ];
    expect(names(podsBehind(web, pods, sets))).toEqual(["b"]);
    expect(podsBehind({ ...web, status: { observedGeneration: 1 } }, pods, sets)).toEqual([]);
    expect(podsBehind(web, pods, [])).toEqual([]);
  });
  test("of a StatefulSet or a DaemonSet are those of its newest template", () => {
    const status = { observedGeneration: 2, updateRevision: "db-2" };
    const db = live("apps/v1", "StatefulSet", { status }, { uid: "s" });
    const hash = (value: string): JsonObject => ({ labels: { "controller-revision-hash": value } });
    expect(names(podsBehind(db, [ownedBy("s", "a", hash("db-1")), ownedBy("s", "b", hash("db-2"))]))).toEqual(
      ["b"],
    );
    const annotations = { "deprecated.daemonset.template.generation": "5" };
    const agent = live(
      "apps/v1",
      "DaemonSet",
      { status: { observedGeneration: 2 } },
      { uid: "n", annotations },
    );
    const made = (value: string): JsonObject => ({ labels: { "pod-template-generation": value } });
    expect(names(podsBehind(agent, [ownedBy("n", "a", made("4")), ownedBy("n", "b", made("5"))]))).toEqual([
      "b",
    ]);
  });
  test("of a StatefulSet or a DaemonSet that is updated by hand are the old ones, too", () => {
    const hash = (value: string): JsonObject => ({ labels: { "controller-revision-hash": value } });
    const of = (kind: string, spec: JsonObject): unknown[] => {
      const status = { observedGeneration: 2, updateRevision: "db-2" };
      const set = live("apps/v1", kind, { spec, status }, { uid: "s" });
      const pods = ["3", "4", "5"].map((ordinal) => ownedBy("s", `db-${ordinal}`, hash("db-1")));
      return names(podsBehind(set, [...pods, ownedBy("s", "db-6", hash("db-2"))]));
    };
    const byHand = { updateStrategy: { type: "OnDelete" } };
    expect(of("StatefulSet", byHand)).toEqual(["db-3", "db-4", "db-5", "db-6"]);
    expect(of("DaemonSet", byHand)).toEqual(["db-3", "db-4", "db-5", "db-6"]);
    const before = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 5 } } };
    expect(of("StatefulSet", before)).toEqual(["db-3", "db-4", "db-6"]);
    const counted = { updateStrategy: { rollingUpdate: { partition: 1 } }, ordinals: { start: 3 } };
    expect(of("StatefulSet", counted)).toEqual(["db-3", "db-6"]);
  });
  test("of a Job are all its own", () => {
    const job = live("batch/v1", "Job", {}, { uid: "j" });
    expect(names(podsBehind(job, [ownedBy("j", "a"), ownedBy("k", "b")]))).toEqual(["a"]);
  });
  test("are listed by the workload's selector", () => {
    const selector = {
      matchLabels: { app: "web", tier: "front" },
      matchExpressions: [
        { key: "env", operator: "In", values: ["a", "b"] },
        { key: "old", operator: "DoesNotExist" },
        { key: "zone", operator: "NotIn", values: ["x"] },
        { key: "team", operator: "Exists" },
      ],
    };
    const query = podQuery(live("apps/v1", "Deployment", { spec: { selector } }));
    expect(query?.replicaSets).toBe(true);
    expect(selectorText(query?.selector ?? [])).toBe(
      "app=web,tier=front,env in (a,b),!old,zone notin (x),team",
    );
    const plain = podQuery(live("v1", "ReplicationController", { spec: { selector: { app: "web" } } }));
    expect(plain?.replicaSets).toBe(false);
    expect(selectorText(plain?.selector ?? [])).toBe("app=web");
    expect(podQuery(live("apps/v1", "ReplicaSet", { spec: { selector: {} } }))).toBeUndefined();
    expect(podQuery(live("v1", "Service", { spec: { selector: { app: "web" } } }))).toBeUndefined();
  });
});
