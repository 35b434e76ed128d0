/**
 * What schemas tell of how a server merges, reads and shows the objects of a kind, so that what an apply would do can be
 * told without asking. Made once for a kind, and its parts when they are first needed.
 */
import { apiVersionOf, parseApiVersion } from "../group-version.js";
import { getKey, getPath, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import type { Semantics, Shape } from "../shape.js";
import { bundledKind, bundledSubresources } from "./bundled.js";
import { builtInCodec } from "./built-in-codec.js";
import { DecodeError, type Codec } from "./codec.js";
import { codeDefaults } from "./defaults/index.js";
import { objectMeta, refOf } from "./dialect.js";
import { serverKind } from "./served.js";
import { structuralCodec } from "./structural-codec.js";

/**
 * The semantics of a kind: of a built-in one by the bundled definitions, of a custom resource by the documents of its
 * group that the server publishes (OpenAPI v3, one for each version): that of its own version first, others for the
 * versions that its objects were written in too.
 *
 * Undefined for a kind that neither knows, and for those of aggregated servers: how these read and default is theirs.
 */
export function semanticsOf(type: ResourceType, ...documents: readonly JsonObject[]): Semantics | undefined {
  return builtIn(type) ?? published(type, documents);
}

const builtIns = new Map<string, Semantics>();

function builtIn({ group, version, kind }: ResourceType): Semantics | undefined {
  const apiVersion = apiVersionOf({ group, version });
  const row = bundledKind(apiVersion, kind);
  if (row === undefined) return undefined;
  const key = `${apiVersion} ${kind}`;
  let semantics = builtIns.get(key);
  if (semantics === undefined) {
    semantics = builtInSemantics(group, kind, row.definition, bundledSubresources(apiVersion, kind));
    builtIns.set(key, semantics);
  }
  return semantics;
}

function builtInSemantics(
  group: string,
  kind: string,
  definition: string,
  subresources: readonly string[],
): Semantics {
  const codec = builtInCodec(definition);
  let empty: JsonObject | undefined;
  return {
    shapeOf: (apiVersion) => {
      const row = parseApiVersion(apiVersion).group === group ? bundledKind(apiVersion, kind) : undefined;
      return row === undefined ? undefined : builtInCodec(row.definition).shape;
    },
    statusApart: subresources.includes("status"),
    get empty() {
      return (empty ??= codec.read({}).object);
    },
    shown: (object) =>
      readable(() => {
        const read = codec.withDefaults(codec.read(object, "object").object);
        return codec.stored(codeDefaults(definition, read));
      }),
  };
}

/** What was read; undefined for values of a wrong type. */
function readable(read: () => JsonObject): JsonObject | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The semantics of a version of a custom resource: `codecOf` gives those of the versions that are known. */
function customSemantics(
  codec: Codec,
  statusApart: boolean,
  codecOf: (apiVersion: string) => Codec | undefined,
): Semantics {
  return {
    shapeOf: (apiVersion): Shape | undefined => codecOf(apiVersion)?.shape,
    statusApart,
    // What was applied is only defaulted, and stored as it is; pruned, and defaulted again, is what is read from there.
    shown: (object) => readable(() => codec.withDefaults(codec.read(codec.withDefaults(object)).object)),
  };
}

const ofDocuments = new WeakMap<JsonObject, Map<string, Semantics | undefined>>();

function published(type: ResourceType, documents: readonly JsonObject[]): Semantics | undefined {
  const [own, ...others] = documents;
  if (own === undefined) return undefined;
  const apiVersion = apiVersionOf(type);
  const make = (): Semantics | undefined => {
    const codec = publishedCodec(own, apiVersion, type.kind);
    if (codec === undefined) return undefined;
    const codecs = new Map<string, Codec | undefined>([[apiVersion, codec]]);
    return customSemantics(codec, hasStatusPath(own, type), (version) => {
      if (!codecs.has(version)) codecs.set(version, firstCodec(others, version, type.kind));
      return codecs.get(version);
    });
  };
  // Those of several documents are rare, and not kept.
  if (others.length > 0) return make();
  const key = `${apiVersion} ${type.kind}`;
  const known = ofDocuments.get(own) ?? new Map<string, Semantics | undefined>();
  if (!known.has(key)) known.set(key, make());
  ofDocuments.set(own, known);
  return known.get(key);
}

function firstCodec(documents: readonly JsonObject[], apiVersion: string, kind: string): Codec | undefined {
  for (const document of documents) {
    const codec = publishedCodec(document, apiVersion, kind);
    if (codec !== undefined) return codec;
  }
  return undefined;
}

function publishedCodec(document: JsonObject, apiVersion: string, kind: string): Codec | undefined {
  const served = serverKind(document, apiVersion, kind);
  return served === undefined || refersBeyondMetadata(served.schema)
    ? undefined
    : structuralCodec(served.schema);
}

/**
 * Whether a schema is made of others: those of CRDs refer to the type of metadata alone. Source:
 * apiextensions-apiserver pkg/controller/openapi/builder (builder.go, `addEmbeddedProperties`, `buildKubeNative`).
 */
function refersBeyondMetadata(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(refersBeyondMetadata);
  if (!isObject(schema)) return false;
  const ref = refOf(schema);
  if (ref !== undefined) return ref !== objectMeta;
  return Object.entries(schema).some(
    // What stands in a default or an enum is no schema.
    ([key, part]) => key !== "default" && key !== "enum" && refersBeyondMetadata(part),
  );
}

/** Whether the document has a path for the status of the kind. */
function hasStatusPath(document: JsonObject, { group, version, plural, namespaced }: ResourceType): boolean {
  const scope = namespaced ? "namespaces/{namespace}/" : "";
  const path = `/apis/${group}/${version}/${scope}${plural}/{name}/status`;
  return getKey(getKey(document, "paths"), path) !== undefined;
}

/** The semantics of a version that a CRD serves; undefined for one that it does not serve, or has no schema for. */
export function semanticsOfCrd(crd: KubeObject, version: string): Semantics | undefined {
  const group = text(getPath(crd, ["spec", "group"]));
  const versions = getPath(crd, ["spec", "versions"]);
  const codecs = new Map<string, Codec>();
  let statusApart = false;
  for (const entry of Array.isArray(versions) ? versions : []) {
    const schema = getPath(entry, ["schema", "openAPIV3Schema"]);
    const name = text(getKey(entry, "name"));
    if (getKey(entry, "served") !== true || !isObject(schema)) continue;
    codecs.set(apiVersionOf({ group, version: name }), structuralCodec(schema));
    if (name === version) statusApart = isObject(getPath(entry, ["subresources", "status"]));
  }
  const codec = codecs.get(apiVersionOf({ group, version }));
  return codec === undefined
    ? undefined
    : customSemantics(codec, statusApart, (apiVersion) => codecs.get(apiVersion));
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
