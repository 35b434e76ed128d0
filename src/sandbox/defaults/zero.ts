/** What Go writes of a value that nothing was put into, by the bundled schemas (`x-kapply-zero: keep`). */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { bundledDefinition } from "../../schema/index.js";

const known = new Map<string, JsonObject>();

/** The empty object of a definition: `{"replicas": 0}` for the status of a ReplicaSet. Never to be changed. */
export function zeroOf(definition: string): JsonObject {
  let zero = known.get(definition);
  if (zero === undefined) {
    zero = makeZero(definition);
    known.set(definition, zero);
  }
  return zero;
}

/** The definition of a field, where it has one of its own. */
export function definitionOf(definition: string, field: string): string | undefined {
  const schema = getKey(getKey(bundledDefinition(definition), "properties"), field);
  const ref = getKey(schema, "$ref");
  return typeof ref === "string" ? ref : undefined;
}

function makeZero(definition: string): JsonObject {
  const properties = getKey(bundledDefinition(definition), "properties");
  const kept = Object.entries(isObject(properties) ? properties : {}).filter(
    ([, schema]) => getKey(schema, "x-kapply-zero") === "keep",
  );
  return Object.fromEntries(kept.map(([key, schema]) => [key, zeroValue(schema)]));
}

function zeroValue(schema: Json): Json {
  const ref = getKey(schema, "$ref");
  const target = typeof ref === "string" ? bundledDefinition(ref) : undefined;
  const type = getKey(schema, "type") ?? getKey(target, "type");
  if (getKey(schema, "format") === "date-time" || getKey(target, "format") === "date-time") return null;
  if (type === "object") return typeof ref === "string" ? zeroOf(ref) : null;
  if (ref === quantity) return "0";
  return zeros.get(type) ?? null;
}

const zeros: ReadonlyMap<Json | undefined, Json> = new Map<Json, Json>([
  ["string", ""],
  ["integer", 0],
  ["number", 0],
  ["boolean", false],
]);

const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
