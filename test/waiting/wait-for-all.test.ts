import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject, Ref } from "../../src/model.js";
import { bundledType } from "../../src/schema/index.js";
import { steadyNow } from "../../src/time.js";
import { parseFor } from "../../src/wait/index.js";
import type { WaitReads } from "../../src/wait/index.js";
import type { WatchEvent } from "../../src/wait/types.js";
import { waitForAll } from "../../src/waiting/wait-for-all.js";
import type { Wanted, WaitWorld } from "../../src/waiting/wait-for-all.js";
import { condition, container, endedWith, live, pod, seen, waitsFor } from "../wait/objects.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that lists what it has, by plural, and that a test has tell the rest. */
function serverOf(objects: Record<string, KubeObject[]>) {
  const watchers = new Set<(event: WatchEvent) => void>();
  const reads: WaitReads = {
    get: () => Promise.reject(new Error("nobody asks for one")),
    list: (type) => Promise.resolve({ objects: objects[type.plural] ?? [], resourceVersion: "1" }),
    async *watch(_type, _namespace, _selection, { signal }) {
      const queue: WatchEvent[] = [];
      let wake = (): void => undefined;
      const push = (event: WatchEvent): void => {
        queue.push(event);
        wake();
      };
      watchers.add(push);
      signal.addEventListener("abort", () => wake(), { once: true });
      while (!signal.aborted) {
        const event = queue.shift();
        if (event === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else yield event;
        if (event?.is === "gone" || event?.is === "broken") break;
      }
      watchers.delete(push);
    },
  };
  return { objects, reads, tell: (event: WatchEvent) => watchers.forEach((push) => push(event)) };
}

const gizmos = { group: "x", version: "v1", kind: "Gizmo", plural: "gizmos", namespaced: true };

function wanted(apiVersion: string, kind: string, name: string, text = "ready"): Wanted {
  const type = bundledType(apiVersion, kind);
  if (type === undefined) throw new Error(`no ${kind}`);
  const ref: Ref = { apiVersion, kind, namespace: "shop", name };
  return { ref, type, goal: parseFor(text), isNamed: true };
}

async function waitFor(
  server: { reads: WaitReads },
  one: Wanted,
  world: Partial<WaitWorld> = {},
  ...others: Wanted[]
) {
  const said: string[] = [];
  const emit: WaitWorld["emit"] = (event) => {
    if (event.event === "waiting") said.push(event.why);
  };
  const state: { ended?: unknown } = {};
  const done = waitForAll([one, ...others], { waitReads: server.reads }, { emit, ...world }).then(
    ([ended]) => (state.ended = ended),
  );
  await vi.advanceTimersByTimeAsync(0);
  return { said, state, done };
}

const failedWith = (message: string): object => ({ is: "failed", error: { code: "not-ready", message } });

describe("--for=delete", () => {
  const config = (uid: string): KubeObject => live("v1", "ConfigMap", {}, { uid });

  test("is met by another object of the same name: the one that was there is gone", async () => {
    const server = serverOf({ configmaps: [config("1")] });
    const { state } = await waitFor(server, wanted("v1", "ConfigMap", "web", "delete"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.ended).toBeUndefined();
    server.objects["configmaps"] = [config("2")];
    server.tell({ is: "gone" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.ended).toMatchObject({ is: "ready" });
  });
  test("is not met by a change of it", async () => {
    const server = serverOf({ configmaps: [config("1")] });
    const { state } = await waitFor(server, wanted("v1", "ConfigMap", "web", "delete"));
    server.tell({ is: "modified", object: config("1"), resourceVersion: "2" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.ended).toBeUndefined();
  });
});

describe("an image that can't be pulled", () => {
  const old = "2020-01-01T00:00:00Z";
  const pulling = (reason: string): KubeObject =>
    pod(
      {
        phase: "Pending",
        startTime: old,
        conditions: [condition("Ready", "False")],
        containerStatuses: [container("app", waitsFor(reason, "no such image"))],
      },
      { uid: "p", creationTimestamp: old },
    );

  test("fails a Pod of any age only once it was seen to fail for a time", async () => {
    const server = serverOf({ pods: [pulling("ErrImagePull")] });
    const { said, state } = await waitFor(server, wanted("v1", "Pod", "web"));
    expect(said).toEqual(["container app: ErrImagePull: no such image"]);
    const change = async (reason: string, milliseconds: number): Promise<void> => {
      server.tell({ is: "modified", object: pulling(reason), resourceVersion: "2" });
      await vi.advanceTimersByTimeAsync(milliseconds);
    };
    await vi.advanceTimersByTimeAsync(15_000);
    server.tell({ is: "broken", why: "reset" });
    await vi.advanceTimersByTimeAsync(1_000);
    await change("ImagePullBackOff", 13_000);
    expect(state.ended).toBeUndefined();
    await change("ErrImagePull", 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.ended).toBeUndefined();
  });
  test("fails it after that time", async () => {
    const server = serverOf({ pods: [pulling("ImagePullBackOff")] });
    const { state } = await waitFor(server, wanted("v1", "Pod", "web"));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(state.ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.ended).toMatchObject({
      ...failedWith("it will not become ready by waiting: container app: ImagePullBackOff: no such image"),
      milliseconds: 30_000,
    });
  });
});

describe("the last word on a workload that has failed", () => {
  const ownedBy = (uid: string): JsonObject => ({ ownerReferences: [{ uid, controller: true }] });
  const labels = { app: "web" };
  const selector = { matchLabels: labels };

  test.each([
    ["ready", "it will not become ready by waiting"],
    ["condition=Available", "--for=condition=Available"],
  ])("is what its Pods say: why a rollout has stalled (%s)", async (goal, start) => {
    const revision = { annotations: { "deployment.kubernetes.io/revision": "1" } };
    const stalled = condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out progressing.");
    const server = serverOf({
      deployments: [
        live(
          "apps/v1",
          "Deployment",
          {
            spec: { replicas: 1, selector },
            status: seen({ replicas: 1, updatedReplicas: 1, conditions: [stalled] }),
          },
          { uid: "d", ...revision },
        ),
      ],
      replicasets: [live("apps/v1", "ReplicaSet", {}, { uid: "r", labels, ...ownedBy("d"), ...revision })],
      pods: [
        pod(
          {
            phase: "Running",
            containerStatuses: [
              container("app", waitsFor("CrashLoopBackOff"), { restartCount: 4, lastState: endedWith(3) }),
            ],
          },
          { name: "web-1", labels, ...ownedBy("r") },
        ),
      ],
    });
    const { done } = await waitFor(server, wanted("apps/v1", "Deployment", "web", goal));
    const ended = await done;
    expect(ended).toMatchObject({ is: "failed", error: { code: "not-ready" } });
    const message = (ended as { error: { message: string } }).error.message;
    expect(message).toContain(start);
    expect(message).toContain(
      "ProgressDeadlineExceeded: timed out progressing; 0 of 1 replica is ready; " +
        "Pod web-1: container app: CrashLoopBackOff: it exited with 3 (Error), restarted 4 times",
    );
  });
  test.each(["ready", "condition=Complete", "jsonpath={.status.succeeded}=1"])(
    "is how the container of a Job ended, with --for=%s",
    async (text) => {
      const server = serverOf({
        jobs: [
          live(
            "batch/v1",
            "Job",
            {
              spec: { selector },
              status: { conditions: [condition("Failed", "True", "BackoffLimitExceeded")] },
            },
            { uid: "j" },
          ),
        ],
        pods: ["web-1", "web-2"].map((name) =>
          pod(
            { phase: "Failed", containerStatuses: [container("app", endedWith(3))] },
            { name, labels, ...ownedBy("j") },
          ),
        ),
      });
      const { state } = await waitFor(server, wanted("batch/v1", "Job", "web", text));
      expect(JSON.stringify(state.ended)).toContain(
        "the Job has failed: BackoffLimitExceeded; Pod web-1: it has failed: container app: it exited with 3 (Error) (1 other Pod failed too)",
      );
    },
  );
});

describe("an object that is ready while another is not", () => {
  const running = pod({ phase: "Running", conditions: [condition("Ready", "True")] }, { name: "a" });
  const pending = wanted("v1", "ConfigMap", "later");
  const deletedOf = (object: KubeObject): WatchEvent => ({ is: "deleted", object, resourceVersion: "2" });
  const laterComes: WatchEvent = {
    is: "added",
    object: live("v1", "ConfigMap", {}, { name: "later" }),
    resourceVersion: "3",
  };
  const jobOf = (status: JsonObject): KubeObject => live("batch/v1", "Job", { status }, { name: "a" });
  const done = pod({ phase: "Succeeded" }, { name: "a" });
  const service = live("v1", "Service", { spec: {}, status: { loadBalancer: {} } }, { name: "a" });
  const custom = { ...wanted("v1", "ConfigMap", "a"), type: { ...gizmos } };

  test.each([
    ["a Pod", wanted("v1", "Pod", "a"), "pods", running, true],
    [
      "a Pod that is Ready, as its condition",
      wanted("v1", "Pod", "a", "condition=Ready"),
      "pods",
      running,
      false,
    ],
    ["a Pod that has succeeded", wanted("v1", "Pod", "a"), "pods", done, false],
    [
      "a suspended Job of a set",
      { ...wanted("batch/v1", "Job", "a"), isNamed: false },
      "jobs",
      { ...jobOf({}), spec: { suspend: true } },
      true,
    ],
    [
      "a Job that is done",
      wanted("batch/v1", "Job", "a"),
      "jobs",
      jobOf({ conditions: [condition("Complete", "True")] }),
      false,
    ],
    [
      "a ConfigMap",
      wanted("v1", "ConfigMap", "a"),
      "configmaps",
      live("v1", "ConfigMap", {}, { name: "a" }),
      false,
    ],
    ["a Service of a set", { ...wanted("v1", "Service", "a"), isNamed: false }, "services", service, false],
    [
      "an object of another kind without a status",
      custom,
      "gizmos",
      live("x/v1", "Gizmo", {}, { name: "a" }),
      true,
    ],
  ])("%s may turn until then", async (_, one, plural, object, mayTurn) => {
    const server = serverOf({ [plural]: [object] });
    const { said, state } = await waitFor(server, one, {}, pending);
    await vi.advanceTimersByTimeAsync(1_000);
    server.objects[plural] = [];
    server.tell(deletedOf(object));
    server.tell(laterComes);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(said).toEqual(["it does not exist", ...(mayTurn ? ["it was deleted during the wait"] : [])]);
    expect(state.ended === undefined).toBe(mayTurn);
  });

  test("is a named Service while its endpoints are there", async () => {
    const slice = live(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      { ports: [{ port: 80 }], endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true } }] },
      { name: "a-1", labels: { "kubernetes.io/service-name": "a" } },
    );
    const named = { ...service, spec: { selector: { app: "a" }, ports: [{ port: 80 }] } };
    const server = serverOf({ services: [named], endpointslices: [slice] });
    const { said, state } = await waitFor(server, wanted("v1", "Service", "a"), {}, pending);
    await vi.advanceTimersByTimeAsync(1_000);
    server.tell(deletedOf(slice));
    server.tell(laterComes);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.ended).toBeUndefined();
    expect(said.at(-1)).toContain("endpoint");
  });
});

