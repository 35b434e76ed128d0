/**
 * How values merge: what a schema says of the places in an object, and no more. Schemas are made into shapes by the
 * schema room, and used by the merge room, which knows of no schema.
 *
 * Source: KEP-555; sigs.k8s.io/structured-merge-diff, `schema/elements.go`.
 */
import type { Json } from "./json.js";

/** The shape of one place. Parts come from functions: types refer to themselves. */
export type Shape = ScalarShape | MapShape | ListShape | AnyShape;

export interface ScalarShape {
  is: "scalar";
  /** `untyped` is a text or a number: quantities, ports, times. */
  type: "string" | "numeric" | "boolean" | "untyped";
}

export interface MapShape {
  is: "map";
  /** Owned as a whole (`x-kubernetes-map-type: atomic`). */
  atomic: boolean;
  /** The shape of a declared field. */
  field: (name: string) => Shape | undefined;
  /** The shape of every other key; undefined where no other key may be. */
  rest: () => Shape | undefined;
}

export interface ListShape {
  is: "list";
  /** `atomic` lists are owned as a whole, items of a `set` are told apart by value, those of a `map` by their keys. */
  type: "atomic" | "set" | "map";
  /** Of a `map`: the fields that tell items apart, each with the value that stands for an absent one. */
  keys: readonly ListKey[];
  item: () => Shape;
}

export interface ListKey {
  name: string;
  default?: Json | undefined;
}

/** Nothing is declared: a map merges by key unless `atomic`, a list is atomic, all else is a scalar. */
export interface AnyShape {
  is: "any";
  atomic: boolean;
}
