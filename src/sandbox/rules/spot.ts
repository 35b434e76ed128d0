/**
 * A place in an object with what is found wrong there, in the words of the API server.
 *
 * Source: apimachinery pkg/util/validation/field (`Path`, `Error.ErrorBody`).
 */
import { isObject, stringifyJson, type Json, type JsonObject } from "../../json.js";
import type { Cause } from "../../schema/index.js";

/** A value, where it stands, and the list that faults go to. */
export interface Spot {
  readonly value: Json | undefined;
  readonly path: string;
  readonly found: Cause[];
}

/** Lists of faults that nothing is to be added to: what came first is all that the server says. */
export const complete = new WeakSet<readonly Cause[]>();

/** The whole of an object. */
export function wholeOf(object: JsonObject, found: Cause[] = []): Spot {
  return { value: object, path: "", found };
}

/** A field within it, by names. */
export function at(spot: Spot, ...names: readonly string[]): Spot {
  let { value, path } = spot;
  for (const name of names) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    path = path === "" ? name : `${path}.${name}`;
  }
  return { value, path, found: spot.found };
}

/** The items of a list; none of what is no list. */
export function items({ value, path, found }: Spot): Spot[] {
  return Array.isArray(value)
    ? value.map((item, index) => ({ value: item, path: `${path}[${index}]`, found }))
    : [];
}

/** The entries of a map, each with its key in the path: `data[key]`. */
export function entries({ value, path, found }: Spot): [key: string, entry: Spot][] {
  return Object.entries(isObject(value) ? value : {}).map(([key, item]) => [
    key,
    { value: item, path: `${path}[${key}]`, found },
  ]);
}

/** The text that stands there, "" where there is none. */
export function text({ value }: Spot): string {
  return typeof value === "string" ? value : "";
}

/** The number that stands there; undefined where there is none. */
export function number({ value }: Spot): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

/** Whether there is anything but the zero of a Go type. */
export function isGiven({ value }: Spot): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return false;
  return Array.isArray(value) ? value.length > 0 : true;
}

/** Whether there is a value at all: what is behind a pointer in Go. */
export function isThere({ value }: Spot): boolean {
  return value !== undefined && value !== null;
}

function add(spot: Spot, reason: string, what: string, detail: string): void {
  spot.found.push({
    reason: `FieldValue${reason}`,
    message: detail === "" ? what : `${what}: ${detail}`,
    field: spot.path,
  });
}

/** A value as messages show it: texts quoted, all else as JSON, with what HTML takes for markup escaped. */
export function shown(value: Json | undefined): string {
  if (typeof value === "bigint") return String(value);
  const json = stringifyJson(value ?? null);
  if (typeof value === "string") return json;
  return json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

export function required(spot: Spot, detail = ""): void {
  add(spot, "Required", "Required value", detail);
}

export function invalid(spot: Spot, detail: string, value: Json | undefined = spot.value): void {
  add(spot, "Invalid", `Invalid value: ${shown(value)}`, detail);
}

export function forbidden(spot: Spot, detail: string): void {
  add(spot, "Forbidden", "Forbidden", detail);
}

export function duplicate(spot: Spot, value: Json | undefined = spot.value): void {
  add(spot, "Duplicate", `Duplicate value: ${shown(value)}`, "");
}

export function notFound(spot: Spot): void {
  add(spot, "NotFound", `Not found: ${shown(spot.value)}`, "");
}

export function tooLong(spot: Spot, most: number): void {
  add(spot, "TooLong", "Too long", `may not be more than ${most} bytes`);
}

export function notSupported(
  spot: Spot,
  supported: readonly string[],
  value: Json | undefined = spot.value,
): void {
  const list = supported.map((item) => shown(item)).join(", ");
  add(spot, "NotSupported", `Unsupported value: ${shown(value)}`, `supported values: ${list}`);
}

/** A text that has to be one of some. */
export function oneOf(spot: Spot, supported: readonly string[]): void {
  if (isThere(spot) && !supported.includes(text(spot))) notSupported(spot, supported);
}

/** The same, where there has to be one: Go takes "" for none. */
export function needed(spot: Spot, supported: readonly string[]): void {
  if (text(spot) === "") required(spot);
  else oneOf(spot, supported);
}

/** Every fault of a text, as a format finds them. */
export function format(
  spot: Spot,
  faults: (text: string) => readonly string[],
  value: Json | undefined = spot.value,
): void {
  for (const fault of faults(typeof value === "string" ? value : "")) invalid(spot, fault, value);
}

/** A number that must not be below zero. */
export function natural(spot: Spot): void {
  const given = number(spot);
  if (given !== undefined && given < 0) invalid(spot, "must be greater than or equal to 0");
}

/** A number between 1 and 65535. */
export function port(spot: Spot): void {
  const given = number(spot) ?? 0;
  if (given < 1 || given > 65535) invalid(spot, "must be between 1 and 65535, inclusive", given);
}
