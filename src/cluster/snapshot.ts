/** The state that a watch starts from. */
import { apiVersionOf } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getKey, getPath, isObject } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { typeName } from "./naming.js";
import { listObjects } from "./read.js";
import { isSelected, selectionPath, selectionWords } from "./selection.js";
import type { Selection } from "./selection.js";
import type { Transport } from "./types.js";

/** Objects as they were at one resource version: a watch from there misses nothing. "" where the server has none. */
export interface Snapshot {
  objects: KubeObject[];
  resourceVersion: string;
}

/**
 * Reads what is selected of a collection, as it is now. `hasOtherWay`: as a request has it.
 * @throws KapplyError `not-served` when the server does not serve the kind, else as every request does.
 */
export async function readSnapshot(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
  { hasOtherWay = true } = {},
): Promise<Snapshot> {
  const isWhole = selection.by === "labels" && selection.selector === "";
  const read = isWhole || selection.by === "names" ? readByPages : readAtOnce;
  return read(transport, type, namespace, selection, hasOtherWay);
}

/**
 * Where the list grows too old between two pages the later ones are newer. The watch starts at the version of the
 * first, and tells again what happened since.
 */
async function readByPages(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
  hasOtherWay: boolean,
): Promise<Snapshot> {
  let resourceVersion: string | undefined;
  const objects: KubeObject[] = [];
  for await (const step of listObjects(transport, type, namespace, { hasOtherWay })) {
    if (step.is !== "page") continue;
    resourceVersion ??= step.resourceVersion;
    objects.push(...step.items.filter((item) => isSelected(item, selection)));
  }
  return { objects, resourceVersion: resourceVersion ?? "" };
}

async function readAtOnce(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
  hasOtherWay: boolean,
): Promise<Snapshot> {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const what = `list of ${typeName(type)}${selectionWords(selection)}${where}`;
  const path = selectionPath(type, namespace, selection);
  const { body } = await transport.request({ method: "GET", path, what, hasOtherWay });
  const items = getKey(body, "items");
  // Lists of an aggregated API may have none.
  const resourceVersion = getPath(body, ["metadata", "resourceVersion"]) ?? "";
  if ((!Array.isArray(items) && items !== null) || typeof resourceVersion !== "string")
    throw new KapplyError("server-error", `${what}: the server's answer is no list of objects`);
  // Lists of built-in kinds leave apiVersion and kind out of their items.
  const named = { apiVersion: apiVersionOf(type), kind: type.kind };
  const objects = (items ?? []).filter(isObject).map((item): KubeObject => ({ ...named, ...item }));
  return { objects: objects.filter((object) => isSelected(object, selection)), resourceVersion };
}
