/** Reading values out of JSON, of which nothing is certain. */
import { getPath, isObject, type Json } from "../../json.js";

/** The value at a path such as `spec.nodeName`, keys of letters only. */
export function valueAt(value: unknown, path: string): Json | undefined {
  return getPath(value, path.split("."));
}

export function listAt(value: unknown, path: string): readonly Json[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, path: string): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: unknown, path: string): number {
  const found = valueAt(value, path);
  return typeof found === "number" ? found : 0;
}

export function entriesAt(value: unknown, path: string): readonly [string, Json][] {
  const found = valueAt(value, path);
  return isObject(found) ? Object.entries(found) : [];
}

/** A text, number or boolean as text; empty for anything else. */
export function scalarText(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}
