/**
 * What goes on between requests: what the API server and the controller manager do with namespaces, owner references
 * and CRDs. No other controller runs: no Deployment makes a ReplicaSet, no Pod is started.
 */
import { createCaretaker, isGoing, type Caretaker } from "./caretaker.js";
import { dropObjects, establish } from "./crds.js";
import { createGarbage, ownersOf, type Garbage } from "./garbage.js";
import { crdCollection } from "../kinds.js";
import { empty, furnish } from "./namespaces.js";
import { metaText, type World } from "../verbs/request.js";
import { keyOf, type Change } from "../store.js";

/**
 * Starts to look after what a store holds; `ca` is what each namespace is told of the server's authority. What a
 * request changes is looked at after it is answered. Gives a function that does at once all that is waiting.
 */
export function lookAfter(world: World, ca: string): () => void {
  const caretaker = createCaretaker(world);
  const garbage = createGarbage(caretaker);
  const waiting: Change[] = [];
  let isScheduled = false;

  const settle = (): void => {
    for (let change = waiting.shift(); change !== undefined; change = waiting.shift())
      react(change, caretaker, garbage, ca);
  };
  const see = (change: Change): void => {
    garbage.record(change);
    if (matters(change)) waiting.push(change);
  };
  // What was held before, from a state file, may be in the middle of something too.
  const version = world.store.version();
  for (const collection of world.store.collections())
    for (const object of world.store.list(collection))
      see({ type: "ADDED", version, collection, key: keyOf(object), object, before: undefined });
  world.store.subscribe((change) => {
    see(change);
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      settle();
    });
  });
  return settle;
}

/** Most writes ask for nothing more. */
function matters({ type, collection, object }: Change): boolean {
  return (
    type === "DELETED" ||
    collection === "namespaces" ||
    collection === crdCollection ||
    isGoing(object) ||
    (type === "ADDED" && ownersOf(object).length > 0)
  );
}

function react(change: Change, caretaker: Caretaker, garbage: Garbage, ca: string): void {
  const { collection, key, type, object } = change;
  if (type === "DELETED") {
    garbage.afterDeletion(object);
    holdersLookAgain(caretaker, change);
    return;
  }
  const live = caretaker.find(collection, key);
  if (live === undefined || metaText(live, "uid") !== metaText(object, "uid")) return;
  if (isGoing(live)) {
    if (collection === "namespaces") empty(caretaker, live);
    else if (collection === crdCollection) dropObjects(caretaker, live);
    else garbage.going(collection, live);
  } else if (collection === crdCollection) establish(caretaker, live);
  else if (type === "ADDED" && collection === "namespaces") furnish(caretaker, live, ca);
  else if (type === "ADDED") garbage.check(collection, live);
}

/** A Namespace or a CRD may have waited for what went. */
function holdersLookAgain(caretaker: Caretaker, { collection, object }: Change): void {
  const { store } = caretaker.world;
  const namespace = store.get("namespaces", "", metaText(object, "namespace"));
  if (namespace !== undefined && isGoing(namespace)) empty(caretaker, namespace);
  const crd = store.get(crdCollection, "", collection);
  if (crd !== undefined && isGoing(crd)) dropObjects(caretaker, crd);
}
