/**
 * What is wrong with a custom resource, by the schema of its version: a direct walk, nothing is compiled.
 * `x-kubernetes-validations` are not evaluated: there is no CEL here.
 *
 * Source: kube-openapi pkg/validation/validate (schema.go, object_validator.go, slice_validator.go, schema_props.go).
 */
import { equalJson, getKey, isObject, stringifyJson, type Json, type JsonObject } from "../json.js";
import type { Cause } from "./codec.js";
import {
  composite,
  countCauses,
  enumCause,
  formatCause,
  invalid,
  numberCauses,
  required,
  stringCause,
  typeCause,
  typesOf,
  type Verdict,
} from "./structural-values.js";
import { formatOf } from "./structural-formats.js";

/** What is wrong with a value by its schema. What was wrong with `live` already and did not change is let pass. */
export function schemaCauses(schema: JsonObject, value: Json, live?: Json): Cause[] {
  return distinct(judge(schema, value, "", live).causes);
}

function distinct(causes: Cause[]): Cause[] {
  const seen = new Set<string>();
  return causes.filter(({ field, message }) => {
    const key = `${field} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** `live`: what the value was before, where that is known (ratcheting). */
function judge(schema: JsonObject, value: Json, path: string, live?: Json): Verdict {
  const verdict = judgeValue(schema, value, path, live);
  if (verdict.causes.length > 0 && live !== undefined && equalJson(live, value)) verdict.causes = [];
  return verdict;
}

function judgeValue(schema: JsonObject, value: Json, path: string, live: Json | undefined): Verdict {
  const verdict: Verdict = { causes: [], matches: 0 };
  const wrong = typeCause(schema, value, path);
  if (wrong !== undefined) verdict.causes.push(wrong);
  if (value === null) {
    if (wrong === undefined) verdict.matches++;
    note(verdict, enumCause(schema, value, path));
    return verdict;
  }
  // The numbers of matches are those of the source, where each checker that applies counts.
  if (typesOf(schema).length > 0 || formatOf(schema) !== undefined)
    verdict.matches += wrong === undefined ? 2 : 1;
  merge(verdict, judgeBranches(schema, value, path));
  verdict.matches++;
  if (typeof value === "string") judgeString(schema, value, path, verdict);
  if (typeof value === "number" || typeof value === "bigint") {
    verdict.causes.push(...numberCauses(schema, value, path));
    verdict.matches += 2;
  }
  if (Array.isArray(value)) judgeItems(schema, value, path, verdict, itemsBefore(schema, value, live));
  note(verdict, enumCause(schema, value, path));
  verdict.matches++;
  if (isObject(value)) judgeFields(schema, value, path, verdict, live);
  verdict.matches++;
  return verdict;
}

function note({ causes }: Verdict, cause: Cause | undefined): void {
  if (cause !== undefined) causes.push(cause);
}

function merge(verdict: Verdict, { causes, matches }: Verdict): void {
  verdict.causes.push(...causes);
  verdict.matches += matches;
}

function judgeString(schema: JsonObject, value: string, path: string, verdict: Verdict): void {
  note(verdict, stringCause(schema, value, path));
  verdict.matches++;
  if (formatOf(schema) === undefined) return;
  note(verdict, formatCause(schema, value, path));
  verdict.matches++;
}

/** What the items of a keyed list were before; those of other lists are nothing that was there before. */
function itemsBefore(schema: JsonObject, value: Json[], live: Json | undefined): (Json | undefined)[] {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (!Array.isArray(live) || schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(keys)) return [];
  const names = keys.filter((key) => typeof key === "string");
  const idOf = (item: Json): string => stringifyJson(names.map((name) => getKey(item, name) ?? null));
  const before = new Map(live.map((item) => [idOf(item), item]));
  return value.map((item) => before.get(idOf(item)));
}

function judgeItems(
  schema: JsonObject,
  value: Json[],
  path: string,
  verdict: Verdict,
  live: readonly (Json | undefined)[],
): void {
  const { items } = schema;
  if (isObject(items))
    value.forEach((item, index) => merge(verdict, judge(items, item, `${path}[${index}]`, live[index])));
  verdict.causes.push(...countCauses(schema, value, path));
  if (
    schema.uniqueItems === true &&
    value.some((item, at) => value.slice(0, at).some((one) => equalJson(one, item)))
  )
    verdict.causes.push(invalid(path, "", "shouldn't contain duplicates"));
  verdict.matches += 2;
}

function judgeFields(
  schema: JsonObject,
  value: JsonObject,
  path: string,
  verdict: Verdict,
  live: Json | undefined,
): void {
  const { properties, additionalProperties } = schema;
  verdict.causes.push(...countCauses(schema, value, path));
  for (const [key, field] of Object.entries(value)) {
    if (getKey(properties, key) !== undefined) continue;
    if (isObject(additionalProperties))
      merge(verdict, judge(additionalProperties, field, `${path}.${key}`, getKey(live, key)));
    else if (additionalProperties === false)
      verdict.causes.push({
        ...invalid(path, key, ""),
        message: `Invalid value: ${JSON.stringify(key)}: ${path}.${key} in body is a forbidden property`,
      });
  }
  for (const [key, own] of Object.entries(isObject(properties) ? properties : {})) {
    const field = getKey(value, key);
    if (field !== undefined && isObject(own))
      merge(verdict, judge(own, field, path === "" ? key : `${path}.${key}`, getKey(live, key)));
  }
  for (const key of Array.isArray(schema.required) ? schema.required : [])
    if (typeof key === "string" && !Object.hasOwn(value, key))
      verdict.causes.push(required(`${path}.${key}`));
  verdict.matches++;
}

function branchesOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** `anyOf`, `oneOf`, `allOf` and `not`. Of branches that all fail, the causes of the nearest are told. */
function judgeBranches(schema: JsonObject, value: Json, path: string): Verdict {
  const verdict: Verdict = { causes: [], matches: 0 };
  const shown = JSON.stringify(path);
  const any = branchesOf(schema.anyOf);
  if (any.length > 0)
    judgeAny(any, value, path, verdict, `${shown} must validate at least one schema (anyOf)`);
  const one = branchesOf(schema.oneOf);
  if (one.length > 0) judgeOne(one, value, path, verdict);
  const all = branchesOf(schema.allOf);
  const failed = all
    .map((branch) => judge(branch, value, path))
    .filter((branch) => {
      merge(verdict, branch);
      return branch.causes.length > 0;
    }).length;
  if (failed > 0) {
    const none = failed === all.length ? ". None validated" : "";
    verdict.causes.push(composite(`${shown} must validate all the schemas (allOf)${none}`));
  }
  if (isObject(schema.not) && judge(schema.not, value, path).causes.length === 0)
    verdict.causes.push(composite(`${shown} must not validate the schema (not)`));
  verdict.matches++;
  return verdict;
}

/** The failure with most passed checks: the first of equals. */
function nearest(failures: readonly Verdict[]): Verdict | undefined {
  return failures.reduce<Verdict | undefined>(
    (best, one) => (best === undefined || one.matches > best.matches ? one : best),
    undefined,
  );
}

function judgeAny(any: JsonObject[], value: Json, path: string, verdict: Verdict, words: string): void {
  const failures: Verdict[] = [];
  for (const branch of any) {
    const result = judge(branch, value, path);
    if (result.causes.length === 0) {
      merge(verdict, result);
      return;
    }
    failures.push(result);
  }
  verdict.causes.push(composite(words));
  const best = nearest(failures);
  if (best !== undefined) merge(verdict, best);
}

function judgeOne(one: JsonObject[], value: Json, path: string, verdict: Verdict): void {
  const results = one.map((branch) => judge(branch, value, path));
  const [first, ...others] = results.filter(({ causes }) => causes.length === 0);
  if (first !== undefined && others.length === 0) {
    merge(verdict, first);
    return;
  }
  const found = first === undefined ? "Found none valid" : `Found ${others.length + 1} valid alternatives`;
  const words = `${JSON.stringify(path)} must validate one and only one schema (oneOf). ${found}`;
  verdict.causes.push(composite(words));
  // A branch that fails after two have held is told: only then the source still looks for the best failure.
  const best = first === undefined ? nearest(results) : undefined;
  if (best !== undefined) merge(verdict, best);
}
