/** Random sets of fields, and random values of the sampler's shape. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/json.js";
import { setOf, type FieldSet } from "../../src/merge/field-set.js";
import { fieldStep, indexStep, keyStep, valueStep, type Step } from "../../src/merge/path.js";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom("a", "b", "c", "__proto__", ".").map(fieldStep),
  fc.constantFrom(1, 2, 10).map((value) => keyStep([["port", value]])),
  fc.constantFrom<Json>("x", 1, true).map(valueStep),
  fc.constantFrom(0, 1).map(indexStep),
);

/** Paths over few steps, so that they meet often. */
export const paths = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 });

export const fieldSets: fc.Arbitrary<FieldSet> = paths.map((some) => setOf(...some));

const text = fc.constantFrom("x", "y", "z");
const texts = fc.uniqueArray(text, { maxLength: 3 });
const some = (fields: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<JsonObject> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
const labels = fc.dictionary(fc.constantFrom("k", "l", "__proto__"), text);

/** Anything that the sampler takes, without nulls. */
export const specs: fc.Arbitrary<JsonObject> = some({
  text,
  number: fc.constantFrom<Json>(0, 1, 9007199254740993n),
  truth: fc.boolean(),
  inner: some({ a: text, b: text, deep: some({ x: text }) }),
  map: labels,
  maps: fc.dictionary(fc.constantFrom("k", "l"), some({ a: text, b: text })),
  wholeMap: labels,
  args: fc.array(text, { maxLength: 3 }),
  set: texts,
  numbers: fc.uniqueArray(fc.constantFrom(1, 2, 10), { maxLength: 3 }),
  ports: fc
    .uniqueArray(
      fc.tuple(fc.constantFrom(80, 443), fc.constantFrom("TCP", "UDP"), some({ name: text, hosts: texts })),
      { maxLength: 3, selector: ([port, protocol]) => `${String(port)}/${protocol}` },
    )
    .map((ports) => ports.map(([port, protocol, more]) => ({ port, protocol, ...more }))),
  named: fc
    .uniqueArray(
      fc.tuple(fc.constantFrom("p", "q", "r"), some({ value: text, args: fc.array(text, { maxLength: 2 }) })),
      {
        maxLength: 3,
        selector: ([name]) => name,
      },
    )
    .map((items) => items.map(([name, more]) => ({ name, ...more }))),
});
