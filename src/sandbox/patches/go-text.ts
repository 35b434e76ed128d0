/** Values and their types as Go's fmt prints them: parts of the API server's messages. */
import { isObject, type Json } from "../../json.js";

/** A value as `%v` prints it: `map[a:1 b:[x y]]`, keys in order. */
export function goText(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (isObject(value)) {
    const parts = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => `${key}:${goText(part)}`);
    return `map[${parts.join(" ")}]`;
  }
  return typeof value === "number" && !Number.isInteger(value) ? goFloat(value) : String(value);
}

/** The shortest form, with an exponent of two digits at least where it is under -4 or over 5. */
function goFloat(value: number): string {
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** The type of a decoded JSON value as `%s` prints a `reflect.Type`. */
export function goType(value: Json): string {
  if (value === null) return "%!s(<nil>)";
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return typeof value === "bigint" || Number.isInteger(value) ? "int64" : "float64";
}

/** What JSON has in a place, as encoding/json names it where it does not fit a type. */
export function jsonWord(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (isObject(value)) return "object";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "number";
}
