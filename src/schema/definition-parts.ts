/** What the definitions of built-in types are made of. */
import { isObject, type Json, type JsonObject } from "../json.js";
import { bundledDefinition } from "./bundled.js";
import { refOf } from "./dialect.js";

/** The fields of a definition, by name. */
export function fieldSchemas(definition: string): [name: string, schema: JsonObject][] {
  const properties = bundledDefinition(definition)?.properties;
  return Object.entries(isObject(properties) ? properties : {}).filter(
    (entry): entry is [string, JsonObject] => isObject(entry[1]),
  );
}

/** The definition that a schema refers to, directly or for its items or values. */
function refWithin(schema: Json | undefined): string | undefined {
  if (!isObject(schema)) return undefined;
  return refOf(schema) ?? refWithin(schema.items ?? schema.additionalProperties);
}

/**
 * Whether a definition, or one that it is made of, has a field that passes the test. Types refer to themselves, and
 * most of them need no second look: the answers are kept.
 */
export function reaching(
  test: (definition: string, field: string, schema: JsonObject) => boolean,
): (definition: string) => boolean {
  const known = new Map<string, boolean>();
  const find = (definition: string, seen: Set<string>): boolean => {
    const answer = known.get(definition);
    if (answer !== undefined) return answer;
    if (seen.has(definition)) return false;
    seen.add(definition);
    return fieldSchemas(definition).some(([field, schema]) => {
      const ref = refWithin(schema);
      return test(definition, field, schema) || (ref !== undefined && find(ref, seen));
    });
  };
  return (definition) => {
    const seen = new Set<string>();
    const found = find(definition, seen);
    known.set(definition, found);
    // None of those that were looked at has one, if the first has none.
    if (!found) for (const name of seen) known.set(name, false);
    return found;
  };
}
