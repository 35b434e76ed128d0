/** Custom resources beyond those of the differential test. */
import type { JsonObject } from "../../../src/json.js";
import { custom, fields, listOf, mapOf, text, whole } from "../differential/custom.js";
import type { Subject } from "./subject.js";

/** What is odd together: defaults within what is owned as a whole, keys of several types, nulls that stay. */
const loose: JsonObject = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const nullable = (schema: JsonObject): JsonObject => ({ ...schema, nullable: true });
const item = (properties: JsonObject, required: string[]): JsonObject => fields(properties, { required });
const defaultedText: JsonObject = { type: "string", default: "std" };
const odd = fields({
  atomicDefaults: listOf(fields({ a: text, b: defaultedText }), "atomic"),
  atomicStructDefaults: fields({ a: text, b: defaultedText }, { "x-kubernetes-map-type": "atomic" }),
  keyed: listOf(
    item(
      {
        id: { "x-kubernetes-int-or-string": true },
        on: { type: "boolean", default: false },
        side: { type: "string", default: "left", enum: ["left", "right"] },
        parts: listOf(text, "set"),
        more: mapOf(mapOf(text)),
        box: fields({ deep: listOf(item({ k: whole, v: text }, ["k"]), "map", ["k"]) }),
      },
      ["id"],
    ),
    "map",
    ["id", "on", "side"],
  ),
  byNumber: listOf(item({ port: whole, name: text }, ["port"]), "map", ["port"]),
  ints: listOf({ "x-kubernetes-int-or-string": true }, "set"),
  nullText: nullable(text),
  nullList: nullable(listOf(text, "set")),
  nullMap: nullable(mapOf(text)),
  nullStruct: nullable(fields({ a: text })),
  nulls: mapOf(nullable(text)),
  defaultedList: { ...listOf(text), default: ["x"] },
  defaultedSet: { ...listOf(text, "set"), default: ["x"] },
  defaultedMap: { ...mapOf(text), default: { k: "v" } },
  defaultedDeep: fields({
    inner: fields({ a: defaultedText, n: { type: "integer", default: 0 } }, { default: {} }),
  }),
  embeddeds: listOf({ ...loose, "x-kubernetes-embedded-resource": true }),
  embeddedMap: mapOf({ ...loose, "x-kubernetes-embedded-resource": true }),
  looseItems: listOf({ ...loose, properties: { name: text }, required: ["name"] }, "map", ["name"]),
  looseInside: fields({ any: { "x-kubernetes-preserve-unknown-fields": true }, list: listOf(loose) }),
  date: { type: "string", format: "date-time" },
  bytes: { type: "string", format: "byte" },
  big: { type: "integer", format: "int64" },
  atomicMaps: mapOf(mapOf(text, "atomic")),
});

const byName = listOf(item({ name: text, value: text }, ["name"]), "map", ["name"]);

/** One that holds what is odd, and one whose status is a field like any other. */
export const oddKinds: readonly Subject[] = [
  custom("Odd", odd, { status: true }),
  custom("Apart", fields({ text, byName })),
];
