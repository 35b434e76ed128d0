/** Codecs of the built-in kinds. */
import type { JsonObject } from "../json.js";
import { DecodeError, type Codec } from "./codec.js";
import { builtInCauses } from "./built-in-rules.js";
import { withBuiltInDefaults } from "./built-in-defaults.js";
import { withoutEmpties } from "./built-in-empties.js";
import { newReading, type Origin } from "./go-reading.js";
import { typeOf } from "./go-plans.js";
import { shapeOfDefinition } from "./shape.js";

const codecs = new Map<string, Codec>();

/**
 * The codec of a built-in type, by the full name of its definition. Made once; a definition is looked into when the
 * first value reaches it.
 */
export function builtInCodec(definitionName: string): Codec {
  let codec = codecs.get(definitionName);
  if (codec === undefined) {
    codec = {
      get shape() {
        return shapeOfDefinition(definitionName);
      },
      read: (value, origin) => readAs(definitionName, value, origin),
      stored: (object) => withoutEmpties(definitionName, object),
      withDefaults: (object) => withBuiltInDefaults(definitionName, object),
      validate: (object) => builtInCauses(definitionName, object),
    };
    codecs.set(definitionName, codec);
  }
  return codec;
}

/** Reads a value as the Go type behind a definition. Throws `DecodeError`. */
export function readAs(
  definition: string,
  value: JsonObject,
  origin: Origin = "text",
): { object: JsonObject; strict: string[] } {
  const at = newReading(origin);
  const object = typeOf(definition).read(value, at);
  if (at.fault !== undefined) throw new DecodeError(at.fault);
  return { object: object as JsonObject, strict: origin === "text" ? at.strict : at.strict.sort() };
}
