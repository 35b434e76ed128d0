/**
 * Ownership: what a run applies goes when its owner goes.
 *
 * The garbage collector deletes an object once the last of its owners is gone
 * (pkg/controller/garbagecollector `attemptToDeleteItem`). It looks for an owner in the namespace of the object: one in
 * another namespace is gone to it, so that it would delete the object, and a cluster-scoped object with a namespaced
 * owner it can't judge at all.
 */
import { KapplyError } from "../errors.js";
import { parseApiVersion } from "../group-version.js";
import { getKey, getPath, isObject } from "../json.js";
import type { JsonObject } from "../json.js";
import type { KubeObject, Manifest, Problem, Ref, ResourceType } from "../model.js";
import type { Controlled } from "./controllers.js";

/** An object that owns others: what a reference to it says, and where it is. */
export interface Owner {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
}

/** What of a target is needed here. */
export interface Ownable {
  manifest: Pick<Manifest, "place" | "placeOf">;
  type: ResourceType;
  ref: Ref;
  body: KubeObject;
}

/** The owner of `--owner self`: the pod's top controller, so a Deployment or Job; the pod itself where it has none. */
export function ownerOfPod({ namespace, pod, controllers }: Controlled): Owner {
  const { apiVersion, kind, name, uid } = controllers.at(-1) ?? pod;
  return { apiVersion, kind, namespace, name, uid };
}

/**
 * The owner of `--owner KIND/NAME`, from the live object.
 * @throws KapplyError `usage` for one that is in no namespace, or is about to go.
 */
export function ownerOf(object: KubeObject): Owner {
  const text = (...path: string[]): string => {
    const value = getPath(object, path);
    return typeof value === "string" ? value : "";
  };
  const owner = {
    apiVersion: text("apiVersion"),
    kind: text("kind"),
    namespace: text("metadata", "namespace"),
    name: text("metadata", "name"),
    uid: text("metadata", "uid"),
  };
  if (text("metadata", "deletionTimestamp") !== "")
    throw new KapplyError("usage", `--owner: ${owner.kind} ${owner.name} is being deleted`, {
      hint: "what it owned would go with it: wait until it is gone, and name what comes after it",
    });
  if (owner.namespace !== "") return owner;
  throw new KapplyError("usage", `--owner: ${owner.kind} ${owner.name} is cluster-scoped`, {
    hint: "an owner and what it owns are in one namespace: name an object of the run's namespace",
  });
}

/**
 * The reference to an owner. It blocks nothing, so it needs no right on the owner's finalizers; on the owned object the
 * admission plugin OwnerReferencesPermissionEnforcement wants delete.
 */
export function ownerReference({ apiVersion, kind, name, uid }: Owner): JsonObject {
  return { apiVersion, kind, name, uid };
}

export type Owned = { is: "owned"; body: KubeObject } | { is: "refused"; problem: Problem };

/**
 * An object with a reference to its owner. References of the manifest's own stay, also one to a controller, as ours is none:
 * the object then lives until all of its owners are gone. An owner that is in the set itself does not come to own itself.
 * Cluster-scoped objects and those of other namespaces are refused.
 */
export function withOwner({ manifest, type, ref, body }: Ownable, owner: Owner): Owned {
  if (!type.namespaced || ref.namespace !== owner.namespace)
    return { is: "refused", problem: cantBeOwned(manifest, type, ref, owner) };
  // An object is the same in all versions of its kind.
  const isOwner =
    groupOf(ref.apiVersion) === groupOf(owner.apiVersion) &&
    ref.kind === owner.kind &&
    ref.name === owner.name;
  if (isOwner) return { is: "owned", body };
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  const given = getKey(metadata, "ownerReferences");
  const references = Array.isArray(given) ? given : [];
  if (references.some((one) => getKey(one, "uid") === owner.uid)) return { is: "owned", body };
  const ownerReferences = [...references, ownerReference(owner)];
  return { is: "owned", body: { ...body, metadata: { ...metadata, ownerReferences } } };
}

function groupOf(apiVersion: string): string {
  return parseApiVersion(apiVersion).group;
}

function cantBeOwned(
  manifest: Ownable["manifest"],
  type: ResourceType,
  ref: Ref,
  { kind, name, namespace }: Owner,
): Problem {
  const owner = `${kind} ${name} in namespace ${namespace}`;
  const what = `${ref.kind} ${ref.name}`;
  const [message, path] = type.namespaced
    ? [
        `${what} is in namespace ${ref.namespace ?? ""}, and can't be owned by ${owner}: the garbage collector would delete it`,
        ["metadata", "namespace"],
      ]
    : [`${what} is cluster-scoped, and can't be owned by ${owner}: it would belong to one namespace`, []];
  return {
    code: "bad-metadata",
    message,
    place: manifest.placeOf(path),
    path: path.join("."),
    ref,
    hint: "apply it by a run of its own, without --owner",
  };
}
