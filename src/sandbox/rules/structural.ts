/**
 * Whether a CRD's schema is structural: every field has a type, and conditions only say more of fields that do.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema/validation.go, defaulting/validation.go.
 */
import { isObject, type Json, type JsonObject } from "../../json.js";
import { structuralCodec } from "../../schema/index.js";
import {
  at,
  entries,
  forbidden,
  invalid,
  isGiven,
  isThere,
  items,
  required,
  text,
  type Spot,
} from "./spot.js";

type Level = "root" | "item" | "field";

const emptyType: Record<Level, string> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

/** A schema and all schemas in it. */
export function structuralRules(schema: Spot, level: Level = "root"): void {
  const type = at(schema, "type");
  const inner = at(schema, "items");
  if (text(type) === "array" && !isThere(inner)) required(inner, "must be specified");
  if (isThere(inner)) structuralRules(inner, "item");
  for (const [, property] of entries(at(schema, "properties"))) structuralRules(property, "field");
  const rest = at(schema, "additionalProperties");
  if (isThere(rest) && level === "root") forbidden(rest, "must not be used at the root");
  if (isObject(rest.value)) structuralRules(rest, "field");
  extensionRules(schema);
  conditionRules(schema);
  typeRules(schema, level);
  if (level === "root" || isTrue(schema, embedded)) metaRules(schema, level);
}

const embedded = "x-kubernetes-embedded-resource";
const intOrString = "x-kubernetes-int-or-string";
const preserve = "x-kubernetes-preserve-unknown-fields";

const isTrue = (schema: Spot, keyword: string): boolean => at(schema, keyword).value === true;

function extensionRules(schema: Spot): void {
  if (!isTrue(schema, intOrString)) return;
  for (const keyword of [preserve, embedded])
    if (isTrue(schema, keyword)) invalid(at(schema, keyword), `must be false if ${intOrString} is true`);
}

function typeRules(schema: Spot, level: Level): void {
  const type = at(schema, "type");
  const given = text(type);
  if (isTrue(schema, embedded) && given !== "object") {
    const must = `must be object if ${embedded} is true`;
    if (given === "") required(type, must);
    else invalid(type, must);
  } else if (given === "" && !isTrue(schema, intOrString) && !isTrue(schema, preserve))
    required(type, emptyType[level]);
  if (level === "root" && given !== "" && given !== "object") invalid(type, "must be object at the root");
  if (!isTrue(schema, embedded)) return;
  const properties = at(schema, "properties");
  if (!isTrue(schema, preserve) && !isGiven(properties))
    required(properties, `must not be empty if ${embedded} is true without ${preserve}`);
}

/** What every object has is what it always is. */
function metaRules(schema: Spot, level: Level): void {
  const properties = new Map(entries(at(schema, "properties")));
  for (const name of ["kind", "apiVersion"]) {
    const property = properties.get(name);
    if (property !== undefined && text(at(property, "type")) !== "string") {
      const type = at(property, "type");
      invalid(type, "must be string", text(type));
    }
  }
  const metadata = properties.get("metadata");
  if (metadata === undefined) return;
  const type = at(metadata, "type");
  if (text(type) !== "object") invalid(type, "must be object", text(type));
  if (level !== "root") return;
  const names = entries(at(metadata, "properties")).map(([name]) => name);
  const others = Object.keys(isObject(metadata.value) ? metadata.value : {}).filter(
    (key) => !["type", "properties", "description"].includes(key),
  );
  if (others.length > 0 || names.some((name) => name !== "name" && name !== "generateName"))
    forbidden(
      metadata,
      "must not specify anything other than name and generateName, but metadata is implicitly specified",
    );
}

