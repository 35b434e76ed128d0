/** GET of one object, and lists: selected, in pages, as of a version. */
import { getPath, isObject, stringifyJson, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { inVersion } from "./custom-versions.js";
import { aboutOf, apiVersionFor, liveOf, type Request } from "./request.js";
import { parseFieldSelector, parseLabelSelector } from "../selectors/index.js";
import { badRequest, expired, notFound, tooNew } from "../status.js";

/** The object of the request. */
export function getOne(request: Request): KubeObject {
  const version = versionParameter(request, "resourceVersion");
  if (version !== undefined) refuseFuture(request, version);
  const live = liveOf(request);
  if (live === undefined) throw notFound(aboutOf(request));
  return live;
}

/** A page of a collection, as the objects of the list and the metadata of it. */
export interface Page {
  objects: readonly KubeObject[];
  metadata: JsonObject;
}

/** What a `continue` token says: the version that the first page was read at, and the last key that was given. */
interface Continue {
  v: string;
  rv: number;
  start: string;
}

/**
 * A list. Pages of one list show one version of the collection, as long as that is remembered.
 * @throws StatusError 400 for parameters that can't be read, 410 for a version that is too long ago.
 */
export function list(request: Request): Page {
  const { store } = request.world;
  const query = request.call.url.searchParams;
  const limit = numberParameter(query, "limit");
  const token = query.get("continue") ?? "";
  const from = token === "" ? undefined : readToken(token);
  const version = from?.rv ?? exactVersion(request) ?? store.version();
  const all = objectsAt(request, version);
  const rest = from === undefined ? all : all.slice(all.findIndex((object) => startOf(object) > from.start));
  const matching = (from !== undefined && startOf(all.at(-1)) <= from.start ? [] : rest).filter(
    matches(request),
  );
  const metadata: JsonObject = { resourceVersion: String(version) };
  if (limit === 0 || matching.length <= limit) return { objects: matching, metadata };
  const objects = matching.slice(0, limit);
  const next: Continue = { v: "meta.k8s.io/v1", rv: version, start: startOf(objects.at(-1)) };
  metadata["continue"] = Buffer.from(JSON.stringify(next)).toString("base64url");
  // Where a selector filters, the real server does not count either.
  if (!hasSelector(query)) metadata["remainingItemCount"] = matching.length - limit;
  return { objects, metadata };
}

/** The objects that the selectors of a request choose, of now. */
export function select(request: Request): readonly KubeObject[] {
  return objectsAt(request, request.world.store.version()).filter(matches(request));
}

/**
 * Whether an object is one that the request's selectors choose.
 * @throws StatusError 400 for selectors that can't be read.
 */
export function matches(request: Request): (object: KubeObject) => boolean {
  const query = request.call.url.searchParams;
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", request.kind);
  return (object) => labels(labelsOf(object)) && fields(object);
}

function labelsOf(object: KubeObject): JsonObject {
  const labels = getPath(object, ["metadata", "labels"]);
  return isObject(labels) ? labels : {};
}

/** The metadata of a list and its items as one object: the items of built-in kinds leave out what they are. */
export function listObject({ kind }: Request, { objects, metadata }: Page): JsonObject {
  const apiVersion = apiVersionFor({ kind });
  const list = { kind: kind.listKind, apiVersion };
  if (kind.source.from === "bundle") return { ...list, metadata, items: objects.map(bare) };
  // Lists of custom resources say that there is no more.
  const items = objects.map((object) => ({ ...object, apiVersion }));
  return { ...list, metadata: { continue: "", ...metadata }, items };
}

function bare({ apiVersion, kind, ...rest }: KubeObject): KubeObject {
  return rest;
}

function objectsAt({ world, kind, ask }: Request, version: number): readonly KubeObject[] {
  const namespace = kind.type.namespaced ? ask.namespace : "";
  const objects = world.store
    .listAt(kind.collection, namespace, version)
    ?.map((object) => inVersion(kind, object));
  if (objects === undefined)
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  return objects;
}

function startOf(object: KubeObject | undefined): string {
  const namespace = getPath(object, ["metadata", "namespace"]) ?? "";
  return stringifyJson([namespace, getPath(object, ["metadata", "name"]) ?? ""]);
}

function readToken(token: string): Continue {
  const refuse = () => badRequest("continue key is not valid");
  try {
    const read = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Continue;
    if (read.v === "meta.k8s.io/v1" && Number.isInteger(read.rv) && typeof read.start === "string")
      return read;
  } catch {
    throw refuse();
  }
  throw refuse();
}

function hasSelector(query: URLSearchParams): boolean {
  return Boolean(query.get("labelSelector")) || Boolean(query.get("fieldSelector"));
}

/** `resourceVersionMatch=Exact` asks for the collection as it was; any other version is at most now. */
function exactVersion(request: Request): number | undefined {
  const version = versionParameter(request, "resourceVersion");
  if (version === undefined) return undefined;
  refuseFuture(request, version);
  return request.call.url.searchParams.get("resourceVersionMatch") === "Exact" ? version : undefined;
}

/** @throws StatusError 400 for what is no version. */
export function versionParameter({ call }: Request, name: string): number | undefined {
  const text = call.url.searchParams.get(name) ?? "";
  if (text === "") return undefined;
  if (!/^[0-9]{1,19}$/.test(text)) {
    const said = JSON.stringify(text);
    throw badRequest(
      `invalid resource version: ${name}: Invalid value: ${said}: strconv.ParseUint: parsing ${said}: invalid syntax`,
    );
  }
  return Number(text);
}

function refuseFuture({ world }: Request, version: number): void {
  const now = world.store.version();
  if (version > now) throw tooNew(version, now);
}

function numberParameter(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (text === "") return 0;
  if (!/^-?[0-9]+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Math.max(0, Number(text));
}
