/** PUT: an object replaced by another of its name. */
import { recordUpdate } from "../merge/index.js";
import type { KubeObject } from "../model.js";
import { readObject } from "./body.js";
import { commitChange } from "./commit.js";
import { checkType, createDecoded, placed, requireName } from "./create.js";
import { prepareChanged } from "./prepare.js";
import {
  aboutKind,
  aboutOf,
  liveOf,
  metaText,
  writeOptions,
  type Request,
  type WriteOptions,
} from "./request.js";
import { counted, decode, grown } from "./settle.js";
import { invalid, notFound } from "./status.js";
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
  const { value, duplicates } = await readObject(request.call, request.kind.type.kind);
  checkType(request, value);
  const next = placed(request, decode(request, value, options, duplicates));
  requireName(request, next);
  const live = liveOf(request);
  if (live !== undefined) return { object: replace(request, live, next, options), created: false };
  if (!updateCreates(request.kind) || request.ask.subresource !== "") throw notFound(aboutOf(request));
  return { object: createDecoded(request, next, options), created: true };
}

function replace(request: Request, live: KubeObject, next: KubeObject, options: WriteOptions): KubeObject {
  if (updateNeedsVersion(request.kind) && metaText(next, "resourceVersion") === "") {
    const message = "Invalid value: 0: must be specified for an update";
    const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
    throw invalid(aboutKind(request, request.ask.name), [cause]);
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
  const owned = recordUpdate(live, grown(request, live, next), writerOf(request, options));
  return changeOwned(request, live, owned, options);
}

/** The same for an object whose managed fields are told already. */
export function changeOwned(
  request: Request,
  live: KubeObject,
  owned: KubeObject,
  options: WriteOptions,
): KubeObject {
  const whole = counted(request, live, prepareChanged(request, live, owned));
  return commitChange(request, live, whole, options.dryRun);
}
