/** Pods and their controllers as a cluster has them, and a server that holds them. */
import { KapplyError } from "../../src/errors.js";
import type { JsonObject } from "../../src/json.js";
import type { GetObject } from "../../src/pod/index.js";
import { object } from "../make.js";
import type { KubeObject, ResourceType } from "../../src/model.js";

const kind = (group: string, name: string, plural: string): ResourceType => ({
  group,
  version: "v1",
  kind: name,
  plural,
  namespaced: true,
});
export const kinds = {
  pod: kind("", "Pod", "pods"),
  replicaSet: kind("apps", "ReplicaSet", "replicasets"),
  deployment: kind("apps", "Deployment", "deployments"),
  statefulSet: kind("apps", "StatefulSet", "statefulsets"),
  daemonSet: kind("apps", "DaemonSet", "daemonsets"),
  controllerRevision: kind("apps", "ControllerRevision", "controllerrevisions"),
  job: kind("batch", "Job", "jobs"),
  cronJob: kind("batch", "CronJob", "cronjobs"),
  rollout: kind("argoproj.io", "Rollout", "rollouts"),
};

/** A live object with a uid of its own (`uid-NAME` without another), made on New Year's Day, under its controller. */
export function live(
  type: ResourceType,
  name: string,
  { metadata = {}, by, ...rest }: { metadata?: JsonObject; by?: KubeObject; [key: string]: unknown } = {},
): KubeObject {
  const own = { uid: `uid-${name}`, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata };
  const made = object(type, name, rest as JsonObject, "shop");
  const owners = by === undefined ? {} : { ownerReferences: [controllerRef(by)] };
  return { ...made, metadata: { ...(made["metadata"] as JsonObject), ...own, ...owners } };
}

function controllerRef(owner: KubeObject): JsonObject {
  const { apiVersion = "", kind: ofKind = "", metadata } = owner;
  const { name = "", uid = "" } = metadata as JsonObject;
  return { apiVersion, kind: ofKind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Gives what it holds, and notes what it is asked; refuses what may not be read. */
export function server(held: readonly KubeObject[], refused = ""): { get: GetObject; asked: string[] } {
  const asked: string[] = [];
  const get: GetObject = (type, namespace, name) => {
    asked.push(`${type.plural} ${namespace ?? ""}/${name}`);
    if (type.plural === refused)
      return Promise.reject(
        new KapplyError("forbidden", `user "web" may not get ${refused}`, {
          hint: `allow get on ${refused}`,
        }),
      );
    return Promise.resolve(
      held.find((one) => one["kind"] === type.kind && (one["metadata"] as JsonObject)["name"] === name),
    );
  };
  return { get, asked };
}
