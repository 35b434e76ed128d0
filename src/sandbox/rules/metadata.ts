/**
 * Names, labels, annotations, owners and finalizers.
 *
 * Source: apimachinery pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation; the name functions of
 * kubernetes pkg/apis/<group>/validation.
 */
import { equalJson, getKey, isObject, type Json } from "../../json.js";
import type { ResourceType } from "../../model.js";
import { dnsLabel, dnsSubdomain, labelKey, labelValue, pathSegment, type Format } from "./formats.js";
import {
  at,
  entries,
  forbidden,
  format,
  invalid,
  isGiven,
  items,
  required,
  text,
  tooLong,
  type Spot,
} from "./spot.js";

/** Kinds whose names are no subdomains, by `group/kind`. */
const nameFormats: ReadonlyMap<string, Format> = new Map([
  ["/Namespace", dnsLabel],
  ["/Service", dnsLabel],
  ["apps/StatefulSet", dnsLabel],
  ["batch/CronJob", cronJobName],
  ["rbac.authorization.k8s.io/Role", pathSegment],
  ["rbac.authorization.k8s.io/RoleBinding", pathSegment],
  ["rbac.authorization.k8s.io/ClusterRole", pathSegment],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", pathSegment],
  ["certificates.k8s.io/CertificateSigningRequest", pathSegment],
  ["apiregistration.k8s.io/APIService", pathSegment],
  ["networking.k8s.io/IPAddress", pathSegment],
]);

function cronJobName(name: string): string[] {
  return [...dnsSubdomain(name), ...(name.length > 52 ? ["must be no more than 52 characters"] : [])];
}

/** Groups whose objects may have finalizers without a domain: they use the rules of apimachinery alone. */
const plainGroups = new Set(["admissionregistration.k8s.io", "coordination.k8s.io", "node.k8s.io"]);
const standardFinalizers = new Set(["kubernetes", "orphan", "foregroundDeletion"]);
const mostAnnotationBytes = 256 * 1024;

/** The metadata of a new object. */
export function metadataRules(spot: Spot, type: ResourceType, isBuiltIn: boolean): void {
  const metadata = at(spot, "metadata");
  nameRules(metadata, nameFormats.get(`${type.group}/${type.kind}`) ?? dnsSubdomain);
  commonRules(metadata);
  finalizerRules(metadata);
  if (isBuiltIn) domainRules(metadata, type);
}

/** The metadata of an object within another: a name is not needed. */
export function nestedMetadataRules(metadata: Spot, nameFormat: Format): void {
  if (text(at(metadata, "name")) !== "") nameRules(metadata, nameFormat);
  commonRules(metadata);
  finalizerRules(metadata);
}

function commonRules(metadata: Spot): void {
  labelRules(at(metadata, "labels"));
  annotationRules(at(metadata, "annotations"));
  ownerRules(at(metadata, "ownerReferences"));
}

function finalizerRules(metadata: Spot): void {
  const finalizers = at(metadata, "finalizers");
  for (const finalizer of items(finalizers))
    for (const fault of labelKey(text(finalizer))) invalid(finalizers, fault, finalizer.value);
}

function domainRules(metadata: Spot, { group }: ResourceType): void {
  if (plainGroups.has(group)) return;
  for (const finalizer of items(at(metadata, "finalizers")))
    if (!text(finalizer).includes("/") && !standardFinalizers.has(text(finalizer)))
      invalid(finalizer, "name is neither a standard finalizer name nor is it fully qualified");
}

function nameRules(metadata: Spot, nameFormat: Format): void {
  const prefix = text(at(metadata, "generateName"));
  // What is appended to a prefix makes a dash at its end harmless.
  if (prefix !== "")
    for (const fault of nameFormat(prefix.replace(/.-$/, "a"))) invalid(at(metadata, "generateName"), fault);
  const name = at(metadata, "name");
  if (text(name) === "") required(name, "name or generateName is required");
  else format(name, nameFormat);
}

/** The keys and values of labels, also those of selectors. */
export function labelRules(labels: Spot): void {
  for (const [key, entry] of entries(labels)) {
    for (const fault of labelKey(key)) invalid(labels, fault, key);
    for (const fault of labelValue(text(entry))) invalid(labels, fault, entry.value);
  }
}

/** The keys of annotations, and the size of all. */
export function annotationRules(annotations: Spot): void {
  let bytes = 0;
  for (const [key, entry] of entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text(entry));
    for (const fault of labelKey(key.toLowerCase())) invalid(annotations, fault, key);
  }
  if (bytes > mostAnnotationBytes) tooLong(annotations, mostAnnotationBytes);
}

