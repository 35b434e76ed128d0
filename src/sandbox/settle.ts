/** From what was sent to what is stored: reading, and the fields that only a server sets. */
import { randomUUID } from "node:crypto";
import { equalJson, getKey, isObject, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Kind } from "./model.js";
import { DecodeError } from "../schema/index.js";
import { defaulted } from "./prepare.js";
import { apiVersionFor, metaText, type Request, type WriteOptions } from "./request.js";
import { badRequest, type StatusError } from "./status.js";
import { randomLetters, timeText } from "./texts.js";
import { countedMetadata, generationGrows, hasGeneration, hasStatus, statusAtBirth } from "./traits.js";

/**
 * Reads an object as the kind's type and defaults it, telling of unknown fields as was asked for. `faults` are what
 * is known to be wrong with the text of it. `refuse` makes the failure: where none is given, the 400 of a body.
 * @throws StatusError for values of a wrong type, and for unknown fields where reading is strict.
 */
export function decode(
  request: Request,
  value: JsonObject,
  { validation }: Pick<WriteOptions, "validation">,
  faults: readonly string[] = [],
  refuse = (why: string): StatusError => notHandled(request, why),
): KubeObject {
  const codec = request.kind.codec();
  let read;
  try {
    read = codec.read(value);
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
  const all = [...read.strict, ...faults];
  if (all.length > 0 && validation === "Strict") throw refuse(`strict decoding error: ${all.join(", ")}`);
  if (validation === "Warn") request.warnings.push(...all);
  const { kind } = request.kind.type;
  // What it is comes first, as a person would write it.
  const { apiVersion, kind: name, ...rest } = codec.withDefaults(read.object);
  return defaulted(request, { kind, apiVersion: apiVersionFor(request), ...rest });
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
export function counted({ kind }: Request, live: KubeObject, next: KubeObject): KubeObject {
  if (!generationGrows(kind) || sameCounted(kind, live, next)) return next;
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

/** A write of the status: all else stays, labels included; of a custom resource, annotations too. */
function ofStatus(live: KubeObject, next: KubeObject, { kind }: Request): KubeObject {
  const fields = ["managedFields", "resourceVersion"];
  if (kind.source.from === "bundle") fields.push("annotations", "finalizers", "ownerReferences");
  const metadata = { ...omit(metadataOf(live), fields), ...pick(metadataOf(next), fields) };
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

/** Everything but metadata and status counts, and what of the metadata the kind counts too. */
function sameCounted(kind: Kind, a: KubeObject, b: KubeObject): boolean {
  const rest = ({ apiVersion, kind: name, metadata, status, ...spec }: KubeObject): JsonObject => spec;
  const more = countedMetadata(kind);
  return equalJson(rest(a), rest(b)) && equalJson(pick(metadataOf(a), more), pick(metadataOf(b), more));
}

function generatedName(prefix: string): string {
  return prefix === "" ? "" : `${prefix.slice(0, 58)}${randomLetters(5)}`;
}
