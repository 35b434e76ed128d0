/**
 * How values merge: what a schema says of the places in an object, and no more. Schemas are made into shapes by the
 * schema room, and used by the merge room, which knows of no schema.
 *
 * Source: KEP-555; sigs.k8s.io/structured-merge-diff, `schema/elements.go`.
 */
import type { Json, JsonObject } from "./json.js";

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

/** How a server merges, reads and shows the objects of one kind, as far as its schemas tell. */
export interface Semantics {
  /** The shape of a version of the kind; undefined for one that is not known, or not served any more. */
  shapeOf: (apiVersion: string) => Shape | undefined;
  /** Whether applying the object leaves its `status` as it is, since that is written by requests of its own. */
  statusApart: boolean;
  /** The kind's object with nothing set, as the server's type has it; undefined for a custom resource. */
  empty?: JsonObject | undefined;
  /**
   * An object as the server shows it once it is written: values in their normal form (`1000m` is `1`), what is empty
   * left out where the type does, defaults set. Undefined where it can't be read as the kind.
   */
  shown: (object: JsonObject) => JsonObject | undefined;
}
