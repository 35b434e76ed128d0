/** Quantities (`100m`, `1Gi`) as numbers, to tell more from less (apimachinery pkg/api/resource). */
import type { Json } from "../../json.js";

const scales: ReadonlyMap<string, number> = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

/** A quantity as it is written. */
export function plainText(quantity: Json | undefined): string {
  return typeof quantity === "string" ? quantity : JSON.stringify(quantity ?? "");
}

/** The number that a quantity stands for; undefined where it is none. */
export function amount(quantity: Json | undefined): number | undefined {
  if (typeof quantity === "number") return quantity;
  if (typeof quantity !== "string") return undefined;
  const [, digits = "", suffix = ""] = /^([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const scale = scales.get(suffix);
  return digits === "" || scale === undefined ? undefined : Number(digits) * scale;
}
