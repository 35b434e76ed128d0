/**
 * Pods: ready, on the way, or stuck.
 *
 * Source: kstatus core.go; Kubernetes pkg/kubelet/images/image_manager.go, pkg/kubelet/images/types.go,
 * cri-api pkg/errors/errors.go, pkg/kubelet/kuberuntime/kuberuntime_container.go for the reasons of waiting containers;
 * pkg/controller/statefulset/stateful_set_control.go for Pods that come back under their names.
 */
import { parseApiVersion } from "../../group-version.js";
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
  waiting,
} from "../readiness.js";
import type { Rule, SeenFor } from "../readiness.js";

/** What keeps a Pod from being ready. */
export interface Trouble {
  /**
   * `stuck`: a container can't start, and nothing in the cluster will change that by itself; `crashing`: it starts and
   * ends, again and again; `ended`: the Pod has failed for good; `held`: a container can't start just now; `slow`: it
   * only is not ready yet.
   */
  is: "stuck" | "crashing" | "ended" | "held" | "slow";
  why: string;
}

const worst: readonly Trouble["is"][] = ["stuck", "crashing", "ended", "held", "slow"];

/** Orders troubles, the worst first: it is what a reader has to know. */
export function byWorst(a: Trouble, b: Trouble): number {
  return worst.indexOf(a.is) - worst.indexOf(b.is);
}

/** Reasons of a waiting container that more time does not cure. */
const hopeless = new Set(["InvalidImageName", "ErrImageNeverPull"]);

/** Between one failed pull and the next. */
const backOff = "ImagePullBackOff";

/** A pull that fails is tried again: between two that failed the kubelet says that it backs off. */
const pulls = new Set(["ErrImagePull", "RegistryUnavailable", "SignatureValidationFailed", backOff]);

/** What the kubelet tries again for ever, and what cures it comes from outside: a Secret, a volume, another node. */
const curable = new Set([
  "ImageInspectError",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/**
 * For how long pulls must have failed to be called hopeless. The kubelet pulls again after 10 s, and then after 20 s
 * more (pkg/kubelet/kubelet.go: imageBackOffPeriod): this is long enough to see a second pull fail, whenever it was
 * looked at first, so that neither a registry that is away for a moment nor a pull secret that comes just after its
 * Pod fails anything.
 */
export const patienceMs = 30_000;

export const podRule: Rule = (pod, seenFor) => {
  const trouble = troubleOf(pod, seenFor);
  if (trouble === undefined) return ready;
  return trouble.is === "slow" || trouble.is === "held" ? waiting(trouble.why) : failed(trouble.why);
};

/** What keeps a Pod from being ready, or undefined when it is, or has done its work. */
export function troubleOf(pod: KubeObject, seenFor: SeenFor): Trouble | undefined {
  const phase = getPath(pod, ["status", "phase"]);
  if (isReplaced(pod) && (phase === "Succeeded" || phase === "Failed")) {
    const end = phase === "Failed" ? endOf(pod) : "it has completed";
    return { is: "held", why: `${end}; its StatefulSet is to make it anew` };
  }
  if (phase === "Succeeded") return undefined;
  if (phase === "Failed") return { is: "ended", why: endOf(pod) };
  if (hasCondition(pod, "Ready")) return undefined;
  const containers = containersOf(pod);
  const [first] = containers.flatMap((one) => troubleOfContainer(one, pod, seenFor) ?? []).sort(byWorst);
  return first ?? { is: "slow", why: delayOf(pod, containers) };
}

/** Whether a Pod that ends, however that is, is made anew under its name: a StatefulSet controls it. */
export function isReplaced(pod: KubeObject): boolean {
  return objectsOf(getPath(pod, ["metadata", "ownerReferences"])).some(
    (owner) =>
      getKey(owner, "controller") === true &&
      getKey(owner, "kind") === "StatefulSet" &&
      parseApiVersion(textOf(getKey(owner, "apiVersion")) ?? "").group === "apps",
  );
}

function troubleOfContainer(container: Container, pod: KubeObject, seenFor: SeenFor): Trouble | undefined {
  const { title, reason } = container;
  if (reason === undefined) return undefined;
  if (reason === "CrashLoopBackOff") return { is: "crashing", why: crash(container) };
  const why = `${title}: ${container.why}`;
  if (hopeless.has(reason)) return { is: "stuck", why };
  if (reason === backOff && seenFor(pullSighting(container, pod)) >= patienceMs) return { is: "stuck", why };
  return pulls.has(reason) || curable.has(reason) ? { is: "held", why } : undefined;
}

/** That the image of a container of this very Pod can't be pulled: for each container of which that is so. */
export function pullSightings(pod: KubeObject): string[] {
  return containersOf(pod)
    .filter(({ reason }) => reason !== undefined && pulls.has(reason))
    .map((container) => pullSighting(container, pod));
}

function pullSighting({ title }: Container, pod: KubeObject): string {
  const identity = textOf(getPath(pod, ["metadata", "uid"])) ?? getPath(pod, ["metadata", "name"]);
  return `pull of Pod ${brief(identity)} ${title}`;
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
