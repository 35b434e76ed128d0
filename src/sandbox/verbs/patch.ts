/** PATCH: JSON, merge and strategic patches of what is live, and server-side apply. */
import { applyManifest, ShapeError, type Conflict } from "../../merge/index.js";
import type { Cause } from "../../schema/index.js";
import { getKey, isObject, setKey, stringifyJson, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { mediaType, readManifest, readPatch } from "./body.js";
import { checkType, placed, requireCreate, requireName } from "./create.js";
import { commitNew } from "./commit.js";
import {
  goText,
  jsonPatch,
  mergePatch,
  spentPatch,
  strategicPatch,
  unknownOperationFields,
  unreadable,
} from "../patches/index.js";
import { prepareNew } from "./prepare.js";
import {
  aboutOf,
  apiVersionFor,
  liveOf,
  metaText,
  writeOptions,
  type Request,
  type WriteOptions,
} from "./request.js";
import { asStored, born, decode, decodeApplied } from "./settle.js";
import {
  applyConflict,
  badRequest,
  conflict,
  invalid,
  notFound,
  serverError,
  unsupportedMediaType,
} from "../status.js";
import { updateCreates } from "./traits.js";
import { changeDecoded, changeOwned, type Written } from "./update.js";
import { writerOf } from "./writer.js";

export const applyType = "application/apply-patch+yaml";

/** Patches the object, or with an apply patch makes it. */
export async function patch(request: Request): Promise<Written> {
  const options = patchOptions(request);
  if (mediaType(request.call) === applyType) return apply(request, options);
  const live = liveOf(request);
  if (live === undefined) throw notFound(aboutOf(request));
  return {
    object: changeDecoded(request, live, patchedFrom(request, live, options), options),
    created: false,
  };
}

/** @throws StatusError 415 and 422 for a type of patch, or options, that are not taken. */
export function patchOptions(request: Request): WriteOptions {
  const type = mediaType(request.call);
  checkPatchType(request, type);
  const options = writeOptions(request, "PatchOptions");
  checkOptions(request, type);
  return options;
}

/** The object with the patch of the body made to it, read and defaulted. */
export function patchedFrom(request: Request, live: KubeObject, options: WriteOptions): KubeObject {
  const type = mediaType(request.call);
  const current: KubeObject = { ...live, apiVersion: apiVersionFor(request) };
  const { patched, faults, shown, origin } = patchedBy(request, type, current, options);
  const decoded = decode(request, patched, options, {
    faults,
    refuse: (why) => unreadable(shown(), why),
    origin,
  });
  if (origin === "text") checkType(request, patched);
  const next = placed(request, decoded);
  requireName(request, next);
  return next;
}

interface Patched {
  patched: JsonObject;
  /** What strict reading has against the patch itself. */
  faults: readonly string[];
  /** What a failure to read the result shows. */
  shown: () => string;
  origin: "text" | "object";
}

function patchedBy(
  { kind, call }: Request,
  type: string,
  current: KubeObject,
  { validation }: WriteOptions,
): Patched {
  const body: Json = readPatch(call);
  if (type === "application/strategic-merge-patch+json") {
    const definition = kind.source.from === "bundle" ? kind.source.definition : "";
    const patched = strategicPatch(current, body, definition);
    return { patched, faults: [], shown: () => goText(spentPatch(current, body)), origin: "object" };
  }
  if (type === "application/json-patch+json") {
    const patched = sorted(jsonPatch(current, body, validation));
    return {
      patched,
      faults: unknownOperationFields(body),
      shown: () => stringifyJson(patched),
      origin: "text",
    };
  }
  const patched = sorted(mergePatch(current, body, validation));
  return { patched, faults: [], shown: () => stringifyJson(patched), origin: "text" };
}

/** Go writes maps in order, and what is wrong is found in that order. */
function sorted<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(result, key, sorted(value[key] as Json));
  return result as T;
}

