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

/** What an object that is judged was before, and what of it was written. */
export interface Change {
  live: JsonObject;
  part: "whole" | "status";
}

export interface Codec {
  shape: Shape;
  /**
   * Reads an object as the server's decoder does: values normalised, what is unknown dropped. `strict` has a line
   * for each field that was unknown, as `unknown field "spec.foo"`.
   * Throws `DecodeError` for values of a wrong type: its words are others for what a strategic merge patch made
   * (`object`) than for the text of a body.
   */
  read: (value: JsonObject, origin?: "text" | "object") => { object: JsonObject; strict: string[] };
  /**
   * A read object as it comes back from the store. Until then, an empty list is told from none where the type always
   * writes it: who sets one owns it.
   */
  stored: (object: JsonObject) => JsonObject;
  /** A copy with the defaults that the schema holds. Those that the real server sets in code are not among them. */
  withDefaults: (object: JsonObject) => JsonObject;
  /**
   * What is wrong with an object that was read, by the schema. What is wrong with a custom resource and was so before
   * the change is let pass.
   */
  validate: (object: JsonObject, change?: Change) => Cause[];
}

/** A body whose values do not fit its type: the server answers 400. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
