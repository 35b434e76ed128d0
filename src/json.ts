/**
 * JSON as Kubernetes means it: integers are exact.
 *
 * Go reads and writes 64-bit integers; JavaScript numbers lose them beyond 2^53. Here an integer that a number
 * can't hold is a `bigint`, from file to request and from response to report.
 */

/** Any JSON value. A `bigint` stands only for an integer outside the range of safe integers. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets an own property whatever its name: `__proto__` is data like any other. */
export function setKey(object: JsonObject, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** The own property of that name, or undefined: never something inherited. */
export function getKey(value: unknown, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a path of keys and indexes, or undefined where the path leaves the value. */
export function getPath(value: unknown, path: readonly (string | number)[]): Json | undefined {
  let at: unknown = value;
  for (const step of path)
    at = Array.isArray(at) ? (at[step as number] as unknown) : getKey(at, String(step));
  return at as Json | undefined;
}

// Node 20's reviver does not see the source text of a number, and its JSON.stringify can't write a raw one: such
// integers travel as strings under a mark that no document can hold, since it is drawn anew for each process.
let drawn: string | undefined;
function mark(): string {
  return (drawn ??= `int:${globalThis.crypto.randomUUID()}:`);
}
const maybeUnsafe = /[0-9]{16}/;
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![0-9.eE+-])-?[1-9][0-9]{15,}(?![0-9.eE]|\s*:)/g;

/** Parses JSON text. Integers beyond 2^53 come as `bigint`. Throws `SyntaxError` as `JSON.parse` does. */
export function parseJson(text: string): Json {
  if (!maybeUnsafe.test(text)) return JSON.parse(text) as Json;
  const exact = mark();
  const safe = text.replace(tokens, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${exact}${token}"`,
  );
  return JSON.parse(safe, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(exact) ? BigInt(value.slice(exact.length)) : value,
  ) as Json;
}

/** Writes JSON text, a `bigint` as the integer that it is. `indent` is a number of spaces, 0 for one line. */
export function stringifyJson(value: unknown, indent = 0): string {
  try {
    // Without a function to call for each value this takes a fourth of the time, and a `bigint` is rare.
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const exact = mark();
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === "bigint" ? exact + String(item) : item),
    indent,
  );
  return text.replaceAll(new RegExp(`"${exact}(-?[0-9]+)"`, "g"), "$1");
}

/** Whether two JSON values are the same value; the order of keys does not matter, that of items does. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}

/** A copy that shares nothing with the original. */
export function cloneJson<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setKey(copy, key, cloneJson(value[key] as Json));
  return copy as T;
}
