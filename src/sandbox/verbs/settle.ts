/** From what was sent to what is stored: reading, and the fields that only a server sets. */
import { randomUUID } from "node:crypto";
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import { describeObject } from "../../merge/index.js";
import type { KubeObject } from "../../model.js";
import type { Kind } from "../model.js";
import { DecodeError } from "../../schema/index.js";
import { defaulted } from "./prepare.js";
import { apiVersionFor, metaText, type Request, type WriteOptions } from "./request.js";
import { badRequest, serverError, type StatusError } from "../status.js";
import { randomLetters, timeText } from "../texts.js";
import {
  countedMetadata,
  generationGrows,
  hasGeneration,
  hasStatus,
  leftByStatus,
  statusAtBirth,
} from "./traits.js";

/** What is known of an object that is to be read. */
interface Sent {
  /** What strict reading has against the text of it already. */
  faults?: readonly string[];
  /** Makes the failure: where there is none, the 400 of a body. */
  refuse?: (why: string) => StatusError;
  /** What a strategic merge patch made was no text before: it is read in other words. */
  origin?: "text" | "object";
}

/**
 * Reads an object as the kind's type and defaults it, telling of unknown fields as was asked for.
 * @throws StatusError for values of a wrong type, and for unknown fields where reading is strict.
 */
export function decode(
  request: Request,
  value: JsonObject,
  { validation }: Pick<WriteOptions, "validation">,
  { faults = [], refuse = (why) => notHandled(request, why), origin = "text" }: Sent = {},
): KubeObject {
  const codec = request.kind.codec();
  let read;
  try {
    read = codec.read(value, origin);
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
  const all = [...read.strict, ...faults];
  if (all.length > 0 && validation === "Strict") throw refuse(`strict decoding error: ${all.join(", ")}`);
  if (validation === "Warn") request.warnings.push(...all);
  if (request.kind.source.from === "bundle") {
    request.emptied = emptyMaps(value);
    request.hasNullBytes = nullBytes(request.kind, value);
  }
  const { kind } = request.kind.type;
  // What it is comes first, as a person would write it.
  const { apiVersion, kind: name, ...rest } = codec.withDefaults(read.object);
  const object = defaulted(request, { kind, apiVersion: apiVersionFor(request), ...rest });
  // Custom resources keep no list that is empty.
  return request.kind.source.from === "bundle" && resetsOwners(value)
    ? withMetadata(object, { ...metadataOf(object), managedFields: [] })
    : object;
}

const templateLabels = ["spec", "template", "metadata", "labels"];

/** Where it matters: at the top, and the labels of a template. */
function emptyMaps(value: JsonObject): string[][] {
  const paths = [...Object.keys(value).map((key) => [key]), templateLabels];
  return paths.filter((path) => {
    const map = getPath(value, path);
    return isObject(map) && Object.keys(map).length === 0;
  });
}

function nullBytes({ collection }: Kind, value: JsonObject): boolean {
  const field = collection === "secrets" ? "data" : collection === "configmaps" ? "binaryData" : "";
  const bytes = getKey(value, field);
  return isObject(bytes) && Object.values(bytes).includes(null);
}

/** An empty list of managers is none to the type, but to who records them it says that nobody owns anything. */
function resetsOwners(value: JsonObject): boolean {
  const given = getPath(value, ["metadata", "managedFields"]);
  return Array.isArray(given) && given.length === 0;
}

/**
 * What an apply made, read and defaulted. A custom resource is only defaulted: nulls where a map or list was emptied
 * are judged as they stand, and what is unknown goes when it is stored.
 * @throws StatusError as `decode`.
 */
export function decodeApplied(
  request: Request,
  value: KubeObject,
  options: Pick<WriteOptions, "validation">,
  manifest: KubeObject,
): KubeObject {
  if (request.kind.source.from === "bundle") {
    const what = describeObject(manifest);
    const type = what.slice(what.indexOf(" ") + 1);
    const refuse = (why: string): StatusError =>
      serverError(
        `failed to convert new object (${what}) to proper version: unable to convert unstructured object to ${type}: ${why}`,
      );
    return decode(request, value, options, { refuse, origin: "object" });
  }
  return { ...request.kind.codec().withDefaults(value), apiVersion: apiVersionFor(request) };
}

/**
 * The object with each of its owners once, and a warning if it had one twice: the body of a create or an update before
 * ownership is recorded, all else after (apiserver handlers/rest.go, `dedupOwnerReferencesAndAddWarning`).
 */
export function withOwnersOnce(request: Request, object: KubeObject, when: "sent" | "recorded"): KubeObject {
  const owners = metadataOf(object)["ownerReferences"];
  if (!Array.isArray(owners)) return object;
  const isSecond = (owner: Json, at: number): boolean =>
    owners.findIndex((one) => equalJson(one, owner)) < at;
  const seconds = owners.filter(isSecond).map((owner) => metaText({ metadata: owner }, "uid"));
  if (seconds.length === 0) return object;
  const after = when === "sent" ? "" : " after mutating admission happens";
  request.warnings.push(
    `.metadata.ownerReferences contains duplicate entries${after}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${seconds.join(", ")}`,
  );
  const ownerReferences = owners.filter((owner, at) => !isSecond(owner, at));
  return withMetadata(object, { ...metadataOf(object), ownerReferences });
}

/** What was told apart only for who owns what is one again. */
export function asStored({ kind }: Pick<Request, "kind">, object: KubeObject): KubeObject {
  return kind.codec().stored(object);
}

function notHandled({ kind }: Request, why: string): StatusError {
  const { kind: name, version } = kind.type;
  return badRequest(`${name} in version "${version}" cannot be handled as a ${name}: ${why}`);
}

export function metadataOf(object: KubeObject): JsonObject {
  const metadata = object["metadata"];
  return isObject(metadata) ? metadata : {};
}

/** The object with other metadata. */
export function withMetadata(object: KubeObject, metadata: JsonObject): KubeObject {
  return { ...object, metadata };
}

/**
 * What a server makes of the metadata of something new (k8s.io/apiserver pkg/registry/rest, `BeforeCreate`). The
 * status goes: it is written through its subresource.
 */
export function born(request: Request, object: KubeObject): KubeObject {
  const { selfLink, deletionTimestamp, deletionGracePeriodSeconds, generation, ...kept } = metadataOf(object);
  const name = metaText(object, "name") || generatedName(metaText(object, "generateName"));
  const metadata: JsonObject = {
    ...kept,
    ...(name === "" ? {} : { name }),
    uid: randomUUID(),
    creationTimestamp: timeText(request.world.now()),
    ...(hasGeneration(request.kind) ? { generation: 1 } : {}),
  };
  if (request.kind.type.namespaced) metadata["namespace"] = request.ask.namespace;
  else delete metadata["namespace"];
  return withMetadata(statusAtBirth(request.kind) ? object : withoutStatus(object), metadata);
}

/**
 * What a server makes of a changed object: what only the server sets stays as it is live, and status and all else
 * are written by different requests (`BeforeUpdate`, and `PrepareForUpdate` of the strategies).
 */
export function grown(request: Request, live: KubeObject, next: KubeObject): KubeObject {
  const sent = omit(metadataOf(next), serverFields);
  const whole = withMetadata(next, { ...sent, ...pick(metadataOf(live), serverFields) });
  if (request.ask.subresource === "status") return ofStatus(live, whole, request);
  return hasStatus(request.kind) ? withStatusOf(whole, live) : whole;
}

/** A changed spec is a new generation. */
export function counted({ kind, ask }: Request, live: KubeObject, next: KubeObject): KubeObject {
  if (ask.subresource === "status" || !generationGrows(kind) || sameCounted(kind, live, next)) return next;
  const generation = Number(metadataOf(live)["generation"] ?? 0) + 1;
  return withMetadata(next, { ...metadataOf(next), generation });
}

const serverFields = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "selfLink",
];

