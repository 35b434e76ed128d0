/** What those who look after the store between requests have in common. */
import type { KubeObject } from "../../model.js";
import { finalizersOf } from "../verbs/commit.js";
import { removeObject, type Propagation } from "../verbs/delete.js";
import { crdCollection, customKinds } from "../kinds.js";
import type { Kind } from "../model.js";
import { metaText, type World } from "../verbs/request.js";
import { metadataOf, withMetadata } from "../verbs/settle.js";
import { keyOf } from "../store.js";

export interface Caretaker {
  world: World;
  /** The object of a collection by its `namespace/name`. */
  find: (collection: string, key: string) => KubeObject | undefined;
  kindOf: (collection: string) => Kind | undefined;
  /** Deletes as a request would: finalizers hold. */
  remove: (collection: string, object: KubeObject, propagation?: Propagation) => void;
  /** Takes a finalizer away; with the last of them goes the object. */
  release: (collection: string, object: KubeObject, finalizer: string) => void;
}

export function createCaretaker(world: World): Caretaker {
  const { store } = world;
  const find: Caretaker["find"] = (collection, key) => {
    const slash = key.indexOf("/");
    return store.get(collection, key.slice(0, slash), key.slice(slash + 1));
  };
  /** A CRD that is going serves its kind no more, but its objects are still there. */
  const kindOf: Caretaker["kindOf"] = (collection) => {
    const crd = store.get(crdCollection, "", collection);
    if (crd !== undefined) return customKinds(crd)[0];
    return world.kinds.all().find((kind) => kind.collection === collection && kind.stored);
  };
  return {
    world,
    find,
    kindOf,
    remove: (collection, object, propagation = "Background") => {
      const kind = kindOf(collection);
      if (kind === undefined) return;
      removeObject(world, kind, object, { dryRun: false, propagation, graceSeconds: undefined });
    },
    release: (collection, object, finalizer) => {
      const live = find(collection, keyOf(object));
      if (live === undefined) return;
      const rest = finalizersOf(live).filter((name) => name !== finalizer);
      const { finalizers, ...metadata } = metadataOf(live);
      if (rest.length === 0) store.remove(collection, withMetadata(live, metadata));
      else store.put(collection, withMetadata(live, { ...metadata, finalizers: rest }));
    },
  };
}

export function isGoing(object: KubeObject): boolean {
  return metaText(object, "deletionTimestamp") !== "";
}
