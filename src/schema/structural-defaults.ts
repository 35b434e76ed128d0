/**
 * Defaults of custom resources.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema/defaulting/algorithm.go.
 */
import { cloneJson, isObject, setKey, type Json, type JsonObject } from "../json.js";
import { restNode, type Node } from "./structural.js";

/** A copy with the defaults of its schema: each where the object around it is there. */
export function withStructuralDefaults(root: Node, object: JsonObject): JsonObject {
  return defaulted(object, root) as JsonObject;
}

function defaulted(value: Json, node: Node | undefined): Json {
  if (node === undefined) return cloneJson(value);
  if (Array.isArray(value)) return value.map((item) => defaulted(replaced(item, node.items), node.items));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  const rest = restNode(node);
  for (const key of Object.keys(value)) {
    const own = node.property(key) ?? rest;
    setKey(result, key, defaulted(replaced(value[key] as Json, own), own));
  }
  for (const [name, { standard }] of node.properties()) {
    if (standard === undefined || Object.hasOwn(result, name)) continue;
    setKey(result, name, defaulted(standard, node.property(name)));
  }
  return result;
}

/** A null that a schema takes none of is as good as a value that was not given. */
function replaced(value: Json, node: Node | undefined): Json {
  return value === null && node !== undefined && !node.nullable ? (node.standard ?? null) : value;
}
