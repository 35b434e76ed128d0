/**
 * Quantities as the API server writes them back: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`.
 *
 * Source: apimachinery pkg/api/resource (quantity.go, suffix.go, amount.go). What is in canonical form already stays
 * as it was written, and the check for that is a rough one: `+1`, `01` and `1e+3` stay too.
 */

type Format = "decimal" | "exponent" | "binary";

/** `digits * 10^scale`, or `digits * 10^scale` of units that suffix says for binary ones (scale 0 or less). */
interface Amount {
  digits: bigint;
  scale: number;
}

interface Parsed extends Amount {
  format: Format;
  /** The text as it was given, where it is taken for canonical. */
  text?: string | undefined;
}

const decimal = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalNames = new Map([...decimal].map(([suffix, exponent]) => [exponent, suffix]));

const faults = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  number: "unable to parse numeric part of quantity",
  suffix: "unable to parse quantity's suffix",
};

// A text without digits is zero.
const grammar = /^([-+]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/**
 * The canonical form of a quantity; for `milli`, rounded up to thousandths as the amounts of resources are.
 * Throws an `Error` in the server's words for what is none.
 */
export function canonicalQuantity(given: string, precision: "nano" | "milli" = "nano"): string {
  const parsed = parse(given.trim());
  if (precision === "nano" || parsed.scale >= -3) return parsed.text ?? write(parsed);
  return write({ ...parsed, ...roundUp(parsed, -3) });
}

function parse(text: string): Parsed {
  const match = grammar.exec(text);
  if (match === null || text === "") throw new Error(faults.format);
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  const num = whole.replace(/^0+/, "");
  if (num === "" && fraction === "" && suffix === "") return { digits: 0n, scale: 0, format: "decimal" };
  const { format, exponent } = interpret(suffix);
  const shifted = (num === "" ? "0" : num) + fraction;
  const digits = BigInt(shifted) * (sign === "-" ? -1n : 1n);
  if (format === "binary") return parseBinary(text, digits, fraction.length, exponent, shifted.length);
  const scale = exponent - fraction.length;
  const parsed: Parsed = { digits, scale, format };
  if (shifted.length > 18 || scale < -9) return { ...parsed, ...roundUp(parsed, -9) };
  const canonical = scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
  return canonical ? { ...parsed, text } : parsed;
}

function interpret(suffix: string): { format: Format; exponent: number } {
  const exponent = decimal.get(suffix);
  if (exponent !== undefined) return { format: "decimal", exponent };
  const power = binary.indexOf(suffix);
  if (power > 0) return { format: "binary", exponent: power * 10 };
  const written = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  if (written === undefined || !Number.isSafeInteger(Number(written))) throw new Error(faults.suffix);
  return { format: "exponent", exponent: Number(written) };
}

const largest = 2n ** 63n - 1n;

function parseBinary(text: string, digits: bigint, places: number, exponent: number, length: number): Parsed {
  const unit = 2n ** BigInt(exponent);
  const value = digits * unit;
  const fast = places === 0 && 14 - length - Math.trunc(Math.fround(exponent * 3) / 10) >= 0;
  if (fast)
    return { digits: value, scale: 0, format: "binary", text: (digits & 7n) === 0n ? undefined : text };
  const rounded = roundUp({ digits: value, scale: -places }, -9);
  const one = 10n ** BigInt(-rounded.scale);
  const size = abs(rounded.digits);
  if (size > largest * one) return { digits: digits < 0n ? -largest : largest, scale: 0, format: "binary" };
  return { ...rounded, format: size < one ? "decimal" : "binary" };
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Away from zero, to a multiple of `10^scale`. */
function roundUp({ digits, scale }: Amount, least: number): Amount {
  if (scale >= least) return { digits, scale };
  const unit = 10n ** BigInt(Math.min(least - scale, 1000));
  const rest = digits % unit;
  const up = rest === 0n ? 0n : digits < 0n ? -1n : 1n;
  return { digits: digits / unit + up, scale: least };
}

function write(amount: Parsed): string {
  if (amount.digits === 0n) return "0";
  if (amount.format === "binary") {
    const whole = wholeOf(amount);
    if (whole !== undefined && abs(whole) >= 1024n) return writeBinary(whole);
  }
  let { digits, scale } = amount;
  for (; digits % 10n === 0n; digits /= 10n) scale++;
  for (; scale % 3 !== 0; scale--) digits *= 10n;
  if (amount.format === "exponent") return `${digits}${scale === 0 ? "" : `e${scale}`}`;
  return `${digits}${decimalNames.get(scale) ?? ""}`;
}

function wholeOf({ digits, scale }: Amount): bigint | undefined {
  if (scale >= 0) return digits * 10n ** BigInt(scale);
  const unit = 10n ** BigInt(-scale);
  return digits % unit === 0n ? digits / unit : undefined;
}

function writeBinary(whole: bigint): string {
  let power = 0;
  for (; whole % 1024n === 0n && power < binary.length - 1; whole /= 1024n) power++;
  return `${whole}${binary[power]}`;
}