describe("an object that is deleted during the wait", () => {
  const starting = pod({ phase: "Pending" });

  test("is told so, also when the time is over, and may come again", async () => {
    const server = serverOf({ pods: [starting] });
    const world = { deadline: steadyNow() + 10_000 };
    const { said, state } = await waitFor(server, wanted("v1", "Pod", "web"), world);
    await vi.advanceTimersByTimeAsync(1_000);
    server.tell({ is: "deleted", object: starting, resourceVersion: "2" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(["it has not started yet", "it was deleted during the wait"]);
    expect(state.ended).toMatchObject(failedWith("it is not ready in time: it was deleted during the wait"));
  });
});

describe("an object that was found by its labels", () => {
  const ended = pod({ phase: "Failed" }, { deletionTimestamp: "2026-01-01T00:00:00Z" });

  test.each(["ready", "condition=Ready"])(
    "may fail while it is being deleted, with --for=%s",
    async (text) => {
      const server = serverOf({ pods: [ended] });
      const { said, state } = await waitFor(server, { ...wanted("v1", "Pod", "web", text), mayGo: true });
      await vi.advanceTimersByTimeAsync(5_000);
      expect(state.ended).toBeUndefined();
      server.tell({ is: "deleted", object: ended, resourceVersion: "2" });
      await vi.advanceTimersByTimeAsync(0);
      expect(state.ended).toMatchObject({ is: "gone" });
      expect(said).toEqual(["it is being deleted", "it is gone, and is not waited for any longer"]);
    },
  );
});

describe("one look", () => {
  test("says what is, with the Pods behind it, and for how long that took", async () => {
    const server = serverOf({ configmaps: [] });
    const { state } = await waitFor(server, wanted("v1", "ConfigMap", "web", "create"), { once: true });
    expect(state.ended).toMatchObject({
      ...failedWith("it is not there in time: it does not exist"),
      milliseconds: 0,
    });
  });
});
