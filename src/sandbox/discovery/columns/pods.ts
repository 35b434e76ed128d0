/**
 * The cells of pods.
 *
 * Source: kubernetes pkg/printers/internalversion/printers.go (`printPod`).
 */
import { getKey, type Json, type JsonObject } from "../../../json.js";
import { listAt, numberAt, textAt, valueAt } from "../values.js";
import { isTrueCondition, type Cell } from "./cells.js";
import { since } from "./duration.js";

interface Summary {
  reason: string;
  ready: number;
  total: number;
  restarts: number;
  /** When a container was last started again, in milliseconds; undefined where none was. */
  lastRestart: number | undefined;
}

export const podReady: Cell = (pod) => {
  const { ready, total } = summary(pod);
  return `${String(ready)}/${String(total)}`;
};

export const podStatus: Cell = (pod) => summary(pod).reason;

export const podRestarts: Cell = (pod, now) => {
  const { restarts, lastRestart } = summary(pod);
  if (restarts === 0 || lastRestart === undefined) return String(restarts);
  return `${String(restarts)} (${since(new Date(lastRestart).toISOString(), now)} ago)`;
};

export const readinessGates: Cell = (pod) => {
  const gates = listAt(pod, "spec.readinessGates");
  const open = gates.filter((gate) => isTrueCondition(pod, textAt(gate, "conditionType")));
  return gates.length === 0 ? "<none>" : `${String(open.length)}/${String(gates.length)}`;
};

function summary(pod: JsonObject): Summary {
  const started = initialized(pod);
  const done = !started.initializing || isTrueCondition(pod, "Initialized") ? running(pod, started) : started;
  return { ...done, reason: ending(pod) ?? done.reason };
}

/** What is told of a pod that goes, whatever its containers do. */
function ending(pod: JsonObject): string | undefined {
  if (textAt(pod, "metadata.deletionTimestamp") === "") return undefined;
  if (textAt(pod, "status.reason") === "NodeLost") return "Unknown";
  return ["Succeeded", "Failed"].includes(textAt(pod, "status.phase")) ? undefined : "Terminating";
}

interface Initialized extends Summary {
  initializing: boolean;
  /** Those of init containers that run beside the others. */
  sidecars: Pick<Summary, "restarts" | "lastRestart">;
}

function initialized(pod: JsonObject): Initialized {
  const init = listAt(pod, "spec.initContainers");
  const isSidecar = (name: string): boolean =>
    init.some((container) => textAt(container, "name") === name && restartsAlways(container));
  const isGated = listAt(pod, "status.conditions").some(
    (found) => textAt(found, "type") === "PodScheduled" && textAt(found, "reason") === "SchedulingGated",
  );
  const state: Initialized = {
    reason: isGated ? "SchedulingGated" : textAt(pod, "status.reason") || textAt(pod, "status.phase"),
    ready: 0,
    total: listAt(pod, "spec.containers").length + init.filter(restartsAlways).length,
    restarts: 0,
    lastRestart: undefined,
    initializing: false,
    sidecars: { restarts: 0, lastRestart: undefined },
  };
  for (const [at, status] of listAt(pod, "status.initContainerStatuses").entries()) {
    const sidecar = isSidecar(textAt(status, "name"));
    addRestarts(state, status);
    if (sidecar) addRestarts(state.sidecars, status);
    const isOver =
      valueAt(status, "state.terminated") !== undefined &&
      numberAt(status, "state.terminated.exitCode") === 0;
    if (isOver) continue;
    if (sidecar && getKey(status, "started") === true) {
      if (getKey(status, "ready") === true) state.ready++;
      continue;
    }
    state.reason = `Init:${initReason(status) ?? `${String(at)}/${String(init.length)}`}`;
    state.initializing = true;
    break;
  }
  return state;
}

function restartsAlways(container: Json): boolean {
  return textAt(container, "restartPolicy") === "Always";
}

/** Why an init container keeps the others waiting. */
function initReason(status: Json): string | undefined {
  if (valueAt(status, "state.terminated") !== undefined) return terminatedReason(status);
  const waiting = textAt(status, "state.waiting.reason");
  return waiting !== "" && waiting !== "PodInitializing" ? waiting : undefined;
}

function terminatedReason(status: Json): string {
  const signal = numberAt(status, "state.terminated.signal");
  const reason = textAt(status, "state.terminated.reason");
  if (reason !== "") return reason;
  return signal === 0
    ? `ExitCode:${String(numberAt(status, "state.terminated.exitCode"))}`
    : `Signal:${String(signal)}`;
}

function addRestarts(to: Pick<Summary, "restarts" | "lastRestart">, status: Json): void {
  to.restarts += numberAt(status, "restartCount");
  const finished = Date.parse(textAt(status, "lastState.terminated.finishedAt"));
  if (!Number.isNaN(finished)) to.lastRestart = Math.max(to.lastRestart ?? finished, finished);
}

function running(pod: JsonObject, { reason: before, ready, total, sidecars }: Initialized): Summary {
  const state: Summary = { reason: before, ready, total, ...sidecars };
  let isRunning = false;
  let errorReason = "";
  for (const status of [...listAt(pod, "status.containerStatuses")].reverse()) {
    addRestarts(state, status);
    const waiting = textAt(status, "state.waiting.reason");
    if (waiting !== "") state.reason = waiting;
    else if (valueAt(status, "state.terminated") !== undefined) {
      state.reason = terminatedReason(status);
      if (numberAt(status, "state.terminated.exitCode") !== 0) errorReason = state.reason;
    } else if (getKey(status, "ready") === true && valueAt(status, "state.running") !== undefined) {
      isRunning = true;
      state.ready++;
    }
  }
  if (state.reason !== "Completed") return state;
  if (isRunning && isTrueCondition(pod, "Ready")) return { ...state, reason: "Running" };
  if (errorReason !== "") return { ...state, reason: errorReason };
  return isRunning ? { ...state, reason: "NotReady" } : state;
}

const completed: Record<string, string> = {
  Succeeded: "The pod has completed successfully.",
  Failed: "The pod failed.",
};

/** The condition of the row of a pod that has ended. */
export function podRowConditions(pod: JsonObject): JsonObject[] | undefined {
  const phase = textAt(pod, "status.phase");
  const message = Object.hasOwn(completed, phase) ? completed[phase] : undefined;
  return message === undefined ? undefined : [{ type: "Completed", status: "True", reason: phase, message }];
}
