/**
 * The formats that the schemas of custom resources may have; all others are ignored.
 *
 * Source: apiextensions-apiserver pkg/apiserver/validation/formats.go; kube-openapi pkg/validation/strfmt.
 */
import type { JsonObject } from "../json.js";
import { stringFormats } from "./formats.js";
import { labelFault, subdomainFault } from "./names.js";

const hostname =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

/** Those that other schemas don't have. */
const more = new Map<string, (text: string) => boolean>([
  [
    "byte",
    (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  ],
  ["hostname", (text) => hostname.test(text) && text.length <= 255],
  ["rgbcolor", (text) => /^rgb\((\s*\d{1,3}%?\s*,){2}\s*\d{1,3}%?\s*\)$/.test(text)],
  ["ssn", (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ["bsonobjectid", (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ["k8s-short-name", (text) => labelFault(text) === undefined],
  ["k8s-long-name", (text) => subdomainFault(text) === undefined],
]);

// Known to built-in types only.
const unknown = new Set(["micro-time"]);

/** Formats of numbers: these say the size of the number. */
const numberFormats: Partial<Record<string, readonly string[]>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** The name of the format that a schema asks for, if it is one that counts for its type. */
export function formatName(schema: JsonObject): string | undefined {
  const { format, type } = schema;
  if (typeof format !== "string" || typeof type !== "string") return formatOf(schema)?.name;
  return (numberFormats[type]?.includes(format) ?? false) ? format : formatOf(schema)?.name;
}

/** The format that a text has to have. Undefined where there is none, or none that is known. */
export function formatOf(schema: JsonObject): { name: string; holds: (text: string) => boolean } | undefined {
  const { format, type } = schema;
  if (typeof format !== "string" || (type !== undefined && type !== "string") || unknown.has(format))
    return undefined;
  const plain = format.replaceAll("-", "");
  const holds = more.get(format) ?? stringFormats.get(format) ?? stringFormats.get(plain) ?? more.get(plain);
  return holds === undefined ? undefined : { name: format, holds };
}
