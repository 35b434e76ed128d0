/** Values and paths in the words of a message. */
import type { Json } from "../json.js";
import type { Path } from "../model.js";

const shown = 60;

/** A path as people write it: `spec.containers[0].image`; keys that are no plain names come quoted in brackets. */
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** A text, cut where it is long. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** A string in quotes, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(cut(text, shown));
}

/** A value with its type: `the string "3"`, `the number 8080`, `a list of 2`, `nothing (null)`. */
export function found(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing (null)";
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${String(value)}`;
  if (typeof value === "boolean") return `the boolean ${String(value)}`;
  return typeName(value);
}

/** What a value is, without what it says: for values that must not be shown. */
export function typeName(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing (null)";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "bigint") return "a number";
  return `a ${typeof value}`;
}

const articles = new Map([
  ["string", "a string"],
  ["integer", "an integer"],
  ["number", "a number"],
  ["boolean", "a boolean (true or false)"],
  ["array", "a list"],
  ["object", "an object"],
  ["null", "nothing"],
]);

/** A schema's type, or types, in words. */
export function expectedType(type: unknown): string {
  const names = (Array.isArray(type) ? type : [type]).filter((name) => name !== "null");
  return names.map((name) => articles.get(String(name)) ?? String(name)).join(" or ");
}

/** `"A", "B" or "C"`. */
export function listOf(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === "string" ? quote(value) : JSON.stringify(value)));
  if (words.length > 12) return `${words.slice(0, 12).join(", ")}, ... (${words.length} values)`;
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}
