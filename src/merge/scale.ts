/**
 * Who owns the replicas of an object, as its scale has it, and back.
 *
 * Source: k8s.io/apimachinery, `pkg/util/managedfields/scalehandler.go`.
 */
import type { KubeObject } from "../model.js";
import { difference, has, isEmpty, namedFields, type FieldSet } from "./field-set.js";
import { noOwners, readOwners, withOwners, type Owner, type Owners } from "./managers.js";
import { fieldStep } from "./path.js";

const scaleVersion = "autoscaling/v1";
const inScale = ["spec", "replicas"];

/**
 * Where an object of that version has its replicas: `[]` where its scale is not served, undefined for a version that
 * is not.
 */
export type ReplicasPath = (apiVersion: string) => readonly string[] | undefined;

/** The scale with the owners of the object's replicas. */
export function withScaleOwners(scale: KubeObject, object: KubeObject, pathOf: ReplicasPath): KubeObject {
  const owners = new Map<string, Owner>();
  for (const [id, owner] of ownersOf(object)) {
    if (!ownsReplicas(owner, pathOf(owner.apiVersion))) continue;
    owners.set(id, { ...owner, apiVersion: scaleVersion, fields: namedFields(inScale), entry: undefined });
  }
  return withOwners(scale, owners);
}

/**
 * The object with the owners that a write of its scale left: whoever lost the replicas there loses them here, and
 * whoever got them is written in the version of the request. As on the server, an owner by update is another in each
 * version, and so is always one that got them, at no time.
 */
export function withOwnersOfScale(
  object: KubeObject,
  scale: KubeObject,
  apiVersion: string,
  pathOf: ReplicasPath,
): KubeObject {
  const found = ownersOf(object);
  const scaled = new Map(ownersOf(scale));
  const owners = new Map<string, Owner>();
  for (const [id, owner] of found) {
    const path = pathOf(owner.apiVersion);
    if (path === undefined) continue;
    const kept = !ownsReplicas(owner, path) || scaled.delete(id) ? owner : withoutReplicas(owner, path);
    if (!isEmpty(kept.fields)) owners.set(id, kept);
  }
  for (const [id, owner] of scaled) {
    if (!ownsReplicas(owner, inScale)) continue;
    const fields: FieldSet = namedFields([...(pathOf(apiVersion) ?? [])]);
    owners.set(`${id} of the scale`, {
      ...owner,
      apiVersion,
      fields,
      time: found.get(id)?.time,
      entry: undefined,
    });
  }
  return withOwners(object, owners);
}

function ownersOf(object: KubeObject): Owners {
  try {
    return readOwners(object);
  } catch {
    return noOwners;
  }
}

function ownsReplicas({ fields }: Owner, path: readonly string[] | undefined): boolean {
  return path !== undefined && path.length > 0 && has(fields, path.map(fieldStep));
}

function withoutReplicas(owner: Owner, path: readonly string[]): Owner {
  return { ...owner, fields: difference(owner.fields, namedFields(path)), entry: undefined };
}
