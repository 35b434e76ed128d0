/**
 * Sets of fields as `managedFields[].fieldsV1` holds them: `{"f:spec": {"f:replicas": {}}}`, where `"."` is the field
 * itself when fields below it are in the set too.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `fieldpath/serialize.go`.
 */
import { isObject, setKey, stringifyJson, type Json, type JsonObject } from "../json.js";
import { leaf, node, union, type FieldSet } from "./field-set.js";
import { readStep, sortedBySteps, type Step } from "./path.js";

/**
 * Reads a set. Kinds of steps that are not known are skipped.
 * @throws SyntaxError for what is no set.
 */
export function readFieldsV1(fields: Json): FieldSet {
  return readExactly(fields).set;
}

/**
 * Reads a set, and tells whether it is written as `writeFieldsV1` would write it; the order of
 * items does not count.
 * @throws SyntaxError for what is no set.
 */
export function readExactly(fields: Json): { set: FieldSet; isExact: boolean } {
  const reading = { isExact: true };
  const { member, children } = readNode(fields, reading);
  const isExact = reading.isExact && !(member && children.size > 0);
  return { set: node(false, children), isExact };
}

function readNode(fields: Json, reading: { isExact: boolean }): FieldSet {
  if (!isObject(fields)) throw new SyntaxError("expected an object of fields");
  const children = new Map<Step, FieldSet>();
  let member = false;
  let last = "";
  for (const key of Object.keys(fields)) {
    if (key < last && (key === "." || key.startsWith("f:"))) reading.isExact = false;
    last = key;
    if (key === ".") {
      member = true;
      if (!isObject(fields[key]) || Object.keys(fields[key]).length > 0) reading.isExact = false;
      continue;
    }
    const step = readStep(key);
    if (step !== key) reading.isExact = false;
    if (step === undefined) continue;
    const child = readNode(fields[key] as Json, reading);
    const known = children.get(step);
    children.set(step, known === undefined ? child : union(known, child));
  }
  if (children.size > 0) return { member, children };
  if (member) reading.isExact = false;
  return leaf;
}

/** Writes a set, in the order of the server. */
export function writeFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  for (const [step, child] of sortedBySteps(set.children)) setKey(fields, step, writeNode(child));
  return fields;
}

function writeNode(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  if (set.children.size === 0) return fields;
  if (set.member) fields["."] = {};
  return Object.assign(fields, writeFieldsV1(set));
}

/** Whether a set is written in the order in which `writeFieldsV1` would write it. */
export function isInOrder(fields: Json): boolean {
  return stringifyJson(fields) === stringifyJson(writeFieldsV1(readFieldsV1(fields)));
}
