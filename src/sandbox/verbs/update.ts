/** PUT: an object replaced by another of its name. */
import { recordUpdate } from "../../merge/index.js";
import type { KubeObject } from "../../model.js";
import { readObject } from "./body.js";
import { commitChange } from "./commit.js";
import { checkType, createDecoded, placed, requireCreate, requireName } from "./create.js";
import { prepareChanged } from "./prepare.js";
import { aboutOf, liveOf, metaText, writeOptions, type Request, type WriteOptions } from "./request.js";
import { asStored, counted, decode, grown, withOwnersOnce } from "./settle.js";
import { conflict, invalid, notFound } from "../status.js";
import { updateCreates, updateNeedsVersion } from "./traits.js";
import { writerOf } from "./writer.js";

/** What a write made, and whether it was there before. */
export interface Written {
  object: KubeObject;
  created: boolean;
}

/** Replaces the object, or what of it the subresource holds. */
export async function update(request: Request): Promise<Written> {
  const options = writeOptions(request, "UpdateOptions");
  const next = await sentObject(request, options);
  const live = liveOf(request);
  if (live !== undefined) return { object: replace(request, live, next, options), created: false };
  if (!updateCreates(request.kind)) throw notFound(aboutOf(request));
  refuseOldUid(request, next);
  requireCreate(request);
  return { object: createDecoded(request, next, options), created: true };
}

/** The object of the body, read and defaulted. */
export async function sentObject(request: Request, options: WriteOptions): Promise<KubeObject> {
  const { value, duplicates } = await readObject(request.call, request.kind.type.kind);
  checkType(request, value);
  const next = placed(request, decode(request, value, options, { faults: duplicates }));
  requireName(request, next);
  return withOwnersOnce(request, next, "sent");
}

/** @throws StatusError 409 for what speaks of an object that was there before. */
function refuseOldUid(request: Request, next: KubeObject): void {
  const uid = metaText(next, "uid");
  if (uid === "") return;
  const { plural } = request.kind.type;
  const key = `/${plural}/${request.ask.namespace}/${request.ask.name}`;
  throw conflict(
    aboutOf(request),
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: `,
  );
}

function replace(request: Request, live: KubeObject, next: KubeObject, options: WriteOptions): KubeObject {
  if (updateNeedsVersion(request.kind) && metaText(next, "resourceVersion") === "") {
    const message = "Invalid value: 0: must be specified for an update";
    const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
    // Here alone a 422 speaks of the resource.
    throw invalid(aboutOf(request), [cause]);
  }
  return changeDecoded(request, live, next, options);
}

/** Puts an object that was read and defaulted in the place of the live one. */
export function changeDecoded(
  request: Request,
  live: KubeObject,
  next: KubeObject,
  options: WriteOptions,
): KubeObject {
  const owned = recordUpdate(live, next, writerOf(request, options));
  return changeOwned(request, live, owned, options);
}

/** The same for an object whose managed fields are told already. */
export function changeOwned(
  request: Request,
  live: KubeObject,
  owned: KubeObject,
  options: WriteOptions,
): KubeObject {
  const once = grown(request, live, withOwnersOnce(request, owned, "recorded"));
  const whole = counted(request, live, prepareChanged(request, live, asStored(request, once)));
  return commitChange(request, live, whole, options.dryRun);
}
