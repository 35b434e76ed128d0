/** Protobuf written by hand. */

export type Bytes = readonly number[];

/** A number of up to 64 bits; negative ones as Go writes them, in ten bytes. */
export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

/** Field `number` with a number in it. */
export const int = (number: number, value: number | bigint): Bytes => [
  ...varint(number * 8),
  ...varint(value),
];

/** Field `number` with 64 bits of a fraction in it. */
export function double(number: number, value: number): Bytes {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [...varint(number * 8 + 1), ...bytes];
}

/** Field `number` with text, bytes or the fields of a message in it. */
export function field(number: number, ...parts: (string | Bytes)[]): Bytes {
  const bytes = parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : part));
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** An entry of a map in field `number`. */
export const entry = (number: number, key: string, value: string | Bytes): Bytes =>
  field(number, field(1, key), field(2, value));

export const magic: Bytes = [0x6b, 0x38, 0x73, 0];

/** A body: the object's bytes in their envelope. */
export function body(apiVersion: string, kind: string, ...object: Bytes[]): Uint8Array {
  return Uint8Array.from([
    ...magic,
    ...field(1, field(1, apiVersion), field(2, kind)),
    ...field(2, ...object),
  ]);
}
