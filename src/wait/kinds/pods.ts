/**
 * Pods: ready, on the way, or stuck.
 *
 * Source: kstatus core.go; Kubernetes pkg/kubelet/images/image_manager.go, pkg/kubelet/images/types.go,
 * pkg/kubelet/kuberuntime/kuberuntime_container.go for the reasons of waiting containers.
 */
import { getKey, getPath } from "../../json.js";
import type { Json } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { conditionOf, hasCondition } from "../conditions.js";
import {
  because,
  brief,
  counted,
  failed,
  numberOf,
  objectsOf,
  ready,
  textOf,
  timeOf,
  waiting,
} from "../readiness.js";
import type { Rule } from "../readiness.js";

/** What keeps a Pod from being ready. */
export interface Trouble {
  /**
   * `stuck`: a container can't start, and nothing in the cluster will change that by itself; `crashing`: it starts and
   * ends, again and again; `ended`: the Pod has failed for good; `slow`: it only is not ready yet.
   */
  is: "stuck" | "crashing" | "ended" | "slow";
  why: string;
}

/** Reasons of a waiting container that more time does not cure. */
const hopeless = new Set(["InvalidImageName", "ErrImageNeverPull"]);

/** Those that a second try may cure: a registry out of reach for a moment, a Secret that is made just now. */
const unlikely = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/** Long enough for the kubelet's first try, its first back-off of 10 s, and a second try. */
export const patienceMs = 30_000;

export const podRule: Rule = (pod, now) => {
  const trouble = troubleOf(pod, now);
  if (trouble === undefined) return ready;
  return trouble.is === "slow" ? waiting(trouble.why) : failed(trouble.why);
};

/** What keeps a Pod from being ready, or undefined when it is, or has done its work. */
export function troubleOf(pod: KubeObject, now: number): Trouble | undefined {
  const phase = getPath(pod, ["status", "phase"]);
  if (phase === "Succeeded") return undefined;
  if (phase === "Failed") return { is: "ended", why: endOf(pod) };
  if (hasCondition(pod, "Ready")) return undefined;
  const containers = containersOf(pod);
  const patient = now - startOf(pod, containers) < patienceMs;
  for (const container of containers) {
    const { reason } = container;
    if (reason === "CrashLoopBackOff") return { is: "crashing", why: crash(container) };
    if (reason === undefined || !(hopeless.has(reason) || unlikely.has(reason))) continue;
    return {
      is: unlikely.has(reason) && patient ? "slow" : "stuck",
      why: `${container.title}: ${container.why}`,
    };
  }
  return { is: "slow", why: delayOf(pod, containers) };
}

interface Container {
  /** `container web`, `init container setup`. */
  title: string;
  /** Why it waits, in one word of the kubelet's; undefined for one that does not. */
  reason: string | undefined;
  /** The same with the kubelet's message. */
  why: string;
  restarts: number;
  running: boolean;
  init: boolean;
  ended: KubeObject | undefined;
  endedBefore: KubeObject | undefined;
}

function containersOf(pod: KubeObject): Container[] {
  const read = (field: string, noun: string): Container[] =>
    objectsOf(getPath(pod, ["status", field])).map((status) => {
      const state = (...path: string[]): Json | undefined => getPath(status, path);
      const reason = textOf(state("state", "waiting", "reason"));
      return {
        title: `${noun} ${brief(getKey(status, "name"))}`,
        reason,
        why: because(reason, state("state", "waiting", "message"), "it waits"),
        restarts: numberOf(getKey(status, "restartCount")),
        running: state("state", "running") !== undefined,
        init: field === "initContainerStatuses",
        ended: objectsOf([state("state", "terminated") ?? null])[0],
        endedBefore: objectsOf([state("lastState", "terminated") ?? null])[0],
      };
    });
  return [...read("initContainerStatuses", "init container"), ...read("containerStatuses", "container")];
}

/** When the kubelet could first have tried what it now waits for, in milliseconds since the epoch. */
function startOf(pod: KubeObject, containers: readonly Container[]): number {
  const initialized = conditionOf(pod, "Initialized");
  const times = [
    getPath(pod, ["metadata", "creationTimestamp"]),
    getPath(pod, ["status", "startTime"]),
    getKey(initialized, "status") === "True" ? getKey(initialized, "lastTransitionTime") : undefined,
    ...containers.flatMap(({ ended, endedBefore }) => [
      getKey(ended, "finishedAt"),
      getKey(endedBefore, "finishedAt"),
    ]),
  ];
  const known = times.map(timeOf).filter((time) => time !== undefined);
  return Math.max(Number.NEGATIVE_INFINITY, ...known);
}

function crash({ title, restarts, ended, endedBefore, why }: Container): string {
  const last = ended ?? endedBefore;
  const times = restarts === 0 ? "" : `, restarted ${counted(restarts, "time")}`;
  return last === undefined ? `${title}: ${why}` : `${title}: CrashLoopBackOff: ${exit(last)}${times}`;
}

/** `it exited with 1 (Error)`. */
function exit(terminated: KubeObject): string {
  const code = numberOf(getKey(terminated, "exitCode"), -1);
  const why = because(getKey(terminated, "reason"), getKey(terminated, "message"), "");
  return `it exited with ${code}${why === "" ? "" : ` (${why})`}`;
}

/** Why a Pod has failed: what the kubelet says of the Pod, else the first container that did not end well. */
function endOf(pod: KubeObject): string {
  const said = because(getPath(pod, ["status", "reason"]), getPath(pod, ["status", "message"]), "");
  if (said !== "") return `it has failed: ${said}`;
  for (const { title, ended } of containersOf(pod))
    if (ended !== undefined && getKey(ended, "exitCode") !== 0)
      return `it has failed: ${title}: ${exit(ended)}`;
  return "it has failed";
}

function delayOf(pod: KubeObject, containers: readonly Container[]): string {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (getKey(scheduled, "status") === "False")
    return because(getKey(scheduled, "reason"), getKey(scheduled, "message"), "it is not scheduled");
  const held = containers.find(({ reason }) => reason !== undefined && reason !== "PodInitializing");
  if (held !== undefined) return `${held.title}: ${held.why}`;
  if (!hasCondition(pod, "Initialized")) {
    const busy = containers.find(({ init, running }) => init && running);
    if (busy !== undefined) return `${busy.title} is running`;
  }
  const over = containers.find(({ ended, init }) => ended !== undefined && !init);
  if (over?.ended !== undefined && getKey(over.ended, "exitCode") !== 0)
    return `${over.title}: ${exit(over.ended)}`;
  const condition = conditionOf(pod, "Ready");
  const message = brief(getKey(condition, "message"));
  if (message !== "") return `it is not Ready: ${message}`;
  const phase = textOf(getPath(pod, ["status", "phase"]));
  return phase === undefined || phase === "Pending"
    ? "it has not started yet"
    : `it is ${phase} and not Ready`;
}
