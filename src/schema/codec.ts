/** What a server does with the objects of one type: read them as its decoder would, default them, judge them. */
import type { JsonObject } from "../json.js";
import type { Shape } from "../shape.js";

/** One thing wrong with a field, as a `Status` lists it. */
export interface Cause {
  /** `FieldValueRequired`, `FieldValueInvalid`, ... (apimachinery meta/v1 `CauseType`, field.ErrorType). */
  reason: string;
  message: string;
  field: string;
}

export interface Codec {
  shape: Shape;
  /**
   * Reads an object as the server's decoder does: values normalised, what is unknown dropped. `strict` has a line
   * for each field that was unknown, as `unknown field "spec.foo"`.
   * Throws `DecodeError` for values of a wrong type.
   */
  read: (value: JsonObject) => { object: JsonObject; strict: string[] };
  /** A copy with the defaults that the schema holds. Those that the real server sets in code are not among them. */
  withDefaults: (object: JsonObject) => JsonObject;
  /** What is wrong with an object that was read, by the schema. */
  validate: (object: JsonObject) => Cause[];
}

/** A body whose values do not fit its type: the server answers 400. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
