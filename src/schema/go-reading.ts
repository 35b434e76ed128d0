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

export interface Reading {
  path: Step[];
  strict: string[];
  /** True within a type that decodes itself: unknown fields are dropped there without a word. */
  quiet: boolean;
  fault: string | undefined;
}

export const newReading = (): Reading => ({ path: [], strict: [], quiet: false, fault: undefined });

/** A value made what Go makes of it: undefined where it is nothing, or of a wrong type. Null is never given. */
export type Reader = (value: Json, at: Reading) => Json | undefined;

const mostStrict = 100;

/** A field that the type does not have. */
export function unknownField(at: Reading, name: string): void {
  if (at.quiet || at.strict.length >= mostStrict) return;
  const line = `unknown field ${goQuote(strictPath([...at.path, name]))}`;
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

/** A value of a wrong type: noted, for the end. `numeric`: whether the type takes some numbers. */
export function mismatch(at: Reading, value: Json, type: string, numeric = false): Json | undefined {
  at.fault ??= mismatchText(at, value, type, numeric);
  return undefined;
}

/** A value of a wrong type, in a type that decodes itself: it ends the decoding. */
export function failMismatch(at: Reading, value: Json, type: string, numeric = false): never {
  throw new DecodeError(mismatchText(at, value, type, numeric));
}

function mismatchText(at: Reading, value: Json, type: string, numeric: boolean): string {
  const fields = at.path.filter((step) => typeof step === "object");
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
