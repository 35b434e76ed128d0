/**
 * Objects as `kubectl get` asks for them: tables, and their metadata alone.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/response.go, apimachinery pkg/apis/meta/v1/types.go (`Table`).
 */
import { getPath, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Kind } from "../model.js";
import { builtInColumns } from "./columns/built-in.js";
import type { TableColumn } from "./columns/column.js";
import { customColumns } from "./columns/custom.js";
import { podRowConditions } from "./columns/pods.js";

/** The versions of `meta.k8s.io` that tables and partial objects have. */
type MetaVersion = "v1" | "v1beta1";

interface TableOptions {
  includeObject: "None" | "Metadata" | "Object";
  version: MetaVersion;
  /** In milliseconds, for ages. */
  now: number;
}

const columnsOf = new WeakMap<Kind, readonly TableColumn[]>();

function columnsFor(kind: Kind): readonly TableColumn[] {
  const known = columnsOf.get(kind);
  if (known !== undefined) return known;
  const columns = kind.source.from === "crd" ? customColumns(kind.columns) : builtInColumns(kind.type);
  columnsOf.set(kind, columns);
  return columns;
}

/**
 * The objects as rows of a table, with every column there is: clients leave out those of priority 1.
 *
 * `listMeta` is the metadata of the list. Without a resourceVersion in it, that of the only object stands there.
 */
export function asTable(
  kind: Kind,
  objects: readonly KubeObject[],
  listMeta: JsonObject,
  options: TableOptions,
): JsonObject {
  const columns = columnsFor(kind);
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: tableMeta(objects, listMeta),
    columnDefinitions: columns.map(definitionOf),
    rows: objects.map((object) => row(kind, columns, object, options)),
  };
}

function definitionOf({ name, type, format, description, priority }: TableColumn): JsonObject {
  return { name, type, format, description, priority };
}

function tableMeta(objects: readonly KubeObject[], listMeta: JsonObject): JsonObject {
  const version = getPath(objects[0], ["metadata", "resourceVersion"]);
  if (objects.length !== 1 || version === undefined || listMeta["resourceVersion"] !== undefined)
    return listMeta;
  return { resourceVersion: version, ...listMeta };
}

function row(
  kind: Kind,
  columns: readonly TableColumn[],
  object: KubeObject,
  { includeObject, version, now }: TableOptions,
): JsonObject {
  const isPod = kind.type.group === "" && kind.type.kind === "Pod";
  const conditions = isPod ? podRowConditions(object) : undefined;
  return {
    cells: columns.map(({ cell }) => cell(object, now)),
    ...(conditions === undefined ? {} : { conditions }),
    object: included(object, includeObject, version),
  };
}

function included(object: KubeObject, include: TableOptions["includeObject"], version: MetaVersion): Json {
  if (include === "Object") return object;
  return include === "Metadata" || endsInitialEvents(object) ? asPartial(object, version) : null;
}

/** A bookmark that a client waits for is never without its annotation. */
function endsInitialEvents(object: KubeObject): boolean {
  return getPath(object, ["metadata", "annotations", "k8s.io/initial-events-end"]) === "true";
}

/** The metadata of an object as an object of its own. */
export function asPartial(object: KubeObject, version: MetaVersion = "v1"): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object["metadata"] ?? {},
  };
}