function ownerRules(owners: Spot): void {
  let controller: string | undefined;
  for (const owner of items(owners)) {
    // The server leaves out which of the owners it is.
    const spot = { ...owner, path: owners.path };
    if (text(at(owner, "apiVersion")) === "")
      invalid(at(spot, "apiVersion"), "version must not be empty", "");
    for (const name of ["kind", "name", "uid"])
      if (text(at(owner, name)) === "") invalid(at(spot, name), "must not be empty", "");
    if (at(owner, "controller").value !== true) continue;
    const who = `${text(at(owner, "kind"))}/${text(at(owner, "name"))}`;
    if (controller !== undefined) {
      const found = `Found "true" in references for ${controller} and ${who}`;
      invalid(owners, `Only one reference can have Controller set to true. ${found}`, ordered(owners.value));
    } else controller = who;
  }
}

const ownerFields = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];

/** Owners with their fields in the order of the Go type. */
function ordered(owners: Json | undefined): Json {
  return (Array.isArray(owners) ? owners : []).map((owner) =>
    Object.fromEntries(
      ownerFields.flatMap((name) => {
        const value = getKey(owner, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );
}

/** Fields of metadata that stay as they are for ever. */
const fixed = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
];

/** Kinds that are not judged as new ones again when they are changed. */
const judgedOnce = new Set([
  "/Service",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/ReplicaSet",
  "batch/CronJob",
  "batch/Job",
]);

/**
 * The metadata of a changed object. What is wrong is told as often as the server does: what all kinds have in common
 * is judged twice, and then twice again by the kind (k8s.io/apiserver pkg/registry/rest/update.go, `BeforeUpdate`;
 * `ValidateXUpdate` of the kinds). Of a write of the status, only the change is judged by the kind.
 */
export function metadataUpdateRules(
  spot: Spot,
  live: Json,
  type: ResourceType,
  { isBuiltIn, isStatus }: { isBuiltIn: boolean; isStatus: boolean },
): void {
  const metadata = at(spot, "metadata");
  commonRules(metadata);
  finalizerRules(metadata);
  for (const by of ["all", "kind"]) {
    changeRules(metadata, live);
    commonRules(metadata);
    if (by === "kind" && isBuiltIn) domainRules(metadata, type);
  }
  if (isBuiltIn && !isStatus && !judgedOnce.has(`${type.group}/${type.kind}`))
    metadataRules(spot, type, isBuiltIn);
}

/** What may not change in metadata. */
function changeRules(metadata: Spot, live: Json): void {
  const before = getKey(live, "metadata");
  for (const name of fixed) {
    const field = at(metadata, name);
    if (!equalJson(field.value ?? null, getKey(before, name) ?? null)) invalid(field, "field is immutable");
  }
  if (getKey(before, "deletionTimestamp") === undefined) return;
  const known = getKey(before, "finalizers");
  const finalizers = at(metadata, "finalizers");
  const added = items(finalizers)
    .map(text)
    .filter((name) => !(Array.isArray(known) && known.includes(name)));
  if (added.length === 0) return;
  const list = `[]string{${added
    .toSorted()
    .map((name) => JSON.stringify(name))
    .join(", ")}}`;
  forbidden(
    finalizers,
    `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
  );
}

/** A label selector: `matchLabels` and `matchExpressions`. True when it can be used. */
export function selectorRules(selector: Spot): boolean {
  const before = selector.found.length;
  labelRules(at(selector, "matchLabels"));
  for (const expression of items(at(selector, "matchExpressions"))) {
    const operator = at(expression, "operator");
    const values = at(expression, "values");
    const isOfValues = ["In", "NotIn"].includes(text(operator));
    if (isOfValues) {
      if (!isGiven(values)) required(values, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (["Exists", "DoesNotExist"].includes(text(operator))) {
      if (isGiven(values))
        forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else invalid(operator, "not a valid selector operator", text(operator));
    format(at(expression, "key"), labelKey);
    for (const value of items(values)) format(value, labelValue);
  }
  return selector.found.length === before;
}

/** Whether a selector says nothing, and so selects everything. */
export function selectsAll(selector: Json | undefined): boolean {
  const labels = getKey(selector, "matchLabels");
  const expressions = getKey(selector, "matchExpressions");
  return (
    (!isObject(labels) || Object.keys(labels).length === 0) &&
    (!Array.isArray(expressions) || expressions.length === 0)
  );
}

/** Whether a selector selects what has those labels. */
export function selects(selector: Json | undefined, labels: Json | undefined): boolean {
  const wanted = getKey(selector, "matchLabels");
  const expressions = getKey(selector, "matchExpressions");
  const matches = (expression: Json): boolean => {
    const key = getKey(expression, "key");
    const own = typeof key === "string" ? getKey(labels, key) : undefined;
    const values = getKey(expression, "values");
    const isIn = Array.isArray(values) && own !== undefined && values.includes(own);
    const operator = getKey(expression, "operator");
    if (operator === "In") return isIn;
    if (operator === "NotIn") return !isIn;
    return (operator === "Exists") === (own !== undefined);
  };
  return (
    Object.entries(isObject(wanted) ? wanted : {}).every(([key, value]) => getKey(labels, key) === value) &&
    (Array.isArray(expressions) ? expressions : []).every(matches)
  );
}
