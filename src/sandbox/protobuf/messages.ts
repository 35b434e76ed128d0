/** The messages of the built-in types, by the bundled definitions: `x-kapply-proto` has the numbers of their fields. */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { bundledDefinition } from "../../schema/index.js";
import { readFields, type Field, type Fields, type Inlined, type Message } from "./fields.js";
import * as scalars from "./scalars.js";
import type { Value } from "./scalars.js";
import { specialOf, wrappedList, type Special } from "./special.js";
import { readStretch, wireTypes, type Cursor } from "./wire.js";

/**
 * Reads the message of a definition, by its full name.
 * @throws WireError
 */
export function readMessage(definition: string, cursor: Cursor): JsonObject {
  const object: JsonObject = {};
  readFields(messageOf(definition), cursor, object, 0);
  return object;
}

const messages = new Map<string, Message>();

function messageOf(definition: string): Message {
  let message = messages.get(definition);
  if (message === undefined) {
    const properties = specialOf(definition)?.properties ?? bundledDefinition(definition)?.["properties"];
    message = messageWith(definition.slice(definition.lastIndexOf(".") + 1), properties);
    messages.set(definition, message);
  }
  return message;
}

function messageWith(name: string, properties: Json | undefined): Message {
  let fields: Fields | undefined;
  return { name, fields: () => (fields ??= fieldsOf(isObject(properties) ? properties : {})) };
}

function fieldsOf(properties: JsonObject): Fields {
  const fields: Fields = new Map();
  for (const [name, schema] of Object.entries(properties)) {
    const numbers = numbersOf(schema);
    const last = numbers.pop();
    if (last !== undefined && isObject(schema))
      fieldsWithin(fields, numbers).set(last, fieldOf(name, schema));
  }
  return fields;
}

/** The number of the field, and before it those of the inlined messages that it is in. */
function numbersOf(schema: Json): number[] {
  const given = getKey(schema, "x-kapply-proto");
  return (Array.isArray(given) ? given : [given]).filter((number) => typeof number === "number");
}

function fieldsWithin(fields: Fields, numbers: number[]): Fields {
  return numbers.reduce((outer, number) => {
    const known = outer.get(number);
    if (known?.is === "inlined") return known.fields;
    const inlined: Inlined = { is: "inlined", name: String(number), fields: new Map() };
    outer.set(number, inlined);
    return inlined.fields;
  }, fields);
}

function fieldOf(name: string, schema: JsonObject): Field {
  const omitZero = schema["x-kapply-zero"] === "omit";
  const { type, items, additionalProperties } = schema;
  if (type === "array" && isObject(items)) return { is: "list", name, value: valueOf(items), omitZero };
  if (type === "object" && isObject(additionalProperties))
    return { is: "map", name, value: valueOf(additionalProperties), omitZero };
  return { is: "single", name, value: valueOf(schema), omitZero };
}

function valueOf(schema: JsonObject): Value {
  const { $ref, type, format, items } = schema;
  if (typeof $ref === "string") return messageValue(() => messageOf($ref), specialOf($ref));
  if (type === "boolean") return scalars.boolean;
  if (type === "integer") return format === "int32" ? scalars.int32 : scalars.int64;
  if (type === "number") return scalars.double;
  if (type !== "array" || !isObject(items)) return format === "byte" ? scalars.base64 : scalars.text;
  const list = wrappedList(items);
  const message = messageWith("ExtraValue", list.properties);
  return messageValue(() => message, list);
}

function messageValue(message: () => Message, special: Special | undefined): Value {
  const toJson = special?.toJson ?? ((fields: JsonObject): Json => fields);
  return {
    wireType: wireTypes.bytes,
    read: (cursor, depth, before) => {
      const fields = special === undefined && isObject(before) ? before : {};
      readFields(message(), readStretch(cursor), fields, depth + 1);
      return toJson(fields);
    },
    absent: () => toJson({}),
  };
}
