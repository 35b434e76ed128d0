/** Shapes written by hand, as short as they can be. */
import type { Json } from "../../src/json.js";
import type { AnyShape, ListShape, MapShape, ScalarShape, Shape } from "../../src/shape.js";

export const text: ScalarShape = { is: "scalar", type: "string" };
export const number: ScalarShape = { is: "scalar", type: "numeric" };
export const truth: ScalarShape = { is: "scalar", type: "boolean" };
export const scalar: ScalarShape = { is: "scalar", type: "untyped" };
export const anything: AnyShape = { is: "any", atomic: false };

/** A map with these fields and no others. */
export function struct(fields: Record<string, Shape>): MapShape {
  return {
    is: "map",
    atomic: false,
    field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
    rest: () => undefined,
  };
}

/** A map of any keys. */
export function mapOf(value: Shape): MapShape {
  return { is: "map", atomic: false, field: () => undefined, rest: () => value };
}

/** A map that is owned as a whole. */
export function whole(map: MapShape): MapShape {
  return { ...map, atomic: true };
}

export function atomicList(item: Shape): ListShape {
  return { is: "list", type: "atomic", keys: [], item: () => item };
}

export function setOfItems(item: Shape): ListShape {
  return { is: "list", type: "set", keys: [], item: () => item };
}

/** A list whose items are told apart by keys: names, each with what stands for an absent one. */
export function keyedList(item: Shape, keys: Record<string, Json | undefined>): ListShape {
  const entries = Object.entries(keys);
  return {
    is: "list",
    type: "map",
    keys: entries.map(([name, standIn]) => ({ name, default: standIn })),
    item: () => item,
  };
}

const metadata = struct({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: number,
  creationTimestamp: scalar,
  labels: mapOf(text),
  annotations: mapOf(text),
  finalizers: setOfItems(text),
});

/** An object with this spec. */
export function kindOf(spec: Shape, more: Record<string, Shape> = {}): Shape {
  return struct({ apiVersion: text, kind: text, metadata, spec, ...more });
}

/** A spec with one field of each sort. */
export const sampler = struct({
  text,
  number,
  truth,
  inner: struct({ a: text, b: text, deep: struct({ x: text, y: text }) }),
  map: mapOf(text),
  maps: mapOf(struct({ a: text, b: text })),
  wholeMap: whole(mapOf(text)),
  args: atomicList(text),
  set: setOfItems(text),
  numbers: setOfItems(number),
  ports: keyedList(struct({ port: number, protocol: text, name: text, hosts: setOfItems(text) }), {
    port: undefined,
    protocol: "TCP",
  }),
  named: keyedList(struct({ name: text, value: text, args: atomicList(text) }), { name: undefined }),
  any: anything,
});