/** @throws StatusError 415. */
function checkPatchType({ kind }: Request, type: string): void {
  const types = ["application/json-patch+json", "application/merge-patch+json"];
  if (kind.source.from === "bundle") types.push("application/strategic-merge-patch+json");
  types.push(applyType);
  if (types.includes(type)) return;
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${types.join(", ")}`,
  );
}

function checkOptions(request: Request, type: string): void {
  const query = request.call.url.searchParams;
  const about = { group: "meta.k8s.io", resource: "PatchOptions", name: "" };
  if (type !== applyType && query.get("force") !== null) {
    const message = "Forbidden: may not be specified for non-apply patch";
    throw invalid(about, [{ reason: "FieldValueForbidden", message, field: "force" }]);
  }
  if (type === applyType && (query.get("fieldManager") ?? "") === "") {
    const message = "Required value: is required for apply patch";
    throw invalid(about, [{ reason: "FieldValueRequired", message, field: "fieldManager" }]);
  }
}

/** Server-side apply (KEP-555). */
async function apply(request: Request, options: WriteOptions): Promise<Written> {
  const live = liveOf(request);
  const decoded = await appliedTo(request, live, options);
  if (live === undefined)
    return {
      object: commitNew(
        request,
        prepareNew(request, asStored(request, born(request, decoded))),
        options.dryRun,
      ),
      created: true,
    };
  return { object: changeOwned(request, live, decoded, options), created: false };
}

/** The live object with the manifest of the body applied, read and defaulted. */
export async function appliedTo(
  request: Request,
  live: KubeObject | undefined,
  options: WriteOptions,
): Promise<KubeObject> {
  // A subresource is not applied to what is not there, but of kinds that a PUT makes.
  if (live === undefined && request.ask.subresource !== "" && !updateCreates(request.kind))
    throw notFound(aboutOf(request));
  const { value } = await readManifest(request.call);
  checkManifest(request, value);
  const decoded = placed(request, applied(request, live, value, options));
  requireName(request, decoded);
  if (live === undefined) refuseMissing(request, decoded);
  return decoded;
}

/** @throws StatusError 409 for conflicts, 500 for what does not fit the type. */
function applied(
  request: Request,
  live: KubeObject | undefined,
  manifest: KubeObject,
  options: WriteOptions,
): KubeObject {
  const writer = { ...writerOf(request, options), force: options.force };
  const outcome = typed(() => applyManifest(live, manifest, writer));
  if (outcome.is === "conflict") throw applyConflict(outcome.conflicts.map(causeOf), outcome.message);
  return decodeApplied(request, outcome.object, options, manifest);
}

function causeOf({ field, message }: Conflict): Cause {
  return { reason: "FieldManagerConflict", message, field };
}

/** @throws StatusError 400 for a manifest of another kind, or with managed fields. */
export function checkManifest(request: Request, value: JsonObject): void {
  const { apiVersion, kind } = value;
  if (apiVersion !== apiVersionFor(request) || kind !== request.kind.type.kind)
    throw badRequest(`invalid object type: ${gvkText(apiVersion, kind)}`);
  const managed = getKey(value["metadata"], "managedFields");
  if (managed !== undefined && managed !== null) throw badRequest("metadata.managedFields must be nil");
}

function gvkText(apiVersion: Json | undefined, kind: Json | undefined): string {
  const text = typeof apiVersion === "string" ? apiVersion : "";
  const groupVersion = text.includes("/") ? text : `/${text}`;
  return `${groupVersion}, Kind=${typeof kind === "string" ? kind : ""}`;
}

/** An apply makes what is not there, where the user may create it and the manifest does not speak of one that was. */
function refuseMissing(request: Request, value: JsonObject): void {
  const uid = metaText(value, "uid");
  if (uid !== "")
    throw conflict(
      aboutOf(request),
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  requireCreate(request);
}

/** What can't be read as the type is a 500, for the real server too. */
function typed<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof ShapeError ? serverError(error.message) : error;
  }
}
