/**
 * What a plain scalar means to kubectl, which reads YAML by goyaml v2 and sigs.k8s.io/yaml: YAML 1.1 with Go's
 * integers. The rules are those of `resolve` in sigs.k8s.io/yaml/goyaml.v2/resolve.go, found by trying kubectl
 * (test/yaml/fixtures/kubectl-scalars.json).
 */

export type Scalar = null | boolean | number | bigint | string;

const words = new Map<string, Scalar>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
]);

const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)$/;
/** Here Go itself reads the underscores, and takes them only between digits. */
const dotted = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const safeDecimal = /^(?:0|[1-9][0-9]{0,14})$/;

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;

/** The value of a plain scalar; undefined when it is a number that no Kubernetes object can hold. */
export function resolvePlain(text: string): Scalar | undefined {
  if (text.length <= 5) {
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  const digit = first >= 48 && first <= 57;
  if (!digit && first !== 45 && first !== 43 && first !== 46) return text; // not one of 0-9 - + .
  if (safeDecimal.test(text)) return Number(text);
  if (first === 46) return resolveDotted(text);
  return resolveNumber(text);
}

function resolveDotted(text: string): Scalar | undefined {
  if (notFinite.test(text)) return undefined;
  const plain = dotted.test(text) ? text.replaceAll("_", "") : text;
  return finiteOr(plain, text);
}

function resolveNumber(text: string): Scalar | undefined {
  if (notFinite.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const whole = integer.exec(plain);
  if (whole !== null) {
    const value = goInteger(whole[1] ?? "", whole[2] ?? "");
    if (value !== undefined) return fits(value) ? simplest(value) : undefined;
  }
  return finiteOr(plain, text);
}

/** Go's integer of base 0: a leading zero is octal. Undefined for `08`, which is none. */
function goInteger(sign: string, digits: string): bigint | undefined {
  if (/^0[0-9]+$/.test(digits)) {
    if (!/^[0-7]+$/.test(digits)) return undefined;
    return signed(sign, BigInt(`0o${digits}`));
  }
  return signed(sign, BigInt(digits.toLowerCase()));
}

function signed(sign: string, magnitude: bigint): bigint {
  return sign === "-" ? -magnitude : magnitude;
}

/** Whether an integer is one of Go's int64 or uint64: others have no place in a Kubernetes object. */
export function fits(value: bigint): boolean {
  return value >= minInt64 && value <= maxUint64;
}

/** The number where one can hold the integer, else the bigint. */
export function simplest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function finiteOr(text: string, otherwise: string): number | string {
  if (!float.test(text)) return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value)) return otherwise;
  return value === 0 ? 0 : value; // JSON has no -0 worth keeping: Go prints -0, and it equals 0
}

/**
 * The key that a plain scalar is, as sigs.k8s.io/yaml writes it: `yes` is "true", `0644` is "420"; floats have the
 * digits of a float32. Undefined for what can't be one: null, infinities, integers beyond int64.
 */
export function plainKey(text: string): string | undefined {
  const value = resolvePlain(text);
  if (typeof value === "string") return value;
  if (typeof value !== "number" || safeDecimal.test(text)) return keyName(value);
  const plain = text.replaceAll("_", "");
  return float.test(plain) && !isGoInteger(plain) ? float32Text(Number(plain)) : keyName(value);
}

function isGoInteger(plain: string): boolean {
  const whole = integer.exec(plain);
  return whole !== null && goInteger(whole[1] ?? "", whole[2] ?? "") !== undefined;
}

/** Whether a text in plain style would be read as that very text. */
export function staysString(text: string): boolean {
  return resolvePlain(text) === text;
}

/** The key that a value is, where its text is not at hand; undefined for what can't be one. */
export function keyName(value: Scalar | undefined): string | undefined {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return float32Text(value);
  if (typeof value === "bigint" && value > maxInt64) return undefined;
  return value === null || value === undefined ? undefined : String(value);
}

/** Go's strconv.FormatFloat(value, 'g', -1, 32): the shortest digits that make the same float32. */
export function float32Text(value: number): string | undefined {
  const target = Math.fround(value);
  if (!Number.isFinite(target)) return undefined;
  if (target === 0) return Object.is(target, -0) ? "-0" : "0";
  let digits = 1;
  while (digits < 9 && Math.fround(Number(target.toExponential(digits - 1))) !== target) digits += 1;
  const [mantissa = "", power = "0"] = target.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return plainDigits(mantissa, exponent);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  const fraction = padded.slice(exponent + 1);
  return `${sign}${padded.slice(0, exponent + 1)}${fraction === "" ? "" : `.${fraction}`}`;
}
