/**
 * Volumes, claims and their classes.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`ValidatePersistentVolume*`),
 * pkg/apis/storage/validation/validation.go.
 */
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import { omit } from "../defaults/omit.js";
import { amount } from "./amounts.js";
import { dnsSubdomain, labelKey } from "./formats.js";
import { selectorRules } from "./metadata.js";
import {
  at,
  entries,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  notSupported,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const volumeModes = ["Block", "Filesystem"];

function modeRules(spec: Spot, needed: string): void {
  const modes = at(spec, "accessModes");
  if (!isGiven(modes)) required(modes, needed);
  for (const mode of items(modes))
    if (!accessModes.includes(text(mode))) notSupported(modes, accessModes, mode.value);
  const given = items(modes).map(text);
  if (given.length > 1 && given.includes("ReadWriteOncePod"))
    forbidden(modes, "may not use ReadWriteOncePod with other access modes");
}

function sizeRules(holder: Spot): void {
  const size: Spot = {
    value: getKey(holder.value, "storage"),
    path: `${holder.path}[storage]`,
    found: holder.found,
  };
  const bytes = amount(size.value);
  if (size.value === undefined) required(size);
  else if (bytes !== undefined && bytes <= 0) invalid(size, "must be greater than zero");
}

/** A claim, also in a template. */
export function claimRules(object: Spot): void {
  const spec = at(object, "spec");
  modeRules(spec, "at least 1 access mode is required");
  selectorRules(at(spec, "selector"));
  const requests = at(spec, "resources", "requests");
  sizeRules({ ...requests, path: at(spec, "resources").path });
  if (text(at(spec, "storageClassName")) !== "") format(at(spec, "storageClassName"), dnsSubdomain);
  oneOf(at(spec, "volumeMode"), volumeModes);
  for (const field of ["dataSource", "dataSourceRef"]) {
    const source = at(spec, field);
    if (!isThere(source)) continue;
    for (const name of ["name", "kind"]) if (text(at(source, name)) === "") required(at(source, name));
  }
}

/** What may change of a claim: what is asked for, once it is bound. The real server adds a diff to the message. */
export function claimUpdateRules(object: Spot, live: Json): void {
  const isBound = getPath(object.value, ["status", "phase"]) === "Bound";
  const settled = (of: Json | undefined): Json => {
    const spec = getKey(of, "spec");
    if (!isObject(spec)) return null;
    const unset = ["volumeName", "storageClassName"].filter(
      (field) => getPath(live, ["spec", field]) === undefined,
    );
    return omit(spec, ...unset, ...(isBound ? ["resources", "volumeAttributesClassName"] : []));
  };
  if (!equalJson(settled(object.value), settled(live)))
    forbidden(
      at(object, "spec"),
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
}

/** Fields of a volume's spec that are no sources. */
const notSources = new Set([
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
]);

function sourcesOf(spec: Json | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(isObject(spec) ? spec : {}).filter(
      ([key, value]) => !notSources.has(key) && isObject(value),
    ),
  );
}

export function volumeRules(object: Spot): void {
  const spec = at(object, "spec");
  modeRules(spec, "");
  const capacity = at(spec, "capacity");
  if (!isThere(capacity) || entries(capacity).length === 0) required(capacity);
  if (!isObject(capacity.value) || !Object.hasOwn(capacity.value, "storage") || entries(capacity).length > 1)
    notSupported(capacity, ["storage"], capacity.value);
  for (const [, size] of entries(capacity)) {
    const bytes = amount(size.value);
    if (bytes !== undefined && bytes <= 0) invalid(size, "must be greater than zero");
  }
  oneOf(at(spec, "persistentVolumeReclaimPolicy"), ["Delete", "Recycle", "Retain"]);
  const order = ["hostPath", "nfs"];
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const [first, ...others] = Object.keys(sourcesOf(spec.value)).sort((a, b) => rank(a) - rank(b));
  if (first === undefined) required(spec, "must specify a volume type");
  for (const other of others) forbidden(at(spec, other), "may not specify more than 1 volume type");
  if (first === "hostPath" && text(at(spec, first, "path")) === "") required(at(spec, first, "path"));
  if (text(at(spec, "storageClassName")) !== "") format(at(spec, "storageClassName"), dnsSubdomain);
  oneOf(at(spec, "volumeMode"), volumeModes);
}

/** The real server adds a diff to the message. */
export function volumeUpdateRules(object: Spot, live: Json): void {
  if (equalJson(sourcesOf(getKey(object.value, "spec")), sourcesOf(getKey(live, "spec")))) return;
  forbidden(
    at(object, "spec", "persistentvolumesource"),
    "spec.persistentvolumesource is immutable after creation",
  );
}

export function storageClassRules(object: Spot): void {
  const provisioner = at(object, "provisioner");
  if (text(provisioner) === "") required(provisioner);
  else format(provisioner, (name) => labelKey(name.toLowerCase()));
  oneOf(at(object, "reclaimPolicy"), ["Delete", "Retain"]);
  const mode = at(object, "volumeBindingMode");
  if (!isThere(mode)) required(mode);
  oneOf(mode, ["Immediate", "WaitForFirstConsumer"]);
}
