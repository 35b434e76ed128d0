/** What scripts/record-defaults.ts writes and the tests read: a real server's answers, without what is random. */
import { readFileSync } from "node:fs";
import { getKey, getPath, isObject, setKey, type Json, type JsonObject } from "../../../src/json.js";
import type { Cause } from "../../../src/schema/index.js";
import { readYaml } from "../../../src/yaml/index.js";

/** The namespace that all recorded objects are in. */
export const namespace = "recorded";

/** An object that was sent, and what came back. */
export interface Recorded {
  input: JsonObject;
  output: JsonObject;
}

/** An object that was changed by a JSON merge patch, and what became of it. */
export interface Changed {
  case: string;
  live: JsonObject;
  change: JsonObject;
  output: JsonObject;
}

/** An object that a server refuses: as it is, or after the JSON merge patch `change` of it. */
export interface RefusalCase {
  case: string;
  object: JsonObject;
  change?: JsonObject;
}

export interface Refused extends RefusalCase {
  /** The object as it was created, where `change` is what was refused. */
  live?: JsonObject;
  code: number;
  message: string;
  causes: Cause[];
}

/** The text at a path; "" where there is none. */
export function textAt(value: Json | undefined, ...path: string[]): string {
  const found = getPath(value, path);
  return typeof found === "string" ? found : "";
}

/** The documents of a YAML file. */
export async function documentsOf(file: URL): Promise<JsonObject[]> {
  const { documents, problems } = await readYaml(readFileSync(file, "utf8"), file.pathname);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return documents.map(({ value }) => value).filter(isObject);
}

const serverSet = ["uid", "creationTimestamp", "resourceVersion", "managedFields", "namespace", "selfLink"];

/** A copy without what no other server would say again: uids, times, versions, allocated addresses and ports. */
export function stripped(object: JsonObject): JsonObject {
  const { uid } = isObject(object["metadata"]) ? object["metadata"] : {};
  const known = typeof uid === "string" && uid !== "" ? uid : undefined;
  const whole = steady(object, known) as JsonObject;
  const metadata = getKey(whole, "metadata");
  if (!isObject(metadata)) return whole;
  const kept = Object.entries(metadata).filter(([name]) => !serverSet.includes(name));
  return { ...whole, metadata: Object.fromEntries(kept) };
}

function steady(value: Json, uid: string | undefined, key = ""): Json {
  if (Array.isArray(value)) return value.map((item) => steady(item, uid, key));
  if (isObject(value)) {
    const copy: JsonObject = {};
    for (const name of Object.keys(value).sort()) setKey(copy, name, steady(value[name] ?? null, uid, name));
    return copy;
  }
  if (typeof value === "number") return /nodePort$/i.test(key) && value !== 0 ? 30000 : value;
  if (typeof value !== "string") return value;
  if (uid !== undefined && value === uid) return "UID";
  if ((key === "clusterIP" || key === "clusterIPs") && /^10\./.test(value)) return "10.96.0.10";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return "TIME";
  return value.replace(/^kube-api-access-[a-z0-9]{5}$/, "kube-api-access-xxxxx");
}

/** JSON merge patch (RFC 7386). */
export function mergePatched(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = {};
  if (isObject(target)) for (const key of Object.keys(target)) setKey(merged, key, target[key] ?? null);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) Reflect.deleteProperty(merged, key);
    else setKey(merged, key, mergePatched(getKey(merged, key), patch[key] ?? null));
  }
  return merged;
}
