/** What is wrong with an object of a built-in kind, as far as its schema knows: required fields and enums. */
import { isObject, type Json, type JsonObject } from "../json.js";
import { bundledDefinition } from "./bundled.js";
import { causeOf, enumWords, missingWords } from "./built-in-words.js";
import { fieldText, invalidCause, requiredCause, unsupportedCause, type FieldStep } from "./causes.js";
import type { Cause } from "./codec.js";
import { fieldSchemas, reaching } from "./definition-parts.js";
import { refOf } from "./dialect.js";

/** Checks a value at a path, and adds what is wrong with it. */
type Check = (value: Json | undefined, path: FieldStep[], causes: Cause[]) => void;

/** Judges an object that was read. Its status, and its metadata, are no matter of its schema. */
export function builtInCauses(definition: string, object: JsonObject): Cause[] {
  const causes: Cause[] = [];
  for (const { name, check } of checksOf(definition))
    if (name !== "status" && name !== "metadata") checkField(name, check, object, [], causes);
  return definition.endsWith(".ClusterRoleBinding") ? causes.map(clusterWide) : causes;
}

/** A cluster-wide binding takes no Role, which its schema does not know: it has the same reference as any. */
function clusterWide(cause: Cause): Cause {
  return { ...cause, message: cause.message.replace('"Role", "ClusterRole"', '"ClusterRole"') };
}

interface FieldCheck {
  name: string;
  check: Check;
}

const checks = new Map<string, FieldCheck[]>();

function checksOf(definition: string): FieldCheck[] {
  let found = checks.get(definition);
  if (found === undefined) {
    found = fieldSchemas(definition).flatMap(([name, schema]) => {
      const parts = [requiredCheck(definition, name), enumCheck(definition, name, schema), partCheck(schema)];
      const list = parts.filter((part) => part !== undefined);
      if (list.length === 0) return [];
      return [{ name, check: (value, path, causes) => list.forEach((part) => part(value, path, causes)) }];
    });
    checks.set(definition, found);
  }
  return found;
}

const hasRules = reaching(
  (definition, field, { enum: values }) =>
    values !== undefined || requiredCheck(definition, field) !== undefined,
);

function checkField(
  name: string,
  check: Check,
  object: JsonObject,
  path: FieldStep[],
  causes: Cause[],
): void {
  path.push(name);
  check(object[name], path, causes);
  path.pop();
}

/** A field that was not given has its zero by now, where Go has one. */
function isMissing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function requiredCheck(definition: string, field: string): Check | undefined {
  const words = missingWords(definition, field);
  const required = bundledDefinition(definition)?.required;
  if (words === undefined && !(Array.isArray(required) && required.includes(field))) return undefined;
  return (value, path, causes) => {
    if (!isMissing(value)) return;
    if (words !== undefined) causes.push(...words.map((message) => causeOf(message, fieldText(path))));
    // What is wrong with a number or a struct that was not given is what is wrong with its zero.
    else if (value !== 0 && !isObject(value)) causes.push(requiredCause(fieldText(path)));
  };
}

function enumCheck(definition: string, field: string, schema: JsonObject): Check | undefined {
  if (!Array.isArray(schema.enum)) return undefined;
  const values = schema.enum.filter((value) => typeof value === "string");
  const words = enumWords(definition, field, values);
  return (value, path, causes) => {
    if (typeof value !== "string" || value === "" || values.includes(value)) return;
    const at = fieldText(path);
    if (words.is === "supported") causes.push(unsupportedCause(at, value, words.values));
    else causes.push(invalidCause(at, value, words.detail));
  };
}

/** A check of what a field holds. */
function partCheck(schema: JsonObject): Check | undefined {
  const ref = refOf(schema);
  if (ref !== undefined) return hasRules(ref) ? structCheck(ref) : undefined;
  const { items, additionalProperties } = schema;
  const item = isObject(items) ? partCheck(items) : undefined;
  if (item !== undefined)
    return (value, path, causes) => {
      if (Array.isArray(value)) value.forEach((part, index) => checkPart(item, part, index, path, causes));
    };
  const rest = isObject(additionalProperties) ? partCheck(additionalProperties) : undefined;
  if (rest === undefined) return undefined;
  return (value, path, causes) => {
    if (!isObject(value)) return;
    for (const [key, part] of Object.entries(value)) checkPart(rest, part, { key }, path, causes);
  };
}

function checkPart(check: Check, value: Json, step: FieldStep, path: FieldStep[], causes: Cause[]): void {
  path.push(step);
  check(value, path, causes);
  path.pop();
}

function structCheck(definition: string): Check {
  return (value, path, causes) => {
    if (!isObject(value)) return;
    for (const { name, check } of checksOf(definition)) checkField(name, check, value, path, causes);
  };
}
