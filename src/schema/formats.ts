/**
 * Formats of strings and numbers. Go decides what is one of them; where its rule can't be had in a line, the check
 * here is the looser one, so that nothing is refused that the API server takes.
 *
 * Built-in types: what their Go types decode. Custom resources: the formats that apiextensions-apiserver knows
 * (pkg/apiserver/validation/formats.go); it ignores others.
 */
import { isIPv4, isIPv6 } from "node:net";

const int64 = 2 ** 63;

/** Base64 as Go's `base64.StdEncoding` decodes it: padded, line breaks ignored. */
function isBase64(text: string): boolean {
  const plain = text.replace(/[\r\n]/g, "");
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)([.,]\d+)?([Zz]|[-+]\d\d:\d\d)$/;

/** A time as Go reads RFC 3339. */
function isTime(text: string): boolean {
  const match = rfc3339.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  return isDay(year, month, day) && hour < 24 && minute < 60 && second < 60;
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** A time as `metav1.MicroTime` reads it: with six digits of the second. */
function isMicroTime(text: string): boolean {
  return isTime(text) && /T[\d:]*\.\d{6}[Z+-]/.test(text);
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

const isIP = (text: string): boolean => isIPv4(text) || (isIPv6(text) && !text.includes("%"));

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...rest] = text.split("/");
  const most = isIPv4(address) ? 32 : 128;
  return isIP(address) && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** Whether a text has a format; formats that are not listed are not checked. */
export const stringFormats = new Map<string, (text: string) => boolean>([
  ["byte", isBase64],
  ["date-time", isTime],
  ["datetime", isTime],
  ["micro-time", isMicroTime],
  ["date", isDate],
  ["ipv4", (text) => isIP(text) && text.includes(".")],
  ["ipv6", (text) => isIP(text) && text.includes(":")],
  ["cidr", isCidr],
  ["mac", (text) => /^([0-9a-fA-F]{2}([:-][0-9a-fA-F]{2})+|[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4})+)$/.test(text)],
  ["uri", (text) => /^(\/|[A-Za-z][A-Za-z0-9+.-]*:)/.test(text)],
  ["email", (text) => /.@./.test(text)],
  ["uuid", (text) => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text)],
  ["uuid3", (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text)],
  [
    "uuid4",
    (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  ],
  [
    "uuid5",
    (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  ],
  ["hexcolor", (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ["duration", (text) => /^[-+]?(0|[\d.]+\s*[a-zµμ]+([\d.]+\s*[a-zµμ]+)*)$/i.test(text)],
]);

/** Whether an integer has a format. */
export const numberFormats = new Map<string, (value: number) => boolean>([
  ["int32", (value) => value >= -(2 ** 31) && value < 2 ** 31],
  ["int64", (value) => value >= -int64 && value < int64],
]);

/** Formats in the words of a message. */
export const formatNames = new Map([
  ["byte", "base64 text"],
  ["date-time", "an RFC 3339 time such as 2024-01-31T12:00:00Z"],
  ["datetime", "an RFC 3339 time such as 2024-01-31T12:00:00Z"],
  ["micro-time", "an RFC 3339 time with microseconds such as 2024-01-31T12:00:00.000000Z"],
  ["date", "a date such as 2024-01-31"],
  ["ipv4", "an IPv4 address"],
  ["ipv6", "an IPv6 address"],
  ["cidr", "a CIDR block such as 10.0.0.0/8"],
  ["mac", "a MAC address"],
  ["uri", "a URI"],
  ["email", "an e-mail address"],
  ["uuid", "a UUID"],
  ["hexcolor", "a color such as #00ff00"],
  ["duration", "a duration such as 1h30m"],
  ["int32", "a 32-bit integer"],
  ["int64", "a 64-bit integer"],
]);
