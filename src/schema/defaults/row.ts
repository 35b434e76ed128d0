/** What the tables of defaults are written in, and how a row is applied. Nothing that is given is ever changed. */
import { isObject, type Json, type JsonObject } from "../../json.js";

/** A default of the objects of one definition. */
export type Row =
  /** The field at a path (`strategy.rollingUpdate.maxSurge`) is given a value where it has none. */
  | { at: string; value: Json; when?: (object: JsonObject) => boolean }
  /** The same, with a value that depends on the rest of the object; undefined leaves the field as it is. */
  | { at: string; from: (object: JsonObject) => Json | undefined }
  /** What no single field can say: gives the object back, or a changed copy. */
  | { rewrite: (object: JsonObject) => JsonObject };

/** The rows of definitions, by their names. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

/** Whether Go takes a value for "not given": absent, or, where the field is no pointer, the zero of its type. */
function isUnset(value: Json | undefined, zeroIsUnset: boolean): boolean {
  if (value === undefined || value === null) return true;
  if (!zeroIsUnset) return false;
  return value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
}

/**
 * A row made ready to be applied again and again. `zeroIsUnset` says of the row's field whether its zero counts as
 * not given.
 */
export function compileRow(row: Row, zeroIsUnset: boolean): (object: JsonObject) => JsonObject {
  if ("rewrite" in row) return row.rewrite;
  const steps = row.at.split(".");
  const make = "from" in row ? row.from : (object: JsonObject) => valueOf(row, object);
  return (object) => {
    if (!isUnset(valueAt(object, steps), zeroIsUnset)) return object;
    const value = make(object);
    return value === undefined ? object : withValue(object, steps, value);
  };
}

function valueOf(row: { value: Json; when?: (object: JsonObject) => boolean }, object: JsonObject) {
  return row.when === undefined || row.when(object) ? row.value : undefined;
}

/** The value at a path of names that the tables know: none of them is inherited by objects. */
function valueAt(object: JsonObject, steps: readonly string[]): Json | undefined {
  let at: Json | undefined = object;
  for (const step of steps) at = isObject(at) ? at[step] : undefined;
  return at;
}

/** A copy with a value at a path; objects on the way are copied, or made where there are none. */
export function withValue(object: JsonObject, steps: readonly string[], value: Json): JsonObject {
  const [first, ...rest] = steps;
  if (first === undefined) return object;
  const inner = object[first];
  return {
    ...object,
    [first]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value),
  };
}
