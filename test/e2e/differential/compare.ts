/** Answers without what each server draws for itself, and how two of them differ. */
import { equalJson, isObject, stringifyJson, type Json, type JsonObject } from "../../../src/json.js";
import type { Answer } from "./side.js";
import { ownerUids } from "./values.js";

export interface Difference {
  path: string;
  values: [Json | undefined, Json | undefined];
}

/** What is compared of an answer. `before` is the object's resourceVersion as the side last showed it. */
export function normalAnswer(answer: Answer, namespace: string, before: Json | undefined): JsonObject {
  const { status, warnings, body } = answer;
  return {
    status,
    // Those about unknown fields come in the order of a Go map.
    warnings: warnings.map((warning) => masked(warning, namespace)).sort(),
    body: body["kind"] === "Status" ? normalStatus(body, namespace) : normalObject(body, namespace, before),
  };
}

/** Reason and causes of a refusal. Its message repeats the causes in an order that is random where they are several. */
function normalStatus(body: JsonObject, namespace: string): JsonObject {
  const details = isObject(body["details"]) ? { ...body["details"] } : {};
  const causes = Array.isArray(details["causes"]) ? details["causes"] : [];
  return masked<JsonObject>(
    {
      status: body["status"] ?? null,
      reason: body["reason"] ?? null,
      code: body["code"] ?? null,
      details: { ...details, causes: [...causes].sort(byText) },
    },
    namespace,
  );
}

/** The message of a refusal, which is not compared: tests print how often it differs. */
export function messageOf({ body }: Answer, namespace: string): string {
  return body["kind"] === "Status" ? masked(stringOf(body["message"]), namespace) : "";
}

function normalObject(object: JsonObject, namespace: string, before: Json | undefined): JsonObject {
  const normal = masked(object, namespace);
  const metadata = normal["metadata"];
  if (!isObject(metadata)) return normal;
  if (metadata["resourceVersion"] !== undefined)
    metadata["resourceVersion"] = metadata["resourceVersion"] === before ? "<as before>" : "<another>";
  for (const name of ["creationTimestamp", "deletionTimestamp"])
    if (typeof metadata[name] === "string") metadata[name] = "<time>";
  const managedFields = metadata["managedFields"];
  if (Array.isArray(managedFields)) metadata["managedFields"] = normalManagedFields(managedFields);
  if (normal["kind"] === "Service" && isObject(normal["spec"])) maskAllocated(normal["spec"]);
  return normal;
}

/**
 * The entries sorted without their times, which are of a second: where a sequence crosses one, the order is another.
 * That an entry has one, and that entries stand in the order of the server's rule, is compared all the same.
 *
 * Source: structured-merge-diff's user in apimachinery, managedfields/internal/managedfields.go (`sortEncodedManagedFields`).
 */
function normalManagedFields(entries: readonly Json[]): JsonObject {
  const keys = entries.map((entry) => sortKey(entry as JsonObject, true));
  const inOrder = keys.every((key, at) => at === 0 || (keys[at - 1] ?? "") <= key);
  const timeless = entries.map((entry) => ({
    ...(entry as JsonObject),
    ...(typeof (entry as JsonObject)["time"] === "string" && { time: "<time>" }),
  }));
  const order = (entry: JsonObject): string => sortKey(entry, false);
  return {
    order: inOrder ? "<in order>" : "<out of order>",
    ...Object.fromEntries(
      timeless.sort((a, b) => (order(a) < order(b) ? -1 : 1)).map((entry) => [order(entry), entry as Json]),
    ),
  };
}

function sortKey(entry: JsonObject, withTime: boolean): string {
  const { operation, time, manager, apiVersion, subresource } = entry;
  const parts = [operation, withTime ? time : "", manager, apiVersion, subresource ?? ""];
  return parts.map((part) => (typeof part === "string" ? part : "")).join(" ");
}

function maskAllocated(spec: JsonObject): void {
  const address = (value: Json | undefined): Json | undefined =>
    typeof value === "string" && /^[\d.]+$/.test(value) ? "<address>" : value;
  if (spec["clusterIP"] !== undefined) spec["clusterIP"] = address(spec["clusterIP"]) ?? null;
  if (Array.isArray(spec["clusterIPs"]))
    spec["clusterIPs"] = spec["clusterIPs"].map((value) => address(value) ?? null);
  const mask = (holder: JsonObject, key: string): void => {
    if (typeof holder[key] === "number" && isDrawn(holder[key])) holder[key] = "<node port>";
  };
  mask(spec, "healthCheckNodePort");
  for (const port of Array.isArray(spec["ports"]) ? spec["ports"] : [])
    if (isObject(port)) mask(port, "nodePort");
}

/**
 * Node ports that nobody asks for here: of the default range all but the static part, 30000 to 30085, and what a dry
 * run draws beyond that range.
 */
function isDrawn(port: number): boolean {
  return port > 30085 && port < 32800;
}

// A patched object that can't be read is quoted whole in the refusal, with all that its server drew for it.
const wholeObject = /"\{.*\}"(?=: )|'\{.*\}'/gs;
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;

/** A deep copy in which uids, and the name of the namespace, are words that stand for them. */
function masked<T extends Json>(value: T, namespace: string): T {
  if (typeof value === "string")
    return value
      .replace(wholeObject, "<object>")
      .replaceAll(namespace, "<namespace>")
      .replace(/\b3\d{4}\b/g, (port) => (isDrawn(Number(port)) ? "<node port>" : port))
      .replace(/(?<=IPAddress\.networking\.k8s\.io ")[\d.]+/g, "<address>")
      .replace(uuid, (uid) => (ownerUids.includes(uid) ? uid : "<uid>")) as T;
  if (Array.isArray(value)) return value.map((item) => masked(item, namespace)) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, masked(item, namespace)]);
  return Object.fromEntries<Json>(entries) as T;
}

function stringOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function byText(a: Json, b: Json): number {
  const [left, right] = [stringifyJson(a), stringifyJson(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The smallest places where two values differ. */
export function differences(a: Json | undefined, b: Json | undefined, path = ""): Difference[] {
  if (a !== undefined && b !== undefined && equalJson(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => differences(a[key], b[key], path === "" ? key : `${path} / ${key}`));
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.flatMap((item, at) => differences(item, b[at], `${path} / ${at}`));
  return [{ path, values: [a, b] }];
}
