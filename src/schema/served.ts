/** What a server says of a kind in its OpenAPI v3 document of a group-version. */
import { parseApiVersion } from "../group-version.js";
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { Dialect } from "./dialect.js";

export interface ServedKind {
  /** The name of its definition. */
  name: string;
  schema: JsonObject;
  dialect: Dialect;
  /** Whether it is likely a custom resource: defaults count, nulls may be values. */
  custom: boolean;
  /** Undefined where the document's paths do not tell. */
  namespaced: boolean | undefined;
}

/** Prefixes of definitions that Go types make. */
const goTypes = /^io\.k8s\.(api|apimachinery|apiextensions-apiserver|kube-aggregator|metrics)\./;

const dialects = new WeakMap<JsonObject, Dialect>();

/** The kind in the document, or undefined when the server does not serve it. */
export function serverKind(
  document: JsonObject | undefined,
  apiVersion: string,
  kind: string,
): ServedKind | undefined {
  const schemas = getKey(getKey(document, "components"), "schemas");
  if (document === undefined || !isObject(schemas)) return undefined;
  const { group, version } = parseApiVersion(apiVersion);
  const isIt = (gvk: Json): boolean =>
    getKey(gvk, "group") === group && getKey(gvk, "version") === version && getKey(gvk, "kind") === kind;
  for (const [name, schema] of Object.entries(schemas)) {
    const kinds = getKey(schema, "x-kubernetes-group-version-kind");
    if (!isObject(schema) || !Array.isArray(kinds) || !kinds.some(isIt)) continue;
    return {
      name,
      schema,
      dialect: dialectOf(schemas),
      custom: !goTypes.test(name),
      namespaced: scope(document, isIt),
    };
  }
  return undefined;
}

function dialectOf(schemas: JsonObject): Dialect {
  const known = dialects.get(schemas);
  if (known !== undefined) return known;
  const dialect: Dialect = {
    definition: (name) => {
      const schema = getKey(schemas, name);
      return isObject(schema) ? schema : undefined;
    },
    structural: false,
  };
  dialects.set(schemas, dialect);
  return dialect;
}

/** By the path at which one object of the kind is read. */
function scope(document: JsonObject, isIt: (gvk: Json) => boolean): boolean | undefined {
  const paths = getKey(document, "paths");
  for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
    const gvk = getKey(getKey(item, "get"), "x-kubernetes-group-version-kind");
    if (path.endsWith("/{name}") && gvk !== undefined && isIt(gvk))
      return path.includes("/namespaces/{namespace}/");
  }
  return undefined;
}
