/**
 * The defaults that the schemas of built-in types state, but for those that are zero: these are what Go has anyway.
 * A default stands where the object around it is there (kube-openapi `+default`, defaulter-gen).
 */
import { cloneJson, isObject, type Json, type JsonObject } from "../json.js";
import { fieldSchemas, reaching } from "./definition-parts.js";
import { refOf } from "./dialect.js";

/** Sets the defaults within a value. */
type Fill = (value: Json | undefined) => void;

/** A copy of an object with its defaults. */
export function withBuiltInDefaults(definition: string, object: JsonObject): JsonObject {
  const copy = cloneJson(object);
  if (hasDefaults(definition)) fillOf(definition)(copy);
  return copy;
}

const standardOf = ({ default: standard }: JsonObject): Json | undefined =>
  standard === "" || standard === 0 || standard === false ? undefined : standard;

const hasDefaults = reaching((_definition, _field, schema) => standardOf(schema) !== undefined);

const fills = new Map<string, Fill>();

function fillOf(definition: string): Fill {
  let fill = fills.get(definition);
  if (fill === undefined) {
    fill = structFill(definition);
    fills.set(definition, fill);
  }
  return fill;
}

function structFill(definition: string): Fill {
  const fields = fieldSchemas(definition)
    .map(([name, schema]) => ({ name, standard: standardOf(schema), fill: fillAt(schema) }))
    .filter(({ standard, fill }) => standard !== undefined || fill !== undefined);
  return (value) => {
    if (!isObject(value)) return;
    for (const { name, standard, fill } of fields) {
      if (standard !== undefined) value[name] ??= cloneJson(standard);
      fill?.(value[name]);
    }
  };
}

function fillAt(schema: JsonObject): Fill | undefined {
  const ref = refOf(schema);
  if (ref !== undefined) return hasDefaults(ref) ? (value) => fillOf(ref)(value) : undefined;
  const part = schema.items ?? schema.additionalProperties;
  const fill = isObject(part) ? fillAt(part) : undefined;
  if (fill === undefined) return undefined;
  return (value) => {
    if (typeof value === "object" && value !== null) Object.values(value).forEach((item) => fill(item));
  };
}
