/** Small values, so that random requests meet: few names, few numbers, and now and then something that is wrong. */
import fc from "fast-check";
import { cloneJson, isObject, type Json, type JsonObject } from "../../../src/json.js";

/** Absent more often than not: `weight` times for each time that it is there. */
export function maybe<T>(arbitrary: fc.Arbitrary<T>, weight = 2): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(undefined), weight: weight * 10 },
    { arbitrary, weight: 10 },
  );
}

type Fields = Record<string, fc.Arbitrary<Json | undefined>>;

/** An object of these fields; those that come out undefined are left out. */
export function object(fields: Fields): fc.Arbitrary<JsonObject> {
  return fc.record(fields).map(withoutUndefined);
}

function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** One of these. */
export const oneOf = <T extends Json>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const list = (item: fc.Arbitrary<Json>, maxLength = 3): fc.Arbitrary<Json[]> =>
  fc.array(item, { maxLength });

/** A map of some of these keys. */
export function map(
  keys: readonly string[],
  value: fc.Arbitrary<Json>,
  weight = 1,
): fc.Arbitrary<JsonObject> {
  return object(Object.fromEntries(keys.map((key) => [key, maybe(value, weight)])));
}

export const texts = map(["a", "b", "c"], oneOf("1", "2", ""));

/** Stand for the uids of the two owners that each side has: whose owners are gone is collected as garbage. */
export const ownerUids: readonly string[] = [
  "11111111-1111-4111-8111-111111111111",
  "22222222-2222-4222-8222-222222222222",
];

/** What may stand beside the name. Finalizers keep an object that is deleted. */
export const metadata: fc.Arbitrary<JsonObject> = object({
  labels: maybe(map(["app", "tier", "example.com/x"], oneOf("a", "b", ""))),
  annotations: maybe(map(["note", "example.com/y"], oneOf("1", "two words", ""))),
  finalizers: maybe(list(oneOf("example.com/one", "example.com/two"), 2), 8),
  ownerReferences: maybe(list(ownerReference(), 2), 10),
});

function ownerReference(): fc.Arbitrary<JsonObject> {
  return object({
    apiVersion: oneOf("v1"),
    kind: oneOf("ConfigMap"),
    name: oneOf("owner"),
    uid: oneOf(...ownerUids),
    controller: maybe(fc.boolean()),
    blockOwnerDeletion: maybe(fc.boolean()),
  });
}

const wrongs: readonly Json[] = [null, "", "x", 0, -1, 1.5, true, [], {}, [null], ["a", "a"], { a: "b" }];

/** A change of some place in an object to something that seldom fits there. */
export type Slip =
  { at: number; is: "value"; value: Json } | { at: number; is: "remove" | "repeat" | "unknown" };

export const slip: fc.Arbitrary<Slip> = fc.oneof(
  fc.record({ at: fc.nat(80), is: fc.constant("value" as const), value: fc.constantFrom(...wrongs) }),
  fc.record({
    at: fc.nat(80),
    is: fc.constantFrom("remove" as const, "repeat" as const, "unknown" as const),
  }),
);

/** The same object, wrong at one place, once in `1 + weight` times. */
export function slipping(object: fc.Arbitrary<JsonObject>, weight = 4): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(object, maybe(slip, weight))
    .map(([value, one]) => (one === undefined ? value : slipped(value, one)));
}

function slipped(value: JsonObject, one: Slip): JsonObject {
  const copy = cloneJson(value);
  const places: (() => void)[] = [];
  visit(copy, (parent, key) => {
    if (key === "uid") return;
    const child = (parent as JsonObject)[key] as Json;
    if (one.is === "repeat") {
      if (Array.isArray(child) && child.length > 0)
        places.push(() => child.push(cloneJson(child[0] as Json)));
    } else if (one.is === "unknown") {
      if (isObject(child)) places.push(() => (child["bogus"] = "x"));
    } else if (one.is === "value") places.push(() => Reflect.set(parent, key, cloneJson(one.value)));
    else
      places.push(() => {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else Reflect.deleteProperty(parent, key);
      });
  });
  places[one.at % Math.max(1, places.length)]?.();
  return copy;
}

/** Every place of a value, from the outside in: its parent, and its key or index there. */
export function visit(value: Json, meet: (parent: JsonObject | Json[], key: string) => void): void {
  if (!Array.isArray(value) && !isObject(value)) return;
  for (const key of Object.keys(value)) {
    meet(value, key);
    visit((value as JsonObject)[key] as Json, meet);
  }
}
