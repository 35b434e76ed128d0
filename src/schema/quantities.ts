/**
 * Quantities (`500m`, `1.5Gi`, `12e6`), as apimachinery pkg/api/resource/quantity.go and suffix.go read them.
 */
const quantity = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$/;

// Go trims the raw JSON text: what JSON writes as an escape (tabs, newlines) stays.
const outerSpace =
  /^[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/**
 * Whether the text is a quantity. Stricter than the API server in one point: it reads a text without any digit
 * (`Gi`, `m`, `+`) as zero, which nobody means.
 */
export function isQuantity(text: string): boolean {
  const match = quantity.exec(text.replace(outerSpace, ""));
  if (match === null) return false;
  const suffix = match[1] ?? "";
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  if (exponent === undefined) return true;
  const value = BigInt(exponent.replace("+", ""));
  return BigInt.asIntN(64, value) === value;
}

const slips = new Map([
  ["b", ""],
  ["kb", "k"],
  ["mb", "M"],
  ["gb", "G"],
  ["tb", "T"],
  ["kib", "Ki"],
  ["mib", "Mi"],
  ["gib", "Gi"],
  ["tib", "Ti"],
  ["ki", "Ki"],
  ["mi", "Mi"],
  ["gi", "Gi"],
  ["ti", "Ti"],
  ["k", "k"],
  ["g", "G"],
  ["t", "T"],
]);

/** The quantity that a bad one was likely meant to be: `512MB` -> `512M`. */
export function nearestQuantity(text: string): string | undefined {
  const match = /^\s*([-+]?[0-9]+(?:[.,][0-9]+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, number = "", unit = ""] = match;
  const suffix = unit === "" ? "" : (slips.get(unit.toLowerCase()) ?? unit);
  const corrected = number.replace(",", ".") + suffix;
  return corrected !== text && isQuantity(corrected) ? corrected : undefined;
}
