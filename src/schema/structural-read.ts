/**
 * Reading a custom resource: fields that its schema does not know are pruned, metadata is read as the built-in type,
 * and nulls go where the schema takes none.
 *
 * Source: apiextensions-apiserver pkg/apiserver (customresource_handler.go, `unstructuredSchemaCoercer`;
 * schema/pruning, schema/objectmeta/coerce.go, schema/defaulting/prunenulls.go).
 */
import { cloneJson, isObject, setKey, type Json, type JsonObject } from "../json.js";
import { readAs } from "./built-in-codec.js";
import { fieldText, shownValue, withSortedKeys, type FieldStep } from "./causes.js";
import { DecodeError } from "./codec.js";
import { objectMeta } from "./dialect.js";
import { restNode, type Node } from "./structural.js";

interface Pruning {
  path: FieldStep[];
  /** Paths of the fields that were pruned, and of unknown fields of embedded metadata. */
  pruned: string[];
  embedded: string[];
}

const metaFields = new Set(["apiVersion", "kind", "metadata"]);

/** Reads a custom resource. Throws `DecodeError` for metadata that is none. */
export function readStructural(root: Node, value: JsonObject): { object: JsonObject; strict: string[] } {
  for (const name of ["kind", "apiVersion"]) checkText(value, name);
  const at: Pruning = { path: [], pruned: [], embedded: [] };
  const metadata = readMetadata(value.metadata);
  const object = pruneObject(value, root, at, root.preserves, true);
  if (metadata !== undefined) object.metadata = metadata.object;
  const strict = [...(metadata?.strict ?? []), ...at.pruned.sort(), ...at.embedded.sort()];
  return { object, strict: strict.map((path) => `unknown field "${path}"`) };
}

function checkText(value: JsonObject, name: string): void {
  const text = value[name];
  if (text === undefined || typeof text === "string") return;
  const type = goKind(text);
  throw new DecodeError(`.${name} accessor error: ${shownGo(text)} is of the type ${type}, expected string`);
}

function goKind(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) || typeof value === "bigint" ? "int64" : "float64";
}

const shownGo = (value: Json): string => (value === null ? "<nil>" : shownValue(value));

interface Metadata {
  object: JsonObject;
  strict: string[];
}

/** Metadata as the built-in type, and the paths of what that does not know. */
function readMetadata(value: Json | undefined, path: readonly FieldStep[] = []): Metadata | undefined {
  if (value === undefined) return undefined;
  if (value === null) return { object: {}, strict: [] };
  const { object, strict } = metadataAsType(value as JsonObject);
  const before = fieldText([...path, "metadata"]);
  return { object, strict: strict.map((line) => `${before}.${unquoted(line)}`) };
}

/** The server reads it with its keys in order: that counts for what it says of several things that are wrong. */
function metadataAsType(value: JsonObject): Metadata {
  const inOrder = (): Metadata => readAs(objectMeta, withSortedKeys(value));
  try {
    const read = readAs(objectMeta, value);
    return read.strict.length > 1 ? inOrder() : read;
  } catch (error) {
    if (error instanceof DecodeError && isObject(value)) return inOrder();
    throw error;
  }
}

/** The path within a line `unknown field "a.b"`. */
function unquoted(line: string): string {
  return line.slice(line.indexOf('"') + 1, -1);
}

/**
 * A value with what its node knows; without a node nothing is known of it. `open`: unknown fields are kept, though not
 * those within known ones.
 */
function prune(value: Json, node: Node | undefined, at: Pruning, open = node?.preserves === true): Json {
  if (Array.isArray(value))
    return value.map((item, index) =>
      step(at, index, () => prune(item, node?.items, at, open || node?.items?.preserves === true)),
    );
  return isObject(value) ? pruneObject(value, node, at, open, node?.embedded === true) : value;
}

function step<T>(at: Pruning, name: FieldStep, go: () => T): T {
  at.path.push(name);
  const result = go();
  at.path.pop();
  return result;
}

function pruneObject(
  value: JsonObject,
  node: Node | undefined,
  at: Pruning,
  open: boolean,
  resource: boolean,
): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    const field = value[key] as Json;
    const isMeta = resource && metaFields.has(key);
    const kept = isMeta ? metaField(key, field, at) : pruneField(key, field, node, at, open);
    if (kept !== undefined) setKey(result, key, kept);
  }
  return result;
}

function pruneField(
  key: string,
  field: Json,
  node: Node | undefined,
  at: Pruning,
  open: boolean,
): Json | undefined {
  const own = node?.property(key) ?? (node === undefined ? undefined : restNode(node));
  // A null that the schema takes none of goes, but for one that a default replaces.
  if (field === null && own !== undefined)
    return own.nullable || own.standard !== undefined ? null : undefined;
  if (own !== undefined || node?.additional !== undefined) return step(at, key, () => prune(field, own, at));
  if (open) return cloneJson(field);
  at.pruned.push(fieldText([...at.path, key]));
  return undefined;
}

/** `apiVersion`, `kind` and `metadata` of a resource: at the root these are read elsewhere. */
function metaField(key: string, field: Json, at: Pruning): Json {
  if (at.path.length === 0) return field;
  const place = fieldText([...at.path, key]);
  if (key !== "metadata") {
    if (typeof field === "string") return field;
    throw new DecodeError(`${place}: Invalid value: ${shownValue(field)}: must be a string`);
  }
  try {
    const read = readMetadata(field, at.path);
    at.embedded.push(...(read?.strict ?? []));
    return read?.object ?? {};
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError(`${place}: Invalid value: ${shownValue(field)}: ${error.message}`);
  }
}
