/** Of which revision of its workload a pod is. */
import { parseApiVersion } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getPath } from "../json.js";
import type { ResourceType } from "../model.js";
import type { Controlled, Controller, GetObject } from "./controllers.js";

/** How a workload counts its own versions: `Revision` of the lease room has the same form. */
export interface PodRevision {
  is: "controller";
  number: bigint;
  /** What counts: `deployment.apps/web`. */
  of: string;
  /** When it was made, and its uid: one that was deleted and made again counts from 1 again. */
  created: string;
  uid: string;
}

const controllerRevisions: ResourceType = {
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  namespaced: true,
};

/**
 * The revision of the workload that a pod is of, for `--revision auto`.
 *
 * Of a Deployment it is the annotation `deployment.kubernetes.io/revision` of the pod's ReplicaSet
 * (pkg/controller/deployment/util `SetNewReplicaSetAnnotations`); of a StatefulSet or DaemonSet the `revision` of the
 * ControllerRevision that the pod's label `controller-revision-hash` names (pkg/controller/statefulset, daemon). A
 * roll-back gives the old template the next number, so the newest number is always what was asked for last.
 *
 * A number says nothing without what counted it: a Deployment that was deleted and made again begins at 1, and must not be
 * taken for older than the 9 of the one before. So uid and creation time of the workload are part of the revision. Of
 * two workloads of one name, that which was made later is newer; workloads of different names can't be compared.
 * @throws KapplyError `usage` for a pod without such a controller, `rejected` where the revision is not to be found,
 *   `forbidden` and what else the read throws.
 */
export async function revisionOf(found: Controlled, get: GetObject): Promise<PodRevision> {
  const [nearest, above] = found.controllers;
  if (nearest?.kind === "ReplicaSet" && nearest.object !== undefined) {
    const value = getPath(nearest.object, ["metadata", "annotations", "deployment.kubernetes.io/revision"]);
    if (value === undefined || above?.object === undefined) throw noCounter(found);
    return revisionFrom(value, above, `ReplicaSet ${nearest.name}`);
  }
  if (nearest?.object !== undefined && (nearest.kind === "StatefulSet" || nearest.kind === "DaemonSet"))
    return revisionFrom(await countedBy(found, nearest, get), nearest, `${nearest.kind} ${nearest.name}`);
  throw noCounter(found);
}

async function countedBy(
  { namespace, pod }: Controlled,
  controller: Controller,
  get: GetObject,
): Promise<unknown> {
  const label = getPath(pod.object, ["metadata", "labels", "controller-revision-hash"]);
  if (typeof label !== "string" || label === "") return undefined;
  // A StatefulSet labels its pods with the whole name, a DaemonSet with the end of it.
  const name = controller.kind === "StatefulSet" ? label : `${controller.name}-${label}`;
  return getPath(await get(controllerRevisions, namespace, name), ["revision"]);
}

function revisionFrom(
  value: unknown,
  { apiVersion, kind, name, object, uid }: Controller,
  at: string,
): PodRevision {
  const digits = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof digits !== "string" || !/^\d+$/.test(digits))
    throw new KapplyError("rejected", `--revision auto: the ${at} does not tell the revision of this pod`, {
      hint: "give --revision a number or a time of your own",
    });
  const created = getPath(object, ["metadata", "creationTimestamp"]);
  const { group } = parseApiVersion(apiVersion);
  return {
    is: "controller",
    number: BigInt(digits),
    of: `${kind.toLowerCase()}${group && `.${group}`}/${name}`,
    created: typeof created === "string" ? created : "",
    uid,
  };
}

function noCounter({ pod, controllers }: Controlled): KapplyError {
  const chain = controllers.map(({ kind, name }) => `${kind} ${name}`).join(", of ");
  const what = chain === "" ? "has no controller" : `is of ${chain}`;
  return new KapplyError("usage", `--revision auto: the pod ${pod.name} ${what}, which counts no revisions`, {
    hint: "pods of a Deployment, StatefulSet or DaemonSet have a revision; else give --revision a number or a time",
  });
}
