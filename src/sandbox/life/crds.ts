/**
 * The life of a CustomResourceDefinition: its names are accepted, its kind is served, and when it is deleted its
 * objects go first.
 *
 * Source: k8s.io/apiextensions-apiserver pkg/controller/{status,establish,finalizer,apiapproval}.
 */
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import { recordUpdate, type Writer } from "../../merge/index.js";
import type { KubeObject } from "../../model.js";
import { isGoing, type Caretaker } from "./caretaker.js";
import { cleanup, condition } from "./crd-status.js";
import { crdCollection } from "../kinds.js";
import { metaText } from "../verbs/request.js";
import { timeText } from "../texts.js";

/** Accepts the names of a CRD unless another has them, and establishes it: then its kind is served. */
export function establish({ world }: Caretaker, crd: KubeObject): void {
  const others = world.store
    .list(crdCollection)
    .filter((other) => metaText(other, "name") !== metaText(crd, "name"));
  const time = timeText(world.now());
  const taken = nameTakenBy(crd, others);
  const conditions = [
    taken === undefined
      ? condition("NamesAccepted", "True", "NoConflicts", "no conflicts found")
      : condition("NamesAccepted", "False", "NameConflict", `${JSON.stringify(taken)} is already in use`),
    taken === undefined
      ? condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
      : condition("Established", "False", "NotAccepted", "not all names are accepted"),
    ...approval(crd),
  ];
  const before = getKey(crd["status"], "conditions");
  const kept = Array.isArray(before) ? before : [];
  const names = taken === undefined ? (getPath(crd, ["spec", "names"]) ?? {}) : { plural: "", kind: "" };
  const isNamed = equalJson(getKey(crd["status"], "acceptedNames") ?? {}, names);
  if (isNamed && conditions.every((next) => kept.some((held) => isSame(held, next)))) return;
  const status: JsonObject = {
    conditions: conditions.map(
      (next) => kept.find((held) => isSame(held, next)) ?? { ...next, lastTransitionTime: time },
    ),
    acceptedNames: names,
    storedVersions: getKey(crd["status"], "storedVersions") ?? [],
  };
  const kind = world.kinds.byKind("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const writer: Writer = {
    manager: "kube-apiserver",
    apiVersion: "apiextensions.k8s.io/v1",
    subresource: "status",
    time,
    shapeOf: () => kind?.codec().shape,
  };
  world.store.put(crdCollection, recordUpdate(crd, { ...crd, status }, writer));
}

/** Deletes the objects of a CRD that is going; it goes when none is left. */
export function dropObjects({ world, remove, release }: Caretaker, crd: KubeObject): void {
  const collection = metaText(crd, "name");
  for (const object of world.store.list(collection)) if (!isGoing(object)) remove(collection, object);
  if (world.store.list(collection).length === 0) release(crdCollection, crd, cleanup);
}

function isSame(held: Json, next: JsonObject): boolean {
  return isObject(held) && held["type"] === next["type"] && held["status"] === next["status"];
}

/** The first name of a CRD that another of its group has: plural, singular, short names; kind and list kind. */
function nameTakenBy(crd: KubeObject, others: readonly KubeObject[]): Json | undefined {
  const group = getPath(crd, ["spec", "group"]);
  const taken = others.filter((other) => getPath(other, ["spec", "group"]) === group).map(namesOf);
  const own = namesOf(crd);
  const plural = own.plurals.find((name) => taken.some(({ plurals }) => plurals.includes(name)));
  return plural ?? own.kinds.find((name) => taken.some(({ kinds }) => kinds.includes(name)));
}

function namesOf(crd: KubeObject): { plurals: Json[]; kinds: Json[] } {
  const names = getPath(crd, ["spec", "names"]);
  const short = getKey(names, "shortNames");
  const given = (...values: (Json | undefined)[]): Json[] => values.filter((value) => value !== undefined);
  return {
    plurals: [
      ...given(getKey(names, "plural"), getKey(names, "singular")),
      ...(Array.isArray(short) ? short : []),
    ],
    kinds: given(getKey(names, "kind"), getKey(names, "listKind")),
  };
}

/** Groups of `k8s.io` say in an annotation who approved of them (KEP-1111). */
function approval(crd: KubeObject): JsonObject[] {
  const group = getPath(crd, ["spec", "group"]);
  if (typeof group !== "string" || !/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return [];
  const type = "KubernetesAPIApprovalPolicyConformant";
  const text = getPath(crd, ["metadata", "annotations", "api-approved.kubernetes.io"]);
  if (typeof text !== "string" || text === "")
    return [
      condition(
        type,
        "False",
        "MissingAnnotation",
        'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
      ),
    ];
  return text.startsWith("unapproved")
    ? [condition(type, "False", "UnapprovedAnnotation", `not approved: ${JSON.stringify(text)}`)]
    : [condition(type, "True", "ApprovedAnnotation", `approved in ${text}`)];
}
