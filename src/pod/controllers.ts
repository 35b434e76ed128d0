/**
 * From a pod to what controls it: Pod -> ReplicaSet -> Deployment, Pod -> Job -> CronJob, Pod -> StatefulSet or DaemonSet.
 *
 * The reads: the pod, and each controller that is a built-in workload. One of another kind (an Argo Rollout, say) is the
 * end of the way and is not read: the reference to it says all that is needed. So the Role takes `get` on pods and on the
 * workloads in between, whose names can't be known before.
 */
import { apiVersionOf } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getKey, getPath, isObject } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";

/** Reads a live object; undefined where there is none. */
export type GetObject = (
  type: ResourceType,
  namespace: string | undefined,
  name: string,
) => Promise<KubeObject | undefined>;

/** What an object says of its controller. */
export interface ControllerRef {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** A controller, and the object where it was read. */
export interface Controller extends ControllerRef {
  object?: KubeObject | undefined;
}

/** A pod with what controls it, nearest first; none for a pod that somebody made by hand. */
export interface Controlled {
  namespace: string;
  pod: Controller;
  controllers: Controller[];
}

const workload = (group: string, kind: string, plural: string): ResourceType => ({
  group,
  version: "v1",
  kind,
  plural,
  namespaced: true,
});

const podType = workload("", "Pod", "pods");

const workloads: readonly ResourceType[] = [
  workload("", "ReplicationController", "replicationcontrollers"),
  workload("apps", "ReplicaSet", "replicasets"),
  workload("apps", "Deployment", "deployments"),
  workload("apps", "StatefulSet", "statefulsets"),
  workload("apps", "DaemonSet", "daemonsets"),
  workload("batch", "Job", "jobs"),
  workload("batch", "CronJob", "cronjobs"),
];

/** More than any chain of controllers has. */
const longest = 10;

/**
 * The name of the pod that we run in: `POD_NAME`, else `HOSTNAME`, which the kubelet sets to it.
 * @throws KapplyError `usage` where neither is set.
 */
export function ownPodName(environment: Readonly<Record<string, string | undefined>>): string {
  const name = environment["POD_NAME"] || environment["HOSTNAME"] || "";
  if (name !== "") return name;
  throw new KapplyError("usage", "can't tell which pod this is: neither POD_NAME nor HOSTNAME is set", {
    hint: podNameHint,
  });
}

const podNameHint =
  "in a pod, set the environment variable POD_NAME from the field metadata.name (valueFrom.fieldRef)";

/**
 * Finds a pod and what controls it.
 * @throws KapplyError `forbidden` with the verb and object that a Role must allow, `rejected` where the pod or one of its
 *   controllers is not there (any more), and what the reads throw.
 */
export async function findControllers(
  namespace: string,
  podName: string,
  get: GetObject,
): Promise<Controlled> {
  const object = await get(podType, namespace, podName).catch((error: unknown) => {
    throw whileFinding(`pod ${podName}`, error);
  });
  if (object === undefined)
    throw new KapplyError("rejected", `there is no pod ${podName} in namespace ${namespace}`, {
      hint: `the name of a host on the node's network, or of more than 63 characters, is not its pod's: ${podNameHint}`,
    });
  const pod = { apiVersion: "v1", kind: "Pod", name: podName, uid: uidOf(object), object };
  const controllers: Controller[] = [];
  let next = controllerIn(object);
  while (next !== undefined && controllers.length < longest) {
    const found: Controller = { ...next, object: await readController(namespace, next, get) };
    controllers.push(found);
    next = controllerIn(found.object);
  }
  return { namespace, pod, controllers };
}

/** The controller's object, where it is a workload that we know. */
async function readController(
  namespace: string,
  ref: ControllerRef,
  get: GetObject,
): Promise<KubeObject | undefined> {
  const type = workloads.find((one) => one.kind === ref.kind && apiVersionOf(one) === ref.apiVersion);
  if (type === undefined) return undefined;
  const what = `${ref.kind} ${ref.name}`;
  const object = await get(type, namespace, ref.name).catch((error: unknown) => {
    throw whileFinding(what, error);
  });
  if (object !== undefined && uidOf(object) === ref.uid) return object;
  const why = object === undefined ? "is gone" : "is gone, and another of its name is there";
  throw new KapplyError("rejected", `the ${what}, which controls this pod, ${why}`, {
    hint: "this pod is about to go too: there is nothing to do",
  });
}

function whileFinding(what: string, error: unknown): unknown {
  if (!(error instanceof KapplyError)) return error;
  return new KapplyError(
    error.code,
    `finding what controls this pod (${what}): ${error.message}`,
    error.details,
  );
}

function uidOf(object: KubeObject): string {
  return text(getPath(object, ["metadata", "uid"]));
}

/** The one owner that says it is the controller. */
function controllerIn(object: KubeObject | undefined): ControllerRef | undefined {
  const owners = getPath(object, ["metadata", "ownerReferences"]);
  const owner = Array.isArray(owners) && owners.find((one) => getKey(one, "controller") === true);
  if (!isObject(owner)) return undefined;
  const at = (key: string): string => text(getKey(owner, key));
  return { apiVersion: at("apiVersion"), kind: at("kind"), name: at("name"), uid: at("uid") };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