/** Conditions: what `anyOf` and the like say. Types have no place there but in the pattern of int-or-string. */
function conditionRules(schema: Spot): void {
  const [first] = items(at(schema, "allOf"));
  if (!isIntOrString(at(schema, "anyOf").value))
    for (const branch of items(at(schema, "anyOf"))) nested(branch);
  for (const branch of items(at(schema, "allOf"))) nested(branch, branch.path === first?.path);
  for (const branch of items(at(schema, "oneOf"))) nested(branch);
  if (isThere(at(schema, "not"))) nested(at(schema, "not"));
  patternRule(schema);
}

function isIntOrString(branches: Json | undefined): boolean {
  if (!Array.isArray(branches) || branches.length !== 2) return false;
  return ["integer", "string"].every((type, index) => {
    const branch = branches[index];
    return isObject(branch) && branch["type"] === type && Object.keys(branch).length === 1;
  });
}

function patternRule(schema: Spot): void {
  const pattern = at(schema, "pattern");
  // Groups that only RE2 writes like this are taken for granted.
  const plain = text(pattern).replace(/\(\?(?:P<\w+>|[imsU-]+:|[imsU-]+\))/g, (group) =>
    group.endsWith(")") ? "" : "(",
  );
  try {
    new RegExp(plain);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    invalid(pattern, `must be a valid regular expression, but isn't: ${why}`);
  }
}

/** Keywords that say what a value is, which conditions may not, with how each is refused. */
const noConditions: readonly [keyword: string, must: string][] = [
  ["type", "must be empty to be structural"],
  ["default", "must be undefined to be structural"],
  ["title", "must be empty to be structural"],
  ["description", "must be empty to be structural"],
  ["nullable", "must be false to be structural"],
  [preserve, "must be false to be structural"],
  [embedded, "must be false to be structural"],
  [intOrString, "must be false to be structural"],
  ["x-kubernetes-list-map-keys", "must be empty to be structural"],
  ["x-kubernetes-list-type", "must be undefined to be structural"],
  ["x-kubernetes-map-type", "must be undefined to be structural"],
];

function nested(condition: Spot, mayBeIntOrString = false): void {
  if (!(mayBeIntOrString && isIntOrString(at(condition, "anyOf").value)))
    for (const branch of items(at(condition, "anyOf"))) nested(branch);
  for (const list of ["allOf", "oneOf"]) for (const branch of items(at(condition, list))) nested(branch);
  for (const part of ["not", "items"]) if (isThere(at(condition, part))) nested(at(condition, part));
  patternRule(condition);
  for (const [name, property] of entries(at(condition, "properties"))) {
    nested(property);
    if (name === "metadata") forbidden(property, "must not be specified in a nested context");
  }
  for (const [keyword, must] of noConditions) {
    const spot = at(condition, keyword);
    if (isGiven(spot)) forbidden(spot, must);
  }
  const rest = at(condition, "additionalProperties");
  if (isThere(rest)) forbidden(rest, "must be undefined to be structural");
}

/** The defaults in a structural schema: each has to be what the schema around it permits. */
export function defaultRules(schema: Spot): void {
  const standard = at(schema, "default");
  if (standard.value !== undefined && isObject(schema.value)) defaultRule(schema.value, standard);
  for (const part of ["items", "additionalProperties"])
    if (isObject(at(schema, part).value)) defaultRules(at(schema, part));
  for (const [, property] of entries(at(schema, "properties"))) defaultRules(property);
}

/** The field that a default is judged as: it stands in a schema of its own. */
const stand = "default";

function defaultRule(schema: JsonObject, standard: Spot): void {
  const { default: own, ...rest } = schema;
  const codec = structuralCodec({ type: "object", properties: { [stand]: rest } });
  const object = { [stand]: own ?? null };
  if (codec.read(object).strict.length > 0) {
    invalid(standard, "must not have unknown fields");
    return;
  }
  for (const cause of codec.validate(codec.withDefaults(object))) {
    const field = standard.path + cause.field.slice(stand.length);
    const message = cause.message.replace(
      new RegExp(`(^|: )${stand}([^ ]*) (in body|should|must)`),
      "$1$2 $3",
    );
    standard.found.push({ ...cause, message, field });
  }
}
