/** POST: a new object. */
import { recordUpdate } from "../../merge/index.js";
import { stringifyJson, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { readObject } from "./body.js";
import { commitNew } from "./commit.js";
import { checkCustomType } from "./custom-type.js";
import { prepareNew } from "./prepare.js";
import { metaText, writeOptions, type Request, type WriteOptions } from "./request.js";
import { apiVersionFor } from "./request.js";
import { asStored, born, decode, metadataOf, withMetadata, withOwnersOnce } from "./settle.js";
import { badRequest, serverError } from "../status.js";
import { writerOf } from "./writer.js";

/** Makes the object of the body, or says what would be made. */
export async function create(request: Request): Promise<KubeObject> {
  const options = writeOptions(request, "CreateOptions");
  const { value, duplicates } = await readObject(request.call, request.kind.type.kind);
  checkType(request, value);
  const read = placed(request, decode(request, value, options, { faults: duplicates }));
  const object = withOwnersOnce(request, read, "sent");
  if (metaText(object, "resourceVersion") !== "")
    throw serverError("resourceVersion should not be set on objects to be created");
  return createDecoded(request, object, options);
}

/** Makes an object that was read and defaulted. */
export function createDecoded(request: Request, object: KubeObject, options: WriteOptions): KubeObject {
  const owned = recordUpdate(undefined, object, writerOf(request, options));
  return commitNew(request, prepareNew(request, asStored(request, born(request, owned))), options.dryRun);
}

/**
 * A body of another kind or version than the path's. That of a custom resource has to say both.
 * @throws StatusError 400, 422.
 */
export function checkType(request: Request, value: JsonObject): void {
  if (request.kind.source.from === "crd") {
    checkCustomType(request, value);
    return;
  }
  const { kind, group } = request.kind.type;
  const expected = apiVersionFor(request);
  const { apiVersion = expected, kind: given = kind } = value;
  if (apiVersion === expected && given === kind) return;
  const version = versionOf(apiVersion);
  const why =
    given === kind
      ? `no kind "${kind}" is registered for version "${textOf(apiVersion)}" in scheme "pkg/runtime/scheme.go:111"`
      : `converting (${version}.${textOf(given)}) to (${group === "" ? "core" : group}.${kind}): unknown conversion`;
  throw badRequest(`${textOf(given)} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

function versionOf(apiVersion: Json): string {
  return textOf(apiVersion).split("/").at(-1) ?? "";
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : stringifyJson(value);
}

/**
 * The object with the namespace of the path, where it says none.
 * @throws StatusError 400 for one with another name or namespace than the path's.
 */
export function placed({ kind, ask }: Request, object: KubeObject): KubeObject {
  const namespace = metaText(object, "namespace");
  if (kind.type.namespaced && namespace !== "" && namespace !== ask.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  const name = metaText(object, "name");
  if (ask.name !== "" && name !== "" && name !== ask.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${ask.name})`);
  if (!kind.type.namespaced || namespace !== "") return object;
  return withMetadata(object, { ...metadataOf(object), namespace: ask.namespace });
}

/** @throws StatusError 400 where what is to replace or patch the object of that name has none itself. */
export function requireName({ ask }: Request, object: KubeObject): void {
  if (metaText(object, "name") !== "") return;
  throw badRequest(
    `the name of the object (${ask.name} based on URL) was undeterminable: name must be provided`,
  );
}

/**
 * What an apply or a PUT makes takes the verb create too, on that name (apiserver pkg/endpoints/handlers/update.go,
 * `withAuthorization`).
 * @throws StatusError 403.
 */
export function requireCreate({ world, user, ask }: Request): void {
  const wanted = { ...ask, verb: "create" } as const;
  if (!world.access.authorize(user, wanted).allowed) throw world.access.refusal(user, wanted);
}
