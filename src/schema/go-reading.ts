/**
 * One decoding of JSON into a Go type: where it is, and what was found on the way.
 *
 * Source: sigs.k8s.io/json internal/golang/encoding/json (decode.go, kubernetes_patch.go). A value of a wrong type does
 * not end the decoding: the first one is told at the end, unless a type that decodes itself fails and ends all.
 */
import type { Json } from "../json.js";
import { DecodeError } from "./codec.js";
import { goQuote } from "./go-text.js";

/** A field of a struct, as a step on the way to a value. */
export interface FieldStep {
  name: string;
  /** The struct that has it, as Go calls it. */
  owner: string;
  /** The field with the names of embedded structs before it. */
  goName: string;
}

/** A field, an index of a list, or a key of a map. */
export type Step = FieldStep | number | string;

/** What is decoded: the text of a body, or the object that a strategic merge patch made. */
export type Origin = "text" | "object";

export interface Reading {
  origin: Origin;
  path: Step[];
  strict: string[];
  /** True within a type that decodes itself: unknown fields are dropped there without a word. */
  quiet: boolean;
  fault: string | undefined;
}

export const newReading = (origin: Origin): Reading => ({
  origin,
  path: [],
  strict: [],
  quiet: false,
  fault: undefined,
});

/** A value made what Go makes of it: undefined where it is nothing, or of a wrong type. Null is never given. */
export type Reader = (value: Json, at: Reading) => Json | undefined;

const mostStrict = 100;

/** A field that the type does not have. */
export function unknownField(at: Reading, name: string): void {
  if (at.quiet || at.strict.length >= mostStrict) return;
  // The conversion of objects does not tell the keys of maps.
  const path = at.origin === "text" ? at.path : at.path.filter((step) => typeof step !== "string");
  const line = `unknown field ${goQuote(strictPath([...path, name]))}`;
  if (!at.strict.includes(line)) at.strict.push(line);
}

function strictPath(path: readonly Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += (text === "" ? "" : ".") + (typeof step === "string" ? step : step.name);
  }
  return text;
}

/** What a Go type is, whatever its name. */
export type GoKind =
  "struct" | "map" | "slice" | "string" | "bool" | "int32" | "int64" | "uint8" | "float64" | "interface";

/** A value of a wrong type: noted, for the end. An object is not converted any further. */
export function mismatch(at: Reading, value: Json, type: string, kind: GoKind): Json | undefined {
  if (at.origin === "object") throw new DecodeError(unconvertible(value, type, kind));
  at.fault ??= mismatchText(at, value, type, isNumeric(kind));
  return undefined;
}

const isNumeric = (kind: string): boolean => ["int32", "int64", "uint8", "float64"].includes(kind);

/** apimachinery pkg/runtime/converter.go (`fromUnstructured`): numbers would convert to texts, but must not. */
function unconvertible(value: Json, type: string, kind: GoKind): string {
  const from = kindOf(value);
  if (kind === "struct") return `cannot restore struct from: ${from}`;
  if (kind === "map" || kind === "slice") return `cannot restore ${kind} from ${from}`;
  const converts =
    from === "int64" ? kind === "string" || isNumeric(kind) : isNumeric(from) && isNumeric(kind);
  return converts ? `cannot convert ${from} to ${type}` : `unrecognized type: ${kind}`;
}

function kindOf(value: Json): GoKind {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "object") return "map";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return typeof value === "bigint" || Number.isInteger(value) ? "int64" : "float64";
}

/** A value of a wrong type, in a type that decodes itself: it ends the decoding. */
export function failMismatch(at: Reading, value: Json, type: string, numeric = false): never {
  throw new DecodeError(mismatchText(at, value, type, numeric));
}

function mismatchText(at: Reading, value: Json, type: string, numeric: boolean): string {
  const fields = at.origin === "text" ? at.path.filter((step) => typeof step === "object") : [];
  const owner = fields.at(-1)?.owner;
  const into =
    owner === undefined
      ? "Go value"
      : `Go struct field ${owner}.${fields.map(({ goName }) => goName).join(".")}`;
  return `json: cannot unmarshal ${described(value, numeric)} into ${into} of type ${type}`;
}

function described(value: Json, numeric: boolean): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number" && typeof value !== "bigint") return typeof value;
  return numeric ? `number ${value}` : "number";
}

/** Runs what has its own words for a bad text, and ends the decoding with these. */
export function orFail<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
}
