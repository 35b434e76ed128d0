/**
 * The columns of custom kinds, from `additionalPrinterColumns`.
 *
 * Source: apiextensions-apiserver pkg/registry/customresource/tableconvertor/tableconvertor.go.
 */
import type { Json } from "../../../json.js";
import type { Column } from "../../model.js";
import { compileJsonPath, jsonPathText } from "../../selectors/index.js";
import { aged, name as nameColumn, type TableColumn } from "./column.js";
import { since } from "./duration.js";

/** The name, and the columns given, or the age where none are. */
export function customColumns(columns: readonly Column[]): readonly TableColumn[] {
  if (columns.length === 0) return [nameColumn, { ...aged, type: "date" }];
  return [nameColumn, ...columns.map(customColumn)];
}

function customColumn({ name, type, format, description, priority, jsonPath }: Column): TableColumn {
  const find = compileJsonPath(jsonPath);
  return {
    name,
    type,
    format: format ?? "",
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
    cell: (object, now) => {
      const [found] = find?.(object) ?? [];
      return found === undefined ? null : shown(type, found, now);
    },
  };
}

/** Null for a value that is not of the column's type. */
function shown(type: string, value: Json, now: number): Json {
  switch (type) {
    case "string":
      return jsonPathText(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : typeof value === "bigint" ? value : null;
    case "number":
      return typeof value === "number" || typeof value === "bigint" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? date(value, now) : null;
    default:
      return null;
  }
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function date(value: string, now: number): string {
  if (value === "" || value === "null") return "<unknown>";
  return rfc3339.test(value) && !Number.isNaN(Date.parse(value)) ? since(value, now) : "<invalid>";
}
