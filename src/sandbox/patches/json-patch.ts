/**
 * JSON patch (RFC 6902), as the API server applies it: with negative indexes, `replace` of what is not there, and
 * `test` of what is not there against null.
 *
 * Source: apiserver pkg/endpoints/handlers/patch.go (`applyJSPatch`); evanphx/json-patch v4, patch.go.
 */
import { equalJson, getKey, isObject, stringifyJson, type Json, type JsonObject } from "../../json.js";
import { rejected, tooLarge } from "../status.js";
import { unreadableList, wrongType, type FieldValidation } from "./failures.js";
import { pathOf, valueAt, withAdded, withoutValue, withReplaced } from "./pointer.js";

/** How many operations the server takes in one patch. */
const most = 10_000;

interface Operation {
  op: string;
  path: string | undefined;
  from: string | undefined;
  /** Null where there is none. */
  value: Json;
}

/** The fields of an operation that hold texts. */
const texts = ["op", "path", "from"];

/**
 * The object with all operations applied, in order; what did not change is shared with `current`.
 *
 * Throws `StatusError`: 400 where the patch is no list of operations, 413 where it is too long, and 422 where an
 * operation does not apply or a test fails (the server says no more), or the document is no object any more.
 */
export function jsonPatch(
  current: JsonObject,
  patch: Json,
  validation: FieldValidation = "Warn",
): JsonObject {
  const operations = readOperations(patch, validation);
  if (operations.length > most) {
    const counted = `operations in a JSON patch is ${String(most)}, got ${String(operations.length)}`;
    throw tooLarge(`Request entity too large: The allowed maximum ${counted}`);
  }
  const document = operations.reduce<Json>(perform, current);
  if (isObject(document)) return document;
  throw unreadableList(stringifyJson(document));
}

/** A line for each field of an operation that there is none of; what `fieldValidation` warns of or refuses. */
export function unknownOperationFields(patch: Json): string[] {
  if (!Array.isArray(patch)) return [];
  return patch.flatMap((operation, at) =>
    Object.keys(isObject(operation) ? operation : {})
      .filter((key) => key !== "value" && !texts.includes(key))
      .map((key) => `json patch unknown field "[${String(at)}].${key}"`),
  );
}

function readOperations(patch: Json, validation: FieldValidation): Operation[] {
  if (patch === null) return [];
  const type = (checked: string, unchecked: string): [string, string] =>
    validation === "Ignore"
      ? [`value of type ${unchecked}`, ""]
      : [`value of type ${checked}`, "error decoding patch: "];
  if (!Array.isArray(patch)) throw wrongType(patch, ...type("[]handlers.jsonPatchOp", "jsonpatch.Patch"));
  for (const item of patch) {
    if (item !== null && !isObject(item))
      throw wrongType(item, ...type("handlers.jsonPatchOp", "jsonpatch.Operation"));
    if (validation !== "Ignore") checkTexts(item ?? {});
  }
  return patch.map(readOperation);
}

function checkTexts(operation: JsonObject): void {
  for (const [key, value] of Object.entries(operation)) {
    if (texts.includes(key) && value !== null && typeof value !== "string")
      throw wrongType(value, `struct field jsonPatchOp.${key} of type string`, "error decoding patch: ");
  }
}

function readOperation(item: Json): Operation {
  const text = (key: string): string | undefined => {
    const value = getKey(item, key);
    return typeof value === "string" ? value : undefined;
  };
  return {
    op: text("op") ?? "unknown",
    path: text("path"),
    from: text("from"),
    value: getKey(item, "value") ?? null,
  };
}

function perform(document: Json, { op, path, from, value }: Operation): Json {
  const to = pathOf(path);
  switch (op) {
    case "add":
      return withAdded(document, to, value);
    case "remove":
      return withoutValue(document, to);
    case "replace":
      return path === "" ? replacement(value) : withReplaced(document, to, value);
    case "move": {
      const source = pathOf(from);
      return withAdded(withoutValue(document, source), to, valueAt(document, source) ?? null);
    }
    case "copy":
      return withAdded(document, to, valueAt(document, pathOf(from)) ?? null);
    case "test": {
      const found = path === "" ? document : valueAt(document, to);
      if (equalJson(found ?? null, value)) return document;
      throw rejected();
    }
    default:
      throw rejected();
  }
}

/** What can take the place of the whole document. */
function replacement(value: Json): Json {
  if (typeof value === "object" && value !== null) return value;
  throw rejected();
}
