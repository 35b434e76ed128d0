/**
 * Entries of a kubeconfig (a cluster, a user, a context) and their fields.
 *
 * A field is checked when it is used and not before, so that a broken entry troubles only those who use it.
 * Empty values count as absent, as for Go's `omitempty` (client-go: tools/clientcmd/api/v1/types.go).
 */
import { resolve } from "node:path";
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import { unusable } from "./failures.js";
import { readText } from "./files.js";
import { decodeBase64 } from "./pem.js";

export type EntryKind = "cluster" | "user" | "context";

export interface Entry {
  kind: EntryKind;
  name: string;
  /** The kubeconfig it stands in, as the user would type it. */
  file: string;
  /** The folder of that file: what relative paths are relative to. */
  folder: string;
  /** What stands under `cluster:`, `user:` or `context:`. */
  fields: JsonObject;
}

/** An entry for a message: `user dev of /home/me/.kube/config`. */
export function nameOf(entry: Entry): string {
  return `${entry.kind} ${entry.name} of ${entry.file}`;
}

/** A field for a message: `client-key-data of user dev of /home/me/.kube/config`. */
export function fieldName(entry: Entry, field: string): string {
  return `${field} of ${nameOf(entry)}`;
}

/** A text field, undefined when absent or empty. Throws `credentials` for another type. */
export function textField(
  entry: Entry,
  field: string,
  within: JsonObject = entry.fields,
): string | undefined {
  const value = getKey(within, field);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw wrongType(entry, field, "text", value, "put it in quotes");
}

/** A true-or-false field, false when absent. Throws `credentials` for another type. */
export function flagField(entry: Entry, field: string, within: JsonObject = entry.fields): boolean {
  const value = getKey(within, field);
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw wrongType(entry, field, "true or false", value, "write it without quotes");
}

/** A field with a list of texts, empty when absent. Throws `credentials` for another type. */
export function textsField(entry: Entry, field: string, within: JsonObject = entry.fields): string[] {
  return texts(getKey(within, field), entry, field);
}

/** The texts of a list. Throws `credentials` for another type. */
export function texts(value: Json | undefined, entry: Entry, field: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(entry, field, "a list of texts", value);
  return value.map((item) => {
    if (typeof item !== "string") throw wrongType(entry, field, "a list of texts", item, "put it in quotes");
    return item;
  });
}

/** A field with a mapping, undefined when absent. Throws `credentials` for another type. */
export function objectField(entry: Entry, field: string): JsonObject | undefined {
  const value = getKey(entry.fields, field);
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw wrongType(entry, field, "a mapping", value);
}

/** A file's path, absolute, relative to the kubeconfig's folder (client-go: tools/clientcmd/loader.go, `ResolvePaths`). */
export function pathField(entry: Entry, field: string): string | undefined {
  const path = textField(entry, field);
  return path === undefined ? undefined : resolve(entry.folder, path);
}

/** PEM text and the words for where it stands. */
export interface Pem {
  pem: string;
  from: string;
}

/**
 * What `FIELD-data` holds, decoded, or what the file named by `FIELD` holds; undefined when neither is given.
 * Both at once are an error, as for kubectl (client-go: tools/clientcmd/validation.go). Throws `credentials`.
 */
export async function pemField(entry: Entry, field: string): Promise<Pem | undefined> {
  const data = textField(entry, `${field}-data`);
  const path = pathField(entry, field);
  if (data !== undefined && path !== undefined) {
    throw unusable(`${nameOf(entry)} has both ${field} and ${field}-data`, "keep one of the two");
  }
  if (data !== undefined) {
    const from = fieldName(entry, `${field}-data`);
    return { pem: decodeBase64(data, from), from };
  }
  if (path === undefined) return undefined;
  const from = fieldName(entry, field);
  return { pem: await readText(path, from), from: `${path} (${from})` };
}

/** A `credentials` error for a value of the wrong type: its type, never the value. */
export function wrongType(entry: Entry, field: string, wanted: string, value: Json, hint?: string) {
  return unusable(`${fieldName(entry, field)} must be ${wanted}, but is ${typeName(value)}`, hint);
}

function typeName(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "true or false" : "a number";
}
