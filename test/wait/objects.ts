/** Words that these tests share: live objects with their status. */
import type { Json, JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";

export function live(
  apiVersion: string,
  kind: string,
  rest: JsonObject = {},
  metadata: JsonObject = {},
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name: "web", namespace: "shop", generation: 2, ...metadata },
    ...rest,
  };
}

export function condition(type: string, status: string, reason?: string, message?: string): JsonObject {
  return {
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}

/** A status that is about the newest generation. */
export function seen(status: JsonObject): JsonObject {
  return { observedGeneration: 2, ...status };
}

export function deployment(spec: JsonObject, status: JsonObject, metadata: JsonObject = {}): KubeObject {
  return live("apps/v1", "Deployment", { spec, status }, metadata);
}

export const counts = (all: number, updated: number, ready: number, available = ready): JsonObject => ({
  replicas: all,
  updatedReplicas: updated,
  readyReplicas: ready,
  availableReplicas: available,
});

/** A container's status. */
export function container(name: string, state: JsonObject, rest: JsonObject = {}): JsonObject {
  return { name, restartCount: 0, state, ...rest };
}

export function waitsFor(reason: string, message?: string): JsonObject {
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

export function endedWith(exitCode: number, reason = "Error", finishedAt?: string): JsonObject {
  return { terminated: { exitCode, reason, ...(finishedAt === undefined ? {} : { finishedAt }) } };
}

export function pod(status: JsonObject, metadata: JsonObject = {}): KubeObject {
  return live("v1", "Pod", { spec: {}, status }, metadata);
}

/** A Pod that is on its way, of which one container waits. */
export function podWaiting(reason: string, message?: string, rest: JsonObject = {}): KubeObject {
  return pod({
    phase: "Pending",
    conditions: [
      condition("PodScheduled", "True"),
      condition("Initialized", "True"),
      condition("Ready", "False"),
    ],
    containerStatuses: [container("web", waitsFor(reason, message))],
    ...rest,
  });
}

export const readyPod = (name = "web"): KubeObject =>
  pod({ phase: "Running", conditions: [condition("Ready", "True")] }, { name });

/** That everything was seen for so long. */
export const seenFor = (milliseconds: number) => (): number => milliseconds;

export const ready = { is: "ready" };
export const waiting = (why: string): Json => ({ is: "waiting", why });
export const failed = (why: string): Json => ({ is: "failed", why });
