/** What is answered to patches that can't be read, or that make something that can't. */
import type { Json } from "../../json.js";
import { badRequest, invalid, type StatusError } from "../status.js";
import { jsonWord } from "./go-text.js";

/** What a request wants done about fields that are unknown or doubled (`fieldValidation`); `Warn` unless it says. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

/**
 * A patched object that does not decode as its type. `shown` is the whole object as JSON text, or for a strategic
 * patch the patch by `goText`.
 *
 * Source: apiserver pkg/endpoints/handlers/patch.go (`applyPatchToCurrentObject`, `applyPatchToObject`).
 */
export function unreadable(shown: string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  const cause = { reason: "FieldValueInvalid", message, field: "patch" };
  return invalid({ group: "", resource: "", name: "" }, [cause]);
}

/** A list where an object should be, of which not even the kind can be read. */
export function unreadableList(shown: string): StatusError {
  const type =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  return unreadable(
    shown,
    `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${type}`,
  );
}

/** A value in a patch where Go's decoder wants another type. */
export function wrongType(value: Json, wanted: string, before = ""): StatusError {
  return badRequest(`${before}json: cannot unmarshal ${jsonWord(value)} into Go ${wanted}`);
}
