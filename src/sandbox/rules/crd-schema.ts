/**
 * Keywords of a CRD's schema: which may be there, and which go together.
 *
 * Source: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go
 * (`ValidateCustomResourceDefinitionOpenAPISchema`, `validateMapListKeysMapSet`).
 */
import { getKey, isObject } from "../../json.js";
import {
  at,
  entries,
  forbidden,
  invalid,
  isGiven,
  isThere,
  items,
  notSupported,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";
import { defaultRules, structuralRules } from "./structural.js";

const unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];
const types = ["array", "boolean", "integer", "number", "object", "string"];
const listType = "x-kubernetes-list-type";
const listKeys = "x-kubernetes-list-map-keys";
const mapType = "x-kubernetes-map-type";

/** The `openAPIV3Schema` of a version. */
export function schemaRules(schema: Spot): void {
  const before = schema.found.length;
  // A schema that can't be read as a structural one is not judged as one.
  if (!hasUnreadable(schema)) structuralRules(schema);
  if (schema.found.length === before) defaultRules(schema);
  keywordRules(schema, true);
}

function partsOf(schema: Spot): Spot[] {
  const parts = [at(schema, "items"), at(schema, "additionalProperties"), at(schema, "not")];
  const lists = ["allOf", "oneOf", "anyOf"].flatMap((name) => items(at(schema, name)));
  return [...entries(at(schema, "properties")).map(([, part]) => part), ...parts, ...lists].filter(
    ({ value }) => isObject(value),
  );
}

/** Keywords that have no meaning in structural schemas at all (pkg/apiserver/schema/convert.go). */
function hasUnreadable(schema: Spot): boolean {
  if ([...unsupported, "uniqueItems"].some((keyword) => isGiven(at(schema, keyword)))) return true;
  if (isGiven(at(schema, "properties")) && isThere(at(schema, "additionalProperties")) && isMixed(schema))
    return true;
  if (Array.isArray(at(schema, "items").value)) return true;
  return partsOf(schema).some(hasUnreadable);
}

const isMixed = (schema: Spot): boolean => at(schema, "additionalProperties").value !== true;

function keywordRules(schema: Spot, isRoot: boolean): void {
  const type = at(schema, "type");
  if (text(type) !== "") oneOf(type, types);
  for (const keyword of unsupported)
    if (isGiven(at(schema, keyword))) forbidden(at(schema, keyword), `${keyword} is not supported`);
  if (text(type) === "null") forbidden(type, "type cannot be set to null, use nullable as an alternative");
  if (Array.isArray(at(schema, "items").value))
    forbidden(at(schema, "items"), "items must be a schema object and not an array");
  if (at(schema, "uniqueItems").value === true)
    forbidden(
      at(schema, "uniqueItems"),
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  const rest = at(schema, "additionalProperties");
  if (isGiven(at(schema, "properties")) && isThere(rest) && isMixed(schema))
    forbidden(rest, "additionalProperties and properties are mutual exclusive");
  const preserve = at(schema, "x-kubernetes-preserve-unknown-fields");
  if (preserve.value === false) invalid(preserve, "must be true or undefined");
  mapRules(schema);
  listRules(schema);
  ruleRules(schema);
  if (isRoot) topLevelDefaults(schema);
  for (const part of partsOf(schema)) keywordRules(part, false);
}

function topLevelDefaults(schema: Spot): void {
  for (const [name, property] of entries(at(schema, "properties"))) {
    if (!["metadata", "kind", "apiVersion"].includes(name)) continue;
    const standard = at(property, "default");
    if (standard.value !== undefined) forbidden(standard, `must not be set in top-level ${name}`);
  }
}

/** A type that a keyword goes with. */
function needsType(schema: Spot, wanted: string, keyword: string): void {
  const type = at(schema, "type");
  const must = `must be ${wanted} if ${keyword} is specified`;
  if (text(type) === "") required(type, must);
  else if (text(type) !== wanted) invalid(type, must);
}

function mapRules(schema: Spot): void {
  const kind = at(schema, mapType);
  if (!isThere(kind)) return;
  needsType(schema, "object", mapType);
  oneOf(kind, ["atomic", "granular"]);
}

function listRules(schema: Spot): void {
  const [kind, keys, item] = [at(schema, listType), at(schema, listKeys), at(schema, "items")];
  if (isThere(kind)) {
    needsType(schema, "array", listType);
    const kinds = ["atomic", "set", "map"];
    if (!kinds.includes(text(kind))) notSupported(kind, kinds);
  }
  if (isGiven(keys) && text(kind) !== "map") {
    const must = `must be map if ${listKeys} is non-empty`;
    if (isThere(kind)) invalid(kind, must);
    else required(kind, must);
  }
  if (text(kind) === "set") setRules(item);
  if (text(kind) !== "map") return;
  if (!isGiven(keys)) required(keys, `must not be empty if ${listType} is map`);
  if (!isThere(item)) {
    required(item, `must have a schema if ${listType} is map`);
    return;
  }
  if (text(at(item, "type")) === "object") keyRules(keys, item);
  else
    invalid(at(item, "type"), `must be object if parent array's ${listType} is map`, text(at(item, "type")));
}

function setRules(item: Spot): void {
  const must = `must be atomic as item of a list with ${listType}=set`;
  const kind = at(item, text(at(item, "type")) === "array" ? listType : mapType);
  if (text(at(item, "type")) === "array" && isThere(kind) && text(kind) !== "atomic") invalid(kind, must);
  if (text(at(item, "type")) === "object" && text(kind) !== "atomic") invalid(kind, must, null);
}

/** The keys of a list's items: scalars that are always there. */
function keyRules(keys: Spot, item: Spot): void {
  const properties = new Map(entries(at(item, "properties")));
  const needed = at(item, "required").value;
  const seen = new Set<string>();
  for (const key of items(keys).map(text)) {
    const property = properties.get(key);
    if (property === undefined) invalid(keys, "entries must all be names of item properties");
    else {
      const type = at(property, "type");
      // The server shows the type of the item, not of the key.
      if (["array", "object"].includes(text(type)))
        invalid(type, `must be a scalar type if parent array's ${listType} is map`, text(at(item, "type")));
      if (!(Array.isArray(needed) && needed.includes(key)) && getKey(property.value, "default") === undefined)
        required(
          at(property, "default"),
          `this property is in ${listKeys}, so it must have a default or be a required property`,
        );
      if (at(property, "nullable").value === true)
        forbidden(at(property, "nullable"), `this property is in ${listKeys}, so it cannot be nullable`);
    }
    if (seen.has(key)) invalid(keys, "must not contain duplicate entries");
    seen.add(key);
  }
}

/** Rules in CEL, as far as they are no CEL. */
function ruleRules(schema: Spot): void {
  for (const rule of items(at(schema, "x-kubernetes-validations"))) {
    const [expression, message] = [text(at(rule, "rule")).trim(), text(at(rule, "message"))];
    if (expression === "") required(at(rule, "rule"), "rule is not specified");
    else if (message !== "" && message.trim() === "")
      invalid(at(rule, "message"), "must be non-empty if specified");
    else if (message.trim().includes("\n")) invalid(at(rule, "message"), "must not contain line breaks");
    else if (expression.includes("\n") && message.trim() === "")
      required(at(rule, "message"), "message must be specified if rule contains line breaks");
  }
}
