/**
 * Types whose JSON is another than their fields: the message that each is in protobuf, and what JSON makes of it.
 *
 * Sources: apimachinery pkg/api/resource/quantity_proto.go, pkg/apis/meta/v1 (time_proto.go, micro_time_proto.go),
 * pkg/util/intstr/intstr.go, pkg/runtime/extension.go; apiextensions-apiserver pkg/apis/apiextensions/v1/marshal.go;
 * and the generated.proto beside each.
 */
import { parseJson, type Json, type JsonObject } from "../../json.js";
import { WireError } from "./wire.js";

export interface Special {
  /** In the form of `schemas/`. */
  properties: JsonObject;
  toJson: (fields: JsonObject) => Json;
}

const crd = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";

const at = (number: number, schema: JsonObject): JsonObject => ({ ...schema, "x-kapply-proto": number });
const textAt = (number: number): JsonObject => at(number, { type: "string" });
const int64At = (number: number): JsonObject => at(number, { type: "integer", format: "int64" });
const int32At = (number: number): JsonObject => at(number, { type: "integer", format: "int32" });
const schemaAt = (number: number): JsonObject => at(number, { $ref: `${crd}.JSONSchemaProps` });
const listAt = (number: number, items: JsonObject): JsonObject => at(number, { type: "array", items });

const timestamp: JsonObject = { seconds: int64At(1), nanos: int32At(2) };

/** A list where protobuf can have none: the values of a map, as `ExtraValue` (authentication.k8s.io/v1). */
export const wrappedList = (items: JsonObject): Special => ({
  properties: { items: listAt(1, items) },
  toJson: (fields) => fields["items"] ?? [],
});

const specials = new Map<string, Special>([
  [
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    { properties: { string: textAt(1) }, toJson: (fields) => fields["string"] ?? "0" },
  ],
  [
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    { properties: { type: int64At(1), intVal: int32At(2), strVal: textAt(3) }, toJson: intOrString },
  ],
  // Times have no parts of a second, whatever is sent.
  [`${meta}.Time`, { properties: timestamp, toJson: (fields) => timeText(fields, 0) }],
  [`${meta}.MicroTime`, { properties: timestamp, toJson: (fields) => timeText(fields, 6) }],
  // What is no JSON here is as good as nothing: the server makes it anew.
  [`${meta}.FieldsV1`, { properties: { raw: textAt(1) }, toJson: (fields) => rawJson(fields["raw"]) ?? {} }],
  ["io.k8s.apimachinery.pkg.runtime.RawExtension", { properties: { raw: textAt(1) }, toJson: given }],
  [`${crd}.JSON`, { properties: { raw: textAt(1) }, toJson: given }],
  [
    `${crd}.JSONSchemaPropsOrBool`,
    {
      properties: { allows: at(1, { type: "boolean" }), schema: schemaAt(2) },
      toJson: (fields) => fields["schema"] ?? fields["allows"] ?? false,
    },
  ],
  [
    `${crd}.JSONSchemaPropsOrArray`,
    {
      properties: { schema: schemaAt(1), list: listAt(2, { $ref: `${crd}.JSONSchemaProps` }) },
      toJson: (fields) => fields["list"] ?? fields["schema"] ?? null,
    },
  ],
  [
    `${crd}.JSONSchemaPropsOrStringArray`,
    {
      properties: { schema: schemaAt(1), list: listAt(2, { type: "string" }) },
      toJson: (fields) => fields["list"] ?? fields["schema"] ?? null,
    },
  ],
]);

/** The message of a definition that has no fields in JSON, by its full name. */
export function specialOf(definition: string): Special | undefined {
  return specials.get(definition);
}

function intOrString(fields: JsonObject): Json {
  const { type = 0, intVal = 0, strVal = "" } = fields;
  if (type === 0) return intVal;
  if (type === 1) return strVal;
  throw new WireError("impossible IntOrString.Type");
}

/** JSON that travels as text. None is null. */
function given(fields: JsonObject): Json {
  if ((fields["raw"] ?? "") === "") return null;
  const value = rawJson(fields["raw"]);
  if (value === undefined) throw new WireError("error decoding object from json");
  return value;
}

function rawJson(text: Json | undefined): Json | undefined {
  try {
    return typeof text === "string" ? parseJson(text) : undefined;
  } catch {
    return undefined;
  }
}

/** When Go's time begins: a time of then is none. */
const zeroTime = -62_135_596_800;
const years = { first: -62_167_219_200, afterLast: 253_402_300_800 };

/** RFC 3339 with so many digits after the second. */
function timeText({ seconds = zeroTime, nanos = 0 }: JsonObject, digits: 0 | 6): Json {
  const micros = digits === 0 ? 0 : Math.trunc(Number(nanos) / 1000);
  const carried = Number(seconds) + Math.floor(micros / 1e6);
  if (carried < years.first || carried >= years.afterLast)
    throw new WireError("year outside of range [0,9999]");
  const rest = micros - Math.floor(micros / 1e6) * 1e6;
  if (carried === zeroTime && rest === 0) return null;
  const whole = new Date(carried * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${whole}Z` : `${whole}.${String(rest).padStart(6, "0")}Z`;
}
