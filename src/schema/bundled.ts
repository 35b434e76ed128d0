/** The built-in kinds of one Kubernetes minor: which there are, and how they are defined. */
import { parseApiVersion } from "../group-version.js";
import { getKey, isObject, type JsonObject } from "../json.js";
import type { ResourceType } from "../model.js";
import { readSchemaFile } from "./files.js";

/** The Kubernetes minor that the bundled schemas were generated from. */
export const bundledVersion = "1.36";

/** A row of `schemas/resources.json`. */
export interface BundledKind {
  type: ResourceType;
  /** False for questions to the server (`TokenReview`), which it answers and does not store. */
  stored: boolean;
  /** The name of its definition: `io.k8s.api.apps.v1.Deployment`. */
  definition: string;
}

let table: JsonObject | undefined;

function resources(): JsonObject {
  if (table === undefined) {
    const rows = getKey(readJson("resources.json"), "resources");
    table = isObject(rows) ? rows : {};
  }
  return table;
}

function readJson(name: string): JsonObject {
  const text = readSchemaFile(name);
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isObject(value) ? value : {};
}

const rows = new Map<string, BundledKind | undefined>();

/** The row of a built-in kind. */
export function bundledKind(apiVersion: string, kind: string): BundledKind | undefined {
  const key = `${apiVersion} ${kind}`;
  if (!rows.has(key)) rows.set(key, readRow(apiVersion, kind));
  return rows.get(key);
}

function readRow(apiVersion: string, kind: string): BundledKind | undefined {
  const row = getKey(getKey(resources(), apiVersion), kind);
  if (!isObject(row)) return undefined;
  const { plural, namespaced, stored, definition } = row;
  if (typeof plural !== "string" || typeof definition !== "string") return undefined;
  const type = { ...parseApiVersion(apiVersion), kind, plural, namespaced: namespaced === true };
  return { type, stored: stored === true, definition };
}

/** The names of the subresources of a built-in kind: `status`, `scale`. */
export function bundledSubresources(apiVersion: string, kind: string): string[] {
  const found = getKey(getKey(getKey(resources(), apiVersion), kind), "subresources");
  return isObject(found) ? Object.keys(found) : [];
}

/** The built-in kind of that `apiVersion` and `kind`, or undefined when Kubernetes 1.36 serves none. */
export function bundledType(apiVersion: string, kind: string): ResourceType | undefined {
  return bundledKind(apiVersion, kind)?.type;
}

/** Every `[apiVersion, kind]` of a built-in kind that can be applied. */
export function bundledKinds(): [apiVersion: string, kind: string][] {
  return Object.entries(resources()).flatMap(([apiVersion, kinds]) =>
    Object.keys(isObject(kinds) ? kinds : {})
      .filter((kind) => bundledKind(apiVersion, kind)?.stored)
      .map((kind): [string, string] => [apiVersion, kind]),
  );
}

/** All rows of the table as they are written: what discovery says of each kind, by `apiVersion` and kind. */
export function bundledRows(): [apiVersion: string, kind: string, row: JsonObject][] {
  return Object.entries(resources()).flatMap(([apiVersion, kinds]) =>
    Object.entries(isObject(kinds) ? kinds : {}).flatMap(([kind, row]): [string, string, JsonObject][] =>
      isObject(row) ? [[apiVersion, kind, row]] : [],
    ),
  );
}

const packages = new Map<string, JsonObject>();

/** A definition by its full name, from the file of its package. */
export function bundledDefinition(name: string): JsonObject | undefined {
  const dot = name.lastIndexOf(".");
  const file = name.slice(0, dot);
  let definitions = packages.get(file);
  if (definitions === undefined) {
    definitions = readJson(`${file}.json`);
    packages.set(file, definitions);
  }
  const definition = getKey(definitions, name.slice(dot + 1));
  return isObject(definition) ? definition : undefined;
}