/** A write of the status: all else stays, and so does what the kind says of the metadata. */
function ofStatus(live: KubeObject, next: KubeObject, { kind }: Request): KubeObject {
  const left = leftByStatus(kind);
  const metadata = { ...omit(metadataOf(next), left), ...pick(metadataOf(live), left) };
  return withStatusOf({ ...live, metadata, apiVersion: next["apiVersion"] ?? null }, next);
}

function withoutStatus(object: KubeObject): KubeObject {
  const { status, ...rest } = object;
  return status === undefined ? object : rest;
}

function withStatusOf(object: KubeObject, other: KubeObject): KubeObject {
  const status = getKey(other, "status");
  return status === undefined ? withoutStatus(object) : { ...object, status };
}

function omit(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key)));
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => fields.includes(key)));
}

/**
 * Everything but metadata counts, and what of the metadata the kind counts too; a status that is written by requests
 * of its own does not.
 */
function sameCounted(kind: Kind, a: KubeObject, b: KubeObject): boolean {
  const left = ["apiVersion", "kind", "metadata", ...(hasStatus(kind) ? ["status"] : [])];
  const rest = (object: KubeObject): JsonObject => omit(object, left);
  const more = countedMetadata(kind);
  return equalJson(rest(a), rest(b)) && equalJson(pick(metadataOf(a), more), pick(metadataOf(b), more));
}

function generatedName(prefix: string): string {
  return prefix === "" ? "" : `${prefix.slice(0, 58)}${randomLetters(5)}`;
}
