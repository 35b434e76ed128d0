/**
 * `metadata.managedFields` as data, and back.
 *
 * Source: k8s.io/apimachinery, `pkg/util/managedfields/internal/managedfields.go`.
 */
import { getKey, getPath, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { equalSets, none, type FieldSet } from "./field-set.js";
import { readExactly, writeFieldsV1 } from "./fields-v1.js";
import { compareText } from "./go-text.js";

/** Who wrote, and how. */
export interface Manager {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  /** Empty for the resource itself. */
  subresource: string;
}

/** A manager, what it owns and since when. */
export interface Owner extends Manager {
  fields: FieldSet;
  /** RFC 3339. */
  time?: string | undefined;
  /** As it stands in the object that it was read from, as long as it owns the same. */
  entry?: JsonObject | undefined;
}

/** Owners by what tells them apart. Never changed once made. */
export type Owners = ReadonlyMap<string, Owner>;

export const noOwners: Owners = new Map();

/** What tells managers apart: of those that apply, the version does not count. */
export function identityOf({ manager, operation, apiVersion, subresource }: Manager): string {
  const parts = { manager, operation, ...(operation === "Apply" ? {} : { apiVersion }) };
  return JSON.stringify(subresource === "" ? parts : { ...parts, subresource });
}

/** The owner with other fields. */
export function owning(owner: Owner, fields: FieldSet): Owner {
  return equalSets(owner.fields, fields) ? owner : { ...owner, fields, entry: undefined };
}

/**
 * Reads the owners of an object.
 * @throws SyntaxError for entries that a server would not store.
 */
export function readOwners(object: KubeObject | undefined): Owners {
  const entries = getPath(object, ["metadata", "managedFields"]);
  if (!Array.isArray(entries) || entries.length === 0) return noOwners;
  const owners = new Map<string, Owner>();
  for (const [at, entry] of entries.entries()) {
    const owner = readOwner(entry, at);
    owners.set(identityOf(owner), owner);
  }
  return owners;
}

function readOwner(entry: Json, at: number): Owner {
  if (!isObject(entry)) throw new SyntaxError("expected an object of managed fields");
  const text = (key: string): string => {
    const value = getKey(entry, key);
    return typeof value === "string" ? value : "";
  };
  const operation = text("operation");
  if (operation !== "Apply" && operation !== "Update") {
    throw new SyntaxError("operation must be `Apply` or `Update`");
  }
  if (text("apiVersion") === "") throw new SyntaxError("apiVersion must not be empty");
  const fieldsType = text("fieldsType");
  if (fieldsType === "") throw new SyntaxError(`missing fieldsType in managed fields entry ${String(at)}`);
  if (fieldsType !== "FieldsV1") {
    throw new SyntaxError(`invalid fieldsType "${fieldsType}" in managed fields entry ${String(at)}`);
  }
  const { set, isExact } = readExactly(getKey(entry, "fieldsV1") ?? {});
  return {
    manager: text("manager"),
    operation,
    apiVersion: text("apiVersion"),
    subresource: text("subresource"),
    fields: set,
    time: text("time") === "" ? undefined : text("time"),
    entry: isExact ? entry : undefined,
  };
}

/** The object with these owners in its metadata, and no others. */
export function withOwners(object: KubeObject, owners: Owners): KubeObject {
  if (owners.size === 0) return withoutOwners(object);
  const metadata = getKey(object, "metadata");
  const managedFields = [...owners.values()].sort(compareOwners).map(writeOwner);
  return { ...object, metadata: { ...(isObject(metadata) ? metadata : {}), managedFields } };
}

/** The object without `metadata.managedFields`. */
export function withoutOwners(object: KubeObject): KubeObject {
  const metadata = getKey(object, "metadata");
  if (!isObject(metadata) || !Object.hasOwn(metadata, "managedFields")) return object;
  return { ...object, metadata: withoutKey(metadata, "managedFields") };
}

/** A copy of a map without a key. */
export function withoutKey(map: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

function writeOwner({ manager, operation, apiVersion, subresource, fields, time, entry }: Owner): JsonObject {
  if (entry !== undefined && getKey(entry, "time") === time) return entry;
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: "FieldsV1",
    fieldsV1: entry?.["fieldsV1"] ?? writeFieldsV1(fields),
    ...(subresource === "" ? {} : { subresource }),
  };
}

/** Those that apply first, then by age, in whole seconds. */
function compareOwners(a: Owner, b: Owner): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

/** Of no time: 0. */
export function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

/** A manager that owns nothing yet. */
export function newOwner(manager: Manager): Owner {
  return { ...manager, fields: none };
}
