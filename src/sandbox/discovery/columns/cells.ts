/** Cells that many kinds have. A cell is a function of the object, so that a kind's columns are data. */
import { getKey, getPath, type Json, type JsonObject } from "../../../json.js";
import { entriesAt, listAt, numberAt, scalarText, textAt, valueAt } from "../values.js";
import { since } from "./duration.js";

/** What stands in a column for an object. `now` is in milliseconds. */
export type Cell = (object: JsonObject, now: number) => Json;

/** The value at a path, or what stands for an absent one. */
export const at =
  (path: string, absent: Json = ""): Cell =>
  (object) =>
    valueAt(object, path) ?? absent;

/** A number or text as text. */
export const textOf =
  (path: string, absent: string): Cell =>
  (object) =>
    scalarText(valueAt(object, path)) || absent;

/** How many items, or keys, there are at the paths. */
export const count =
  (...paths: string[]): Cell =>
  (object) =>
    paths.reduce((sum, path) => sum + listAt(object, path).length + entriesAt(object, path).length, 0);

export const ago =
  (path: string, absent = "<unknown>"): Cell =>
  (object, now) => {
    const time = valueAt(object, path);
    return time === undefined || time === null ? absent : since(time, now);
  };

export const age: Cell = ago("metadata.creationTimestamp");

/** When it was created, as a bookmark has no such time. */
export const createdAt: Cell = at("metadata.creationTimestamp", "0001-01-01T00:00:00Z");

/** `1/3`. */
export const ratio =
  (path: string, of: string): Cell =>
  (object) =>
    `${String(numberAt(object, path))}/${String(numberAt(object, of))}`;

export const joined =
  (path: string, absent = ""): Cell =>
  (object) =>
    listAt(object, path).map(String).join(",") || absent;

const each =
  (field: string) =>
  (path: string): Cell =>
  (object) =>
    listAt(object, path)
      .map((container) => textAt(container, field))
      .join(",");
export const containerNames = each("name");
export const containerImages = each("image");

/** A map of labels: `a=b,c=d`. */
export const labels =
  (path: string): Cell =>
  (object) =>
    entriesAt(object, path)
      .map(([key, value]) => `${key}=${scalarText(value)}`)
      .sort()
      .join(",") || "<none>";

/**
 * A label selector: `app=web,tier in (a,b),!old`.
 *
 * Source: apimachinery pkg/labels/selector.go (`Requirement.String`), apis/meta/v1/helpers.go.
 */
export const selector =
  (path: string, absent = "<none>"): Cell =>
  (object) => {
    const given = valueAt(object, path);
    const equal = entriesAt(given, "matchLabels").map(([key, value]) => ({
      key,
      text: `${key}=${scalarText(value)}`,
    }));
    const expressions = listAt(given, "matchExpressions").map((expression) => ({
      key: textAt(expression, "key"),
      text: requirement(expression),
    }));
    const all = [...equal, ...expressions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return all.map(({ text }) => text).join(",") || absent;
  };

function requirement(expression: Json): string {
  const key = textAt(expression, "key");
  const values = `(${listAt(expression, "values").map(String).sort().join(",")})`;
  switch (textAt(expression, "operator")) {
    case "In":
      return `${key} in ${values}`;
    case "NotIn":
      return `${key} notin ${values}`;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return key;
  }
}

/** The condition of a type. */
export function condition(object: unknown, type: string, path = "status.conditions"): Json | undefined {
  return listAt(object, path).find((found) => getKey(found, "type") === type);
}

export function isTrueCondition(object: unknown, type: string): boolean {
  return getKey(condition(object, type), "status") === "True";
}

export function annotation(object: unknown, name: string): string | undefined {
  const found = getPath(object, ["metadata", "annotations", name]);
  return typeof found === "string" ? found : undefined;
}

export function isBeingDeleted(object: unknown): boolean {
  return textAt(object, "metadata.deletionTimestamp") !== "";
}

/** The first few, and how many more there are: `a,b,c + 2 more...`. */
export function firstOf(items: readonly string[], most: number, separator = ","): string {
  const shown = items.slice(0, most).join(separator);
  return items.length > most ? `${shown} + ${String(items.length - most)} more...` : shown;
}
