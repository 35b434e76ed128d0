/** Whether applying would be a no-op, told from what the server has recorded: no request is needed to know. */
import { equalJson, getKey, getPath, isObject, parseJson } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";

/**
 * True only if server-side apply of `body` by `fieldManager` would change neither the object nor its managed fields:
 * our Apply entry has exactly the manifest's field set, and the live object has the manifest's value at every field
 * of it. Ownership then tells that nobody else changed a value since (KEP-555). False whenever there is any doubt, as
 * with values that the server stores otherwise than they were written: then the server is to be asked.
 */
export function isUnchanged(body: KubeObject, live: KubeObject, fieldManager: string): boolean {
  const fields = ourFields(live, fieldManager, getKey(body, "apiVersion"));
  if (fields === undefined) return false;
  const { apiVersion, kind, metadata, ...rest } = body;
  if (apiVersion !== live["apiVersion"] || kind !== live["kind"] || !sameName(body, live)) return false;
  const { "f:metadata": ownedMetadata = {}, ...ownedRest } = fields;
  return (
    sameFields(rest, withoutKeys(live, ["apiVersion", "kind", "metadata"]), ownedRest) &&
    sameFields(withoutKeys(metadata, ["name", "namespace"]), metadataOf(live), ownedMetadata)
  );
}

function sameName(body: KubeObject, live: KubeObject): boolean {
  const paths = [
    ["metadata", "name"],
    ["metadata", "namespace"],
  ];
  return paths.every((path) => getPath(body, path) === getPath(live, path));
}

/** What we own by apply, where exactly one entry of ours is there and it is of the version that we would send. */
function ourFields(live: KubeObject, manager: string, apiVersion: Json | undefined): JsonObject | undefined {
  const entries = getPath(live, ["metadata", "managedFields"]);
  const ours = (Array.isArray(entries) ? entries : []).filter(
    (entry) => getKey(entry, "manager") === manager,
  );
  const [entry] = ours;
  const fields = getKey(entry, "fieldsV1");
  const fits = getKey(entry, "operation") === "Apply" && getKey(entry, "apiVersion") === apiVersion;
  return ours.length === 1 && fits && isObject(fields) ? fields : undefined;
}

function metadataOf(live: KubeObject): Json {
  return withoutKeys(live["metadata"], ["name", "namespace"]);
}

function withoutKeys(value: Json | undefined, keys: readonly string[]): JsonObject {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
    : {};
}

/** Whether a value of the manifest is owned just so, and live as it is written. `owned` is a node of `fieldsV1`. */
function sameValue(value: Json, live: Json | undefined, owned: Json): boolean {
  if (live === undefined || !isObject(owned)) return false;
  const members = Object.keys(owned).filter((member) => member !== ".");
  // A leaf: a scalar, or a map or list that is owned as a whole.
  if (members.length === 0) return equalJson(value, live);
  if (isObject(value)) return sameFields(value, live, owned);
  return Array.isArray(value) && Array.isArray(live) && sameItems(value, live, owned, members);
}

/** A map: the same keys on both sides, each the same value. */
function sameFields(value: JsonObject, live: Json, owned: Json): boolean {
  if (!isObject(owned)) return false;
  const members = Object.keys(owned).filter((member) => member !== ".");
  const keys = Object.keys(value);
  if (keys.length !== members.length) return false;
  return keys.every((key) => {
    const field = getKey(owned, `f:${key}`);
    return field !== undefined && sameValue(value[key] as Json, getKey(live, key), field);
  });
}

/**
 * A list of which we own items: as many as the manifest and the live object have, in the same order. Lists that
 * others add to are left to the server.
 */
function sameItems(value: Json[], live: Json[], owned: JsonObject, members: readonly string[]): boolean {
  if (value.length !== live.length || value.length !== members.length) return false;
  if (members.every((member) => member.startsWith("v:"))) {
    const held = members.map((member) => parseJson(member.slice(2)));
    return equalJson(value, live) && value.every((item) => held.some((one) => equalJson(one, item)));
  }
  if (!members.every((member) => member.startsWith("k:"))) return false;
  const byKeys = members.map((member) => ({ keys: parseJson(member.slice(2)), node: owned[member] as Json }));
  return value.every((item, at) => {
    const itsKeys = byKeys.filter(({ keys }) => hasKeys(live[at], keys));
    const [entry] = itsKeys;
    return (
      itsKeys.length === 1 &&
      entry !== undefined &&
      mayHaveKeys(item, entry.keys) &&
      sameValue(item, live[at], entry.node)
    );
  });
}

/** The live item has its keys, defaulted ones included. */
function hasKeys(item: Json | undefined, keys: Json): boolean {
  return isObject(keys) && Object.entries(keys).every(([key, value]) => equalJson(getKey(item, key), value));
}

/** An item of the manifest may leave a key to its default. */
function mayHaveKeys(item: Json, keys: Json): boolean {
  if (!isObject(item) || !isObject(keys)) return false;
  return Object.entries(keys).every(([key, value]) => {
    const own = getKey(item, key);
    return own === undefined || equalJson(own, value);
  });
}
