/**
 * How Go decodes values that are no structs, lists or maps, and what its encoder makes of their zero.
 *
 * Source: sigs.k8s.io/json; for types that decode themselves, apimachinery pkg/api/resource, pkg/util/intstr,
 * pkg/apis/meta/v1 and pkg/runtime, and apiextensions-apiserver pkg/apis/apiextensions/v1 (marshal.go).
 */
import { cloneJson, type Json } from "../json.js";
import { canonicalQuantity } from "./canonical-quantity.js";
import { canonicalBase64 } from "./go-base64.js";
import { failMismatch, mismatch, orFail, type Reader, type Reading } from "./go-reading.js";
import { canonicalTime } from "./go-time.js";
import { DecodeError } from "./codec.js";

/** A type: how its values are read, and what is written for one that was never given. */
export interface GoType {
  read: Reader;
  zero: () => Json;
  /** What null is as a value of a map, where that is not the zero: until it is stored. */
  null?: null;
}

const zero =
  (value: Json): (() => Json) =>
  () =>
    value;

export const stringType = (name: string): GoType => ({
  read: (value, at) => (typeof value === "string" ? value : mismatch(at, value, name, "string")),
  zero: zero(""),
});

export const boolType = (name: string): GoType => ({
  read: (value, at) => (typeof value === "boolean" ? value : mismatch(at, value, name, "bool")),
  zero: zero(false),
});

export const floatType: GoType = {
  read: (value, at) => {
    if (typeof value === "bigint") return Number(value);
    return typeof value === "number" ? value : mismatch(at, value, "float64", "float64");
  },
  zero: zero(0),
};

/** Whether an integer of that many bits can hold the number. */
function fits(value: Json, bits: 32 | 64): value is number | bigint {
  if (typeof value === "bigint") return bits === 64 && BigInt.asIntN(64, value) === value;
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  return bits === 32 ? (value | 0) === value : Number.isSafeInteger(value) || Math.abs(value) < 2 ** 63;
}

// Adding zero: there is no negative zero among integers.
const integer = (value: number | bigint): number | bigint => (typeof value === "number" ? value + 0 : value);

export const intType = (bits: 32 | 64): GoType => ({
  read: (value, at) => {
    if (fits(value, bits)) return integer(value);
    // The conversion of objects lets numbers overflow.
    if (at.origin === "object" && Number.isInteger(value) && bits === 32) return Number(value) | 0;
    return mismatch(at, value, `int${bits}`, `int${bits}`);
  },
  zero: zero(0),
});

/** `[]byte`: base64. */
export const bytesType = (name: string): GoType => ({
  read: (value, at) => {
    if (Array.isArray(value)) return byteList(value, at);
    if (typeof value !== "string") return mismatch(at, value, name, "slice");
    try {
      return canonicalBase64(value);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (at.origin === "object") throw new DecodeError(`error decoding from json: ${why}`);
      at.fault ??= why;
      return undefined;
    }
  },
  zero: zero(""),
  null: null,
});

/** Bytes may be given as a list of numbers too. */
function byteList(items: readonly Json[], at: Reading): Json {
  const bytes = items.map((item) => {
    if (item === null) return 0;
    if (fits(item, 32) && Number(item) >= 0 && Number(item) < 256) return Number(item);
    return Number(mismatch(at, item, "uint8", "uint8") ?? 0);
  });
  return Buffer.from(bytes).toString("base64");
}

export const timeType = (precision: "second" | "micro"): GoType => ({
  read: (value, at) =>
    typeof value === "string"
      ? orFail(() => canonicalTime(value, precision))
      : failMismatch(at, value, "string"),
  zero: zero(null),
});

/** Amounts of resources are rounded up to thousandths (kubernetes pkg/apis/core/v1, `SetDefaults_ResourceList`). */
export const quantityType = (precision: "nano" | "milli"): GoType => ({
  read: (value) => {
    const text = typeof value === "object" || typeof value === "boolean" ? "{}" : String(value);
    return orFail(() => canonicalQuantity(text, precision));
  },
  zero: zero("0"),
});

export const intOrStringType: GoType = {
  read: (value, at) => {
    if (typeof value === "string") return value;
    return fits(value, 32) ? integer(value) : failMismatch(at, value, "int32", true);
  },
  zero: zero(0),
};

/** Raw JSON, kept as it is. */
export const rawType: GoType = { read: (value) => cloneJson(value), zero: zero(null) };

/** A schema, or a boolean. */
export const schemaOrBool = (schema: GoType): GoType => ({
  read: (value, at) => {
    if (typeof value === "boolean") return value;
    if (typeof value !== "object" || Array.isArray(value))
      throw new DecodeError("boolean or JSON schema expected");
    return quietly(schema)(value, at);
  },
  zero: zero(false),
});

/** A schema, or a list: all else is silently null. */
export const schemaOrList = (schema: GoType, list: GoType): GoType => ({
  read: (value, at) => {
    if (typeof value !== "object" || value === null) return null;
    return quietly(Array.isArray(value) ? list : schema)(value, at);
  },
  zero: zero(null),
});

const quietly =
  ({ read }: GoType): Reader =>
  (value, at) => {
    const { quiet } = at;
    at.quiet = true;
    const result = read(value, at);
    at.quiet = quiet;
    return result;
  };
