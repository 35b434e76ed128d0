/** The fields of messages, read into the objects that they are in JSON. */
import { isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { textOf, type Value } from "./scalars.js";
import {
  expectWireType,
  isAtEnd,
  readStretch,
  readTag,
  readVarint,
  skipValue,
  WireError,
  wireTypes,
  type Cursor,
} from "./wire.js";

export interface Message {
  /** What Go calls it. */
  name: string;
  /** By their numbers. Found when the first message comes: types refer to themselves. */
  fields: () => Fields;
}

export type Fields = Map<number, Field | Inlined>;

export interface Field {
  is: "single" | "list" | "map";
  name: string;
  /** The value, or those that it holds. */
  value: Value;
  /** A zero value is not written in JSON. */
  omitZero: boolean;
}

/** A message that JSON has no name for: its fields are those of the object around it. */
export interface Inlined {
  is: "inlined";
  name: string;
  fields: Fields;
}

/** Deeper than any object is, and less deep than the call stack. */
const mostDepth = 500;

/**
 * Reads what is left of a cursor. `depth` counts the messages around this one.
 * @throws WireError
 */
export function readFields(message: Message, cursor: Cursor, into: JsonObject, depth: number): void {
  if (depth > mostDepth) throw new WireError("exceeded max depth");
  const known = message.fields();
  while (!isAtEnd(cursor)) {
    const { number, wireType } = readTag(cursor, message.name);
    const field = known.get(number);
    if (field === undefined) skipValue(cursor, wireType);
    else if (field.is === "inlined") readInlined(field, wireType, cursor, into, depth);
    else {
      const before = into[field.name];
      const value = readField(field, wireType, cursor, before, depth);
      if (before !== undefined || !field.omitZero || !isZero(value)) into[field.name] = value;
    }
  }
}

function isZero(value: Json): boolean {
  return value === "" || value === 0 || value === false || value === null;
}

function readInlined(
  field: Inlined,
  wireType: number,
  cursor: Cursor,
  into: JsonObject,
  depth: number,
): void {
  expectWireType(field.name, wireType, wireTypes.bytes);
  const message = { name: field.name, fields: () => field.fields };
  readFields(message, readStretch(cursor), into, depth + 1);
}

/** `before` is what came of the same field already: lists grow, messages are merged. */
function readField(
  { is, name, value }: Field,
  wireType: number,
  cursor: Cursor,
  before: Json | undefined,
  depth: number,
): Json {
  switch (is) {
    case "single":
      expectWireType(goName(name), wireType, value.wireType);
      return value.read(cursor, depth, before);
    case "list": {
      const items = Array.isArray(before) ? before : [];
      // Numbers may come one by one, or many as one stretch.
      if (wireType === wireTypes.bytes && value.wireType !== wireTypes.bytes) {
        const packed = readStretch(cursor);
        while (!isAtEnd(packed)) items.push(value.read(packed, depth));
      } else {
        expectWireType(goName(name), wireType, value.wireType);
        items.push(value.read(cursor, depth));
      }
      return items;
    }
    case "map":
      expectWireType(goName(name), wireType, wireTypes.bytes);
      return readEntry(value, readStretch(cursor), depth, isObject(before) ? before : {});
  }
}

/** An entry is a message: 1 is the key, 2 the value. Their wire types are taken for what they should be. */
function readEntry(value: Value, entry: Cursor, depth: number, map: JsonObject): JsonObject {
  let key = "";
  let item: Json | undefined;
  while (!isAtEnd(entry)) {
    const tag = readVarint(entry);
    const number = Number(BigInt.asIntN(32, tag >> 3n));
    if (number === 1) key = textOf(readStretch(entry));
    else if (number === 2) item = value.read(entry, depth);
    else skipValue(entry, Number(tag & 7n));
  }
  setKey(map, key, item ?? value.absent());
  return map;
}

/** Near to what Go calls a field; schemas do not say it. */
function goName(name: string): string {
  return name === "metadata" ? "ObjectMeta" : name.charAt(0).toUpperCase() + name.slice(1);
}
