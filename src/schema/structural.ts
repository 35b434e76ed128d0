/**
 * The structural schemas of custom resources, as they are walked: each node is looked at when the first value reaches
 * it, and kept.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema (structural.go, convert.go).
 */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";

/** What a schema says of the fields of a place; rules on its value are read from the schema itself. */
export interface Node {
  schema: JsonObject;
  property: (name: string) => Node | undefined;
  /** Every declared field. */
  properties: () => readonly [name: string, node: Node][];
  /** Of all other fields: a node, `true` or `false` as given, undefined where nothing is said. */
  additional: Node | boolean | undefined;
  items: Node | undefined;
  preserves: boolean;
  embedded: boolean;
  nullable: boolean;
  /** Undefined where there is none: a default of null is none. */
  standard: Json | undefined;
}

const nodes = new WeakMap<JsonObject, Node>();

/** The node of a schema. */
export function nodeOf(schema: JsonObject): Node {
  let node = nodes.get(schema);
  if (node === undefined) {
    node = makeNode(schema);
    nodes.set(schema, node);
  }
  return node;
}

function makeNode(schema: JsonObject): Node {
  const { properties, additionalProperties, items } = schema;
  let all: [string, Node][] | undefined;
  return {
    schema,
    property: (name) => childOf(getKey(properties, name)),
    properties: () =>
      (all ??= Object.entries(isObject(properties) ? properties : {}).flatMap(([name, own]) =>
        isObject(own) ? [[name, nodeOf(own)] as [string, Node]] : [],
      )),
    get additional() {
      return typeof additionalProperties === "boolean" ? additionalProperties : childOf(additionalProperties);
    },
    get items() {
      return childOf(items);
    },
    preserves: schema["x-kubernetes-preserve-unknown-fields"] === true,
    embedded: schema["x-kubernetes-embedded-resource"] === true,
    nullable: schema.nullable === true,
    standard: schema.default ?? undefined,
  };
}

const childOf = (schema: Json | undefined): Node | undefined =>
  isObject(schema) ? nodeOf(schema) : undefined;

/** The node of a field that is not declared, if there is one. */
export function restNode({ additional }: Node): Node | undefined {
  return typeof additional === "object" ? additional : undefined;
}
