/**
 * Garbage collection by owner references (k8s.io/kubernetes pkg/controller/garbagecollector): what is owned by nothing
 * that is there goes; owners that are deleted in the foreground wait for what they own.
 */
import { getKey, getPath, type Json } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { isGoing, type Caretaker } from "./caretaker.js";
import { finalizersOf } from "../verbs/commit.js";
import { metaText } from "../verbs/request.js";
import { metadataOf, withMetadata } from "../verbs/settle.js";
import type { Change } from "../store.js";

interface Location {
  collection: string;
  key: string;
}

export interface Garbage {
  /** Keeps count of who is there and who owns whom. */
  record: (change: Change) => void;
  /** Something went: so does what nothing else owns, and owners that waited for it look again. */
  afterDeletion: (object: KubeObject) => void;
  /** Something was made: its owners may never have been, or be gone. */
  check: (collection: string, object: KubeObject) => void;
  /** Something waits to be deleted. */
  going: (collection: string, object: KubeObject) => void;
}

export function createGarbage({ world, find, remove, release }: Caretaker): Garbage {
  const { store } = world;
  const places = new Map<string, Location>();
  /** By the UID of the owner. */
  const dependents = new Map<string, Map<string, Location>>();

  const dependentsOf = (uid: string): { collection: string; object: KubeObject }[] =>
    [...(dependents.get(uid)?.values() ?? [])].flatMap(({ collection, key }) => {
      const object = find(collection, key);
      return object === undefined ? [] : [{ collection, object }];
    });

  const check: Garbage["check"] = (collection, object) => {
    const owners = ownersOf(object);
    const present = owners.filter(({ uid }) => places.has(uid));
    if (present.length === owners.length || isGoing(object)) return;
    if (present.length === 0) remove(collection, object);
    else
      store.put(
        collection,
        withoutOwners(object, (uid) => !places.has(uid)),
      );
  };

  const orphan = (collection: string, object: KubeObject): void => {
    const uid = metaText(object, "uid");
    for (const dependent of dependentsOf(uid))
      store.put(
        dependent.collection,
        withoutOwners(dependent.object, (owner) => owner === uid),
      );
    release(collection, object, "orphan");
  };

  const foreground = (collection: string, object: KubeObject): void => {
    const uid = metaText(object, "uid");
    for (const dependent of dependentsOf(uid))
      if (!isGoing(dependent.object)) remove(dependent.collection, dependent.object, "Foreground");
    const isBlocked = dependentsOf(uid).some((dependent) =>
      ownersOf(dependent.object).some((owner) => owner.uid === uid && owner.blocks),
    );
    if (!isBlocked) release(collection, object, "foregroundDeletion");
  };

  const going: Garbage["going"] = (collection, object) => {
    const finalizers = finalizersOf(object);
    if (finalizers.includes("orphan")) orphan(collection, object);
    else if (finalizers.includes("foregroundDeletion")) foreground(collection, object);
  };

  return {
    record: ({ type, collection, key, object, before }) => {
      const id = `${collection} ${key}`;
      for (const { uid } of ownersOf(before)) {
        const held = dependents.get(uid);
        held?.delete(id);
        if (held?.size === 0) dependents.delete(uid);
      }
      const uid = metaText(object, "uid");
      if (type === "DELETED") {
        places.delete(uid);
        return;
      }
      places.set(uid, { collection, key });
      for (const owner of ownersOf(object)) {
        const held = dependents.get(owner.uid) ?? new Map<string, Location>();
        dependents.set(owner.uid, held.set(id, { collection, key }));
      }
    },
    afterDeletion: (object) => {
      for (const dependent of dependentsOf(metaText(object, "uid")))
        check(dependent.collection, dependent.object);
      for (const { uid } of ownersOf(object)) {
        const place = places.get(uid);
        const owner = place === undefined ? undefined : find(place.collection, place.key);
        if (place !== undefined && owner !== undefined && isGoing(owner)) going(place.collection, owner);
      }
    },
    check,
    going,
  };
}

interface Owner {
  uid: string;
  /** `blockOwnerDeletion`. */
  blocks: boolean;
}

export function ownersOf(object: KubeObject | undefined): Owner[] {
  const references = getPath(object, ["metadata", "ownerReferences"]);
  return (Array.isArray(references) ? references : []).flatMap((reference) => {
    const uid = uidOf(reference);
    return uid !== "" ? [{ uid, blocks: getKey(reference, "blockOwnerDeletion") === true }] : [];
  });
}

function uidOf(reference: Json): string {
  const uid = getKey(reference, "uid");
  return typeof uid === "string" ? uid : "";
}

function withoutOwners(object: KubeObject, isGone: (uid: string) => boolean): KubeObject {
  const { ownerReferences, ...metadata } = metadataOf(object);
  const kept = (Array.isArray(ownerReferences) ? ownerReferences : []).filter(
    (reference) => !isGone(uidOf(reference)),
  );
  return withMetadata(object, kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept });
}
