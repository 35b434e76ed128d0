/**
 * Field selectors: `metadata.name=web,status.phase!=Running`.
 *
 * Source: apimachinery pkg/fields/selector.go; apiserver pkg/endpoints/handlers/get.go (`getListOptions`).
 */
import type { KubeObject } from "../../model.js";
import type { Kind } from "../model.js";
import { badRequest } from "../status.js";
import { selectableField } from "./selectable.js";

interface Term {
  field: string;
  equals: boolean;
  value: string;
}

/**
 * Parses a field selector for objects of a kind. An empty one matches everything.
 * Throws a 400 `StatusError`, with the server's words, for one that is none or asks for what can't be asked for.
 */
export function parseFieldSelector(
  text: string,
  kind: Pick<Kind, "type" | "source">,
): (object: KubeObject) => boolean {
  const terms = termsOf(text).map(({ field, equals, value }) => {
    const read = selectableField(kind, field);
    return (object: KubeObject) => (read(object) === value) === equals;
  });
  return (object) => terms.every((matches) => matches(object));
}

/**
 * The value that a selector wants of a field, if it wants one: a list with `metadata.name=web` is authorized as a
 * request for that name. Undefined for a selector that is none.
 *
 * Source: apiserver pkg/endpoints/request/requestinfo.go.
 */
export function exactField(text: string, field: string): string | undefined {
  try {
    return termsOf(text).find((term) => term.equals && term.field === field)?.value;
  } catch {
    return undefined;
  }
}

function termsOf(text: string): Term[] {
  return split(text)
    .sort()
    .filter((part) => part !== "")
    .map((part) => termOf(part, text))
    .filter(({ field, value }) => field !== "" || value !== "");
}

/** Parts at commas without a backslash before them. */
function split(text: string): string[] {
  const parts = [""];
  for (const piece of text.match(/\\[^]|[^]/gu) ?? []) {
    if (piece === ",") parts.push("");
    else parts.push(`${parts.pop() ?? ""}${piece}`);
  }
  return parts;
}

function termOf(part: string, text: string): Term {
  const [, field, operator, value] = /^([^]*?)(!=|==|=)([^]*)$/u.exec(part) ?? [];
  if (field === undefined || value === undefined)
    throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
  return { field, equals: operator !== "!=", value: unescaped(value) };
}

/** Backslashes stand before backslashes, commas and equals signs in a value, and before nothing else. */
function unescaped(value: string): string {
  const pieces = value.match(/\\[^]?|[^]/gu) ?? [];
  return pieces.map(readPiece).join("");
}

function readPiece(piece: string): string {
  if (piece === "=" || piece === ",")
    throw badRequest(`invalid field selector: unescaped character in value: ${String(piece.charCodeAt(0))}`);
  if (!piece.startsWith("\\")) return piece;
  if (["\\\\", "\\,", "\\="].includes(piece)) return piece.slice(1);
  throw badRequest(`invalid field selector: invalid escape sequence: ${piece}`);
}
