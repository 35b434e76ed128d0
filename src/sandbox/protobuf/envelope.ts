/**
 * What every body begins with: four bytes, then a message `Unknown` that says which kind it holds and has the object
 * within it. The content type and encoding that it may name are not looked at.
 *
 * Source: apimachinery pkg/runtime/serializer/protobuf/protobuf.go, pkg/runtime/generated.proto.
 */
import { textOf } from "./scalars.js";
import {
  cursorOf,
  expectWireType,
  isAtEnd,
  readStretch,
  readTag,
  skipValue,
  WireError,
  wireTypes,
  type Cursor,
} from "./wire.js";

export interface TypeMeta {
  apiVersion: string;
  kind: string;
}

const prefix = [0x6b, 0x38, 0x73, 0x00];

/**
 * Opens a body. What it does not say of its type is empty.
 * @throws WireError
 */
export function openEnvelope(bytes: Uint8Array): { type: TypeMeta; raw: Cursor } {
  if (bytes.length === 0) throw new WireError("empty data");
  if (prefix.some((byte, at) => bytes[at] !== byte))
    throw new WireError(
      `provided data does not appear to be a protobuf message, expected prefix [${prefix.join(" ")}]`,
    );
  if (bytes.length === prefix.length) throw new WireError("empty body");
  const unknown = cursorOf(bytes.subarray(prefix.length));
  const nothing = cursorOf(new Uint8Array());
  const [meta = nothing, raw = nothing] = stretchesOf("Unknown", unknown, [
    "TypeMeta",
    "Raw",
    "ContentEncoding",
    "ContentType",
  ]);
  const [apiVersion = nothing, kind = nothing] = stretchesOf("TypeMeta", meta, ["APIVersion", "Kind"]);
  return { type: { apiVersion: textOf(apiVersion), kind: textOf(kind) }, raw };
}

/** The fields of a message that has nothing but stretches of bytes. Their names are in the order of their numbers. */
function stretchesOf(message: string, cursor: Cursor, names: string[]): (Cursor | undefined)[] {
  const found: (Cursor | undefined)[] = [];
  while (!isAtEnd(cursor)) {
    const { number, wireType } = readTag(cursor, message);
    const name = names[number - 1];
    if (name === undefined) skipValue(cursor, wireType);
    else {
      expectWireType(name, wireType, wireTypes.bytes);
      found[number - 1] = readStretch(cursor);
    }
  }
  return found;
}
