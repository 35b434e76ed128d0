/**
 * The wire format of protobuf: bytes to numbers and stretches of bytes.
 *
 * Limits and messages are those of the decoders that Kubernetes generates (any generated.pb.go in k8s.io/api):
 * numbers of at most 64 bits, groups skipped, what is unknown skipped.
 */

/** Bytes that are no message of the kind that they should be. The message is the real server's. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A stretch of bytes, and how far it is read. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  /** Where it ends: not read beyond. */
  readonly end: number;
}

export function cursorOf(bytes: Uint8Array): Cursor {
  return { bytes, at: 0, end: bytes.length };
}

export const isAtEnd = (cursor: Cursor): boolean => cursor.at >= cursor.end;

/** How a value is written (wire type). 3 and 4 begin and end a group. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

const tooShort = (): WireError => new WireError("unexpected EOF");

/** A number of up to 64 bits, without a sign. Bits beyond are lost; more than ten bytes are refused. */
export function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 64n; shift += 7n) {
    const byte = readByte(cursor);
    if (byte < 0x80 && shift === 0n) return BigInt(byte);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new WireError("proto: integer overflow");
}

function readByte(cursor: Cursor): number {
  const byte = cursor.at < cursor.end ? cursor.bytes[cursor.at] : undefined;
  if (byte === undefined) throw tooShort();
  cursor.at += 1;
  return byte;
}

/** The number and the wire type of the field that comes next, in the message of that name. */
export function readTag(cursor: Cursor, message: string): { number: number; wireType: number } {
  const tag = readVarint(cursor);
  const number = Number(BigInt.asIntN(32, tag >> 3n));
  const wireType = Number(tag & 7n);
  if (wireType === wireTypes.endGroup)
    throw new WireError(`proto: ${message}: wiretype end group for non-group`);
  if (number <= 0)
    throw new WireError(`proto: ${message}: illegal tag ${number} (wire type ${tag.toString()})`);
  return { number, wireType };
}

/** @throws WireError where a field is not written as its type is. `field` is its name in Go. */
export function expectWireType(field: string, wireType: number, expected: number): void {
  if (wireType !== expected) throw new WireError(`proto: wrong wireType = ${wireType} for field ${field}`);
}

/** A stretch of bytes with its length before it, as a cursor of its own. */
export function readStretch(cursor: Cursor): Cursor {
  const length = BigInt.asIntN(64, readVarint(cursor));
  if (length < 0n) throw new WireError("proto: negative length found during unmarshaling");
  const at = cursor.at;
  const end = at + Number(length);
  if (end > cursor.end) throw tooShort();
  cursor.at = end;
  return { bytes: cursor.bytes, at, end };
}

/** The bytes of a stretch: a view, no copy. */
export function bytesOf({ bytes, at, end }: Cursor): Uint8Array {
  return bytes.subarray(at, end);
}

/** A number of 64 bits with a fraction. */
export function readDouble(cursor: Cursor): number {
  const at = move(cursor, 8);
  return new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + at, 8).getFloat64(0, true);
}

/** Goes on by so many bytes. Gives where it was. */
function move(cursor: Cursor, count: number): number {
  const { at } = cursor;
  if (at + count > cursor.end) throw tooShort();
  cursor.at = at + count;
  return at;
}

/** Goes past the value of a field that is not known, whose tag was read. */
export function skipValue(cursor: Cursor, wireType: number): void {
  let depth = 0;
  for (let type = wireType; ; type = Number(readVarint(cursor) & 7n)) {
    if (type === wireTypes.varint) readVarint(cursor);
    else if (type === wireTypes.fixed64) move(cursor, 8);
    else if (type === wireTypes.bytes) readStretch(cursor);
    else if (type === wireTypes.startGroup) depth += 1;
    else if (type === wireTypes.endGroup) depth -= 1;
    else if (type === wireTypes.fixed32) move(cursor, 4);
    else throw new WireError(`proto: illegal wireType ${type}`);
    if (depth === 0) return;
    if (depth < 0) throw new WireError("proto: unexpected end of group");
  }
}
