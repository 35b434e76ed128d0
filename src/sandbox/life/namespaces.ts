/** The life of a Namespace: what is put into a new one, and how one that is deleted is emptied. */
import { randomUUID } from "node:crypto";
import { getPath, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { isGoing, type Caretaker } from "./caretaker.js";
import { finalizersOf } from "../verbs/commit.js";
import { metaText } from "../verbs/request.js";
import { metadataOf, withMetadata } from "../verbs/settle.js";
import { timeText } from "../texts.js";
import { keyOf } from "../store.js";

/** Puts in what the controller manager does: the service account `default`, and the authority of the server. */
export function furnish({ world }: Caretaker, namespace: KubeObject, ca: string): void {
  const make = (collection: string, object: KubeObject): void => {
    const name = metaText(namespace, "name");
    if (world.store.get(collection, name, metaText(object, "name")) !== undefined) return;
    const metadata: JsonObject = {
      ...metadataOf(object),
      namespace: name,
      uid: randomUUID(),
      creationTimestamp: timeText(world.now()),
    };
    world.store.put(collection, withMetadata(object, metadata));
  };
  make("serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } });
  make("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-root-ca.crt" },
    data: { "ca.crt": ca },
  });
}

/** Deletes everything in a Namespace that is going, and when nothing is left the Namespace. */
export function empty({ world, find, kindOf, remove }: Caretaker, namespace: KubeObject): void {
  const { store } = world;
  const name = metaText(namespace, "name");
  let isEmpty = true;
  for (const collection of store.collections()) {
    if (kindOf(collection)?.type.namespaced !== true) continue;
    for (const object of store.list(collection, name)) {
      if (!isGoing(object)) remove(collection, object);
      if (find(collection, keyOf(object)) !== undefined) isEmpty = false;
    }
  }
  const live = store.get("namespaces", "", name);
  if (!isEmpty || live === undefined) return;
  const freed: KubeObject = { ...live, spec: {} };
  if (finalizersOf(freed).length === 0) store.remove("namespaces", freed);
  else if (getPath(live, ["spec", "finalizers"]) !== undefined) store.put("namespaces", freed);
}
