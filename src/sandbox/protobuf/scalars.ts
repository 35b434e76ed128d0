/** Values of fields that are no messages. */
import type { Json } from "../../json.js";
import { bytesOf, readDouble, readStretch, readVarint, WireError, wireTypes, type Cursor } from "./wire.js";

/** How the values of a field are written and read. */
export interface Value {
  wireType: number;
  /**
   * Reads a value; its tag was read. `before` is what an earlier one of the same field gave, which messages are
   * merged into. `depth` counts the messages around it.
   */
  read: (cursor: Cursor, depth: number, before?: Json) => Json;
  /** What an entry of a map has that leaves its value out. */
  absent: () => Json;
}

// A byte order mark is a letter like any other, and bytes that are no UTF-8 are replaced.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const text: Value = {
  wireType: wireTypes.bytes,
  read: (cursor) => textOf(readStretch(cursor)),
  absent: () => "",
};

export function textOf(stretch: Cursor): string {
  return decoder.decode(bytesOf(stretch));
}

/** Bytes are base64 in JSON. */
export const base64: Value = {
  wireType: wireTypes.bytes,
  read: (cursor) => {
    const { buffer, byteOffset, length } = bytesOf(readStretch(cursor));
    return Buffer.from(buffer, byteOffset, length).toString("base64");
  },
  absent: () => "",
};

export const boolean: Value = {
  wireType: wireTypes.varint,
  read: (cursor) => readVarint(cursor) !== 0n,
  absent: () => false,
};

export const int32: Value = {
  wireType: wireTypes.varint,
  read: (cursor) => Number(BigInt.asIntN(32, readVarint(cursor))),
  absent: () => 0,
};

export const int64: Value = {
  wireType: wireTypes.varint,
  read: (cursor) => {
    const exact = BigInt.asIntN(64, readVarint(cursor));
    const near = Number(exact);
    return Number.isSafeInteger(near) ? near : exact;
  },
  absent: () => 0,
};

export const double: Value = {
  wireType: wireTypes.fixed64,
  read: (cursor) => {
    const value = readDouble(cursor);
    if (Number.isFinite(value)) return value;
    const shown = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new WireError(`json: unsupported value: ${shown}`);
  },
  absent: () => 0,
};
