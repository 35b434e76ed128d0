/** The kinds that are served: the bundled ones and those of the CRDs that are established. */
import { apiVersionOf, parseApiVersion } from "../group-version.js";
import { getKey, getPath, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { builtInCodec, bundledRows, structuralCodec, type Codec } from "../schema/index.js";
import type { Column, Kind, Kinds, Subresource } from "./model.js";

/** Where CRDs are held. */
export const crdCollection = "customresourcedefinitions.apiextensions.k8s.io";

const everyVerb = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/**
 * The kinds of now. `crds` gives the CRDs that are held; `revision` is to change whenever they do.
 */
export function createKinds(crds: () => readonly KubeObject[], revision: () => number): Kinds {
  const bundled = bundledKindsOf();
  let known = { at: -1, ...indexed(bundled) };
  const current = (): typeof known => {
    const at = revision();
    if (known.at !== at) known = { at, ...indexed([...bundled, ...crds().flatMap(kindsOfCrd)]) };
    return known;
  };
  return {
    all: () => current().all,
    byResource: (group, version, plural) =>
      current().byResource.get(`${apiVersionOf({ group, version })} ${plural}`),
    byKind: (apiVersion, kind) => current().byKind.get(`${apiVersion} ${kind}`),
    revision,
  };
}

function indexed(all: readonly Kind[]) {
  return {
    all,
    byResource: new Map(all.map((kind) => [`${apiVersionOf(kind.type)} ${kind.type.plural}`, kind])),
    byKind: new Map(all.map((kind) => [`${apiVersionOf(kind.type)} ${kind.type.kind}`, kind])),
  };
}

/** The name that a group's resource is held under. */
export function collectionOf(group: string, plural: string): string {
  return group === "" ? plural : `${plural}.${group}`;
}

let bundle: readonly Kind[] | undefined;

function bundledKindsOf(): readonly Kind[] {
  bundle ??= bundledRows().map(([apiVersion, kind, row]) => bundledKindOf(apiVersion, kind, row));
  return bundle;
}

function bundledKindOf(apiVersion: string, kind: string, row: JsonObject): Kind {
  const { group, version } = parseApiVersion(apiVersion);
  const plural = text(row["plural"]);
  const definition = text(row["definition"]);
  return {
    type: { group, version, kind, plural, namespaced: row["namespaced"] === true },
    singular: text(row["singular"]),
    listKind: `${kind}List`,
    shortNames: texts(row["shortNames"]),
    categories: texts(row["categories"]),
    verbs: texts(row["verbs"]),
    subresources: subresourcesOf(row["subresources"]),
    stored: row["stored"] === true,
    collection: collectionOf(group, plural),
    source: { from: "bundle", definition },
    codec: once(() => builtInCodec(definition)),
    columns: [],
  };
}

function subresourcesOf(rows: Json | undefined): ReadonlyMap<string, Subresource> {
  return new Map(
    Object.entries(isObject(rows) ? rows : {}).map(([name, row]) => [
      name,
      {
        kind: text(getKey(row, "kind")),
        group: optional(getKey(row, "group")),
        version: optional(getKey(row, "version")),
        verbs: texts(getKey(row, "verbs")),
      },
    ]),
  );
}

const made = new WeakMap<KubeObject, readonly Kind[]>();

/** The served versions of an established CRD. */
function kindsOfCrd(crd: KubeObject): readonly Kind[] {
  return isEstablished(crd) ? customKinds(crd) : [];
}

/** The served versions of a CRD, whether it is established or not. */
export function customKinds(crd: KubeObject): readonly Kind[] {
  const known = made.get(crd);
  if (known !== undefined) return known;
  const versions = getPath(crd, ["spec", "versions"]);
  const kinds = (Array.isArray(versions) ? versions : [])
    .filter(isObject)
    .filter((version) => version["served"] === true)
    .map((version) => customKind(crd, version));
  made.set(crd, kinds);
  return kinds;
}

/** Whether a CRD's names were accepted and its kind is served. */
export function isEstablished(crd: KubeObject): boolean {
  const conditions = getPath(crd, ["status", "conditions"]);
  return (Array.isArray(conditions) ? conditions : []).some(
    (condition) => getKey(condition, "type") === "Established" && getKey(condition, "status") === "True",
  );
}

function customKind(crd: KubeObject, version: JsonObject): Kind {
  const spec = crd["spec"];
  const names = getKey(spec, "names");
  const group = text(getKey(spec, "group"));
  const plural = text(getKey(names, "plural"));
  const kind = text(getKey(names, "kind"));
  const namespaced = getKey(spec, "scope") !== "Cluster";
  const schema = getPath(version, ["schema", "openAPIV3Schema"]);
  return {
    type: { group, version: text(version["name"]), kind, plural, namespaced },
    singular: text(getKey(names, "singular")) || kind.toLowerCase(),
    listKind: text(getKey(names, "listKind")) || `${kind}List`,
    shortNames: texts(getKey(names, "shortNames")),
    categories: texts(getKey(names, "categories")),
    verbs: everyVerb,
    subresources: customSubresources(kind, version["subresources"]),
    stored: true,
    collection: collectionOf(group, plural),
    source: { from: "crd", crd, version },
    codec: once(() => structuralCodec(isObject(schema) ? schema : {})),
    columns: columnsOf(version["additionalPrinterColumns"]),
  };
}

function customSubresources(kind: string, given: Json | undefined): ReadonlyMap<string, Subresource> {
  const found = new Map<string, Subresource>();
  const verbs = ["get", "patch", "update"];
  if (isObject(getKey(given, "status"))) found.set("status", { kind, verbs });
  if (isObject(getKey(given, "scale")))
    found.set("scale", { kind: "Scale", group: "autoscaling", version: "v1", verbs });
  return found;
}

function columnsOf(given: Json | undefined): readonly Column[] {
  return (Array.isArray(given) ? given : []).map((column) => ({
    name: text(getKey(column, "name")),
    type: text(getKey(column, "type")),
    jsonPath: text(getKey(column, "jsonPath")),
    description: optional(getKey(column, "description")),
    format: optional(getKey(column, "format")),
    priority: Number(getKey(column, "priority") ?? 0),
  }));
}

function once(make: () => Codec): () => Codec {
  let codec: Codec | undefined;
  return () => (codec ??= make());
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function optional(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
