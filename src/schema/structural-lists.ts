/**
 * Rules that hold beside the schema of a custom resource: items of sets and maps differ, and a resource within it is
 * one.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema (listtype/validation.go, objectmeta/validation.go).
 */
import { isObject, stringifyJson, type Json, type JsonObject } from "../json.js";
import { duplicateCause, fieldText, invalidCause, requiredCause, type FieldStep } from "./causes.js";
import type { Cause } from "./codec.js";
import { nodeOf, restNode, type Node } from "./structural.js";

/** What is missing of the resources within an object. What else is wrong with them is judged elsewhere. */
export function embeddedCauses(root: Node, object: JsonObject): Cause[] {
  return walk(root, object, [], (node, value, path) =>
    node.embedded && isObject(value)
      ? [...typeMeta("apiVersion", value, path), ...typeMeta("kind", value, path)]
      : [],
  );
}

/** The resources within an object, and where they stand. */
export function embeddedResources(
  schema: JsonObject,
  object: JsonObject,
): [field: string, value: JsonObject][] {
  const found: [string, JsonObject][] = [];
  walk(nodeOf(schema), object, [], (node, value, path) => {
    if (node.embedded && isObject(value)) found.push([fieldText(path), value]);
    return [];
  });
  return found;
}

function typeMeta(name: string, value: JsonObject, path: FieldStep[]): Cause[] {
  const field = fieldText([...path, name]);
  const text = value[name];
  if (text === undefined) return [requiredCause(field)];
  if (typeof text !== "string") return [invalidCause(field, text, "must be a string")];
  return text === "" ? [invalidCause(field, text, "must not be empty")] : [];
}

/** Items that are not told apart, in lists that ask it. */
export function listCauses(root: Node, object: JsonObject): Cause[] {
  return walk(root, object, [], (node, value, path) => {
    if (!Array.isArray(value)) return [];
    const type = node.schema["x-kubernetes-list-type"];
    if (type === "set") return duplicates(value, value, path);
    return type === "map" ? mapCauses(node.schema["x-kubernetes-list-map-keys"], value, path) : [];
  });
}

type Look = (node: Node, value: Json, path: FieldStep[]) => Cause[];

function walk(node: Node, value: Json, path: FieldStep[], look: Look): Cause[] {
  const causes = look(node, value, path);
  if (Array.isArray(value)) {
    const { items } = node;
    if (items !== undefined)
      for (const [index, item] of value.entries()) causes.push(...walk(items, item, [...path, index], look));
  } else if (isObject(value)) {
    const rest = restNode(node);
    for (const [key, field] of Object.entries(value)) {
      const own = node.property(key);
      if (own !== undefined) causes.push(...walk(own, field, [...path, key], look));
      else if (rest !== undefined) causes.push(...walk(rest, field, [...path, { key }], look));
    }
  }
  return causes;
}

/** A cause for the second of each group of equals. `shown` has what is told of them. */
function duplicates(values: readonly Json[], shown: readonly Json[], path: FieldStep[]): Cause[] {
  const times = new Map<string, number>();
  return values.flatMap((value, index) => {
    const key = stringifyJson(value);
    const seen = times.get(key) ?? 0;
    times.set(key, seen + 1);
    return seen === 1 ? [duplicateCause(fieldText([...path, index]), shown[index] ?? null)] : [];
  });
}

function mapCauses(keys: Json | undefined, items: Json[], path: FieldStep[]): Cause[] {
  const wrong = items.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) {
    const words = "must be an object for an array of list-type map";
    return [invalidCause(fieldText([...path, wrong]), items[wrong] ?? null, words)];
  }
  const names = Array.isArray(keys) ? keys.filter((key) => typeof key === "string").sort() : [];
  const ids = items.map((item) => {
    const given = isObject(item) ? names.filter((name) => Object.hasOwn(item, name)) : [];
    return Object.fromEntries(given.map((name) => [name, (item as JsonObject)[name] as Json]));
  });
  return duplicates(ids, ids, path);
}
