/**
 * Custom resources and the versions of their CRD: one is stored, and all are read from that.
 *
 * Source: k8s.io/apiextensions-apiserver pkg/apiserver/customresource_handler.go (`crdConversionRESTOptionsGetter`,
 * `defaultDeprecationWarning`).
 */
import { apiVersionOf } from "../../group-version.js";
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { structuralCodec } from "../../schema/index.js";
import { compareVersions } from "../discovery/index.js";
import type { Kind } from "../model.js";

/** The schema of a version of a CRD. */
export function schemaOf(version: JsonObject): JsonObject {
  const schema = getPath(version, ["schema", "openAPIV3Schema"]);
  return isObject(schema) ? schema : {};
}

function nameOf(version: Json): string {
  const name = getKey(version, "name");
  return typeof name === "string" ? name : "";
}

/** The entry of the version that a CRD's objects are stored in. */
function storageVersion(crd: KubeObject): JsonObject | undefined {
  const versions = getPath(crd, ["spec", "versions"]);
  return (Array.isArray(versions) ? versions : [])
    .filter(isObject)
    .find((version) => version["storage"] === true);
}

/** A custom resource as it comes back from the store: pruned and defaulted by the version that is stored. */
export function coerced({ type, source }: Kind, object: KubeObject): KubeObject {
  if (source.from === "bundle") return object;
  const version = storageVersion(source.crd) ?? source.version;
  const { read, withDefaults } = structuralCodec(schemaOf(version));
  const { apiVersion, kind, ...rest } = withDefaults(read(object).object);
  return {
    kind: type.kind,
    apiVersion: apiVersionOf({ group: type.group, version: nameOf(version) }),
    ...rest,
  };
}

const known = new WeakMap<KubeObject, WeakMap<Kind, KubeObject>>();

/**
 * A stored object as the kind has it now. What a CRD declares may have changed since a custom resource was stored, and
 * a version that is not stored has only what it declares itself.
 */
export function inVersion(kind: Kind, object: KubeObject): KubeObject {
  if (kind.source.from === "bundle") return object;
  return known.get(object)?.get(kind) ?? remember(kind, object, readIn(kind, object));
}

/** Notes how a stored object is read, where that is known. */
export function remember(kind: Kind, object: KubeObject, read: KubeObject): KubeObject {
  const all = known.get(object) ?? new WeakMap<Kind, KubeObject>();
  known.set(object, all.set(kind, read));
  return read;
}

function readIn(kind: Kind, object: KubeObject): KubeObject {
  const stored = coerced(kind, object);
  const read = isWrittenAsIs(kind) ? stored : kind.codec().read(stored).object;
  const current = { ...read, apiVersion: apiVersionOf(kind.type) };
  return equalJson({ ...object, apiVersion: current.apiVersion }, current) ? object : current;
}

/** A custom resource is only pruned before it is stored where it is converted: what was sent in the version stored is not. */
export function isWrittenAsIs({ source }: Kind): boolean {
  return source.from === "crd" && source.version["storage"] === true;
}

/** What is said of each request to a version that a CRD calls deprecated. */
export function deprecationWarnings({ source, type }: Kind): string[] {
  if (source.from === "bundle" || source.version["deprecated"] !== true) return [];
  const { deprecationWarning } = source.version;
  if (typeof deprecationWarning === "string") return [deprecationWarning];
  const versions = getPath(source.crd, ["spec", "versions"]);
  const [next] = (Array.isArray(versions) ? versions : [])
    .filter((version) => getKey(version, "served") === true && getKey(version, "deprecated") !== true)
    .map(nameOf)
    .filter((name) => compareVersions(name, type.version) < 0)
    .sort(compareVersions);
  const of = (version: string): string => `${apiVersionOf({ group: type.group, version })} ${type.kind}`;
  return [`${of(type.version)} is deprecated${next === undefined ? "" : `; use ${of(next)}`}`];
}
