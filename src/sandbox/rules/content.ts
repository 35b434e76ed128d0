/**
 * ConfigMaps and Secrets.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`ValidateConfigMap`, `ValidateSecret`).
 */
import { equalJson, getKey, isObject, type Json } from "../../json.js";
import { dataKey } from "./formats.js";
import { at, entries, forbidden, invalid, isThere, required, text, tooLong, type Spot } from "./spot.js";

/** `MaxSecretSize`: all values, decoded. */
const mostBytes = 1024 * 1024;

export function configMapRules(object: Spot): void {
  const [data, binary] = [at(object, "data"), at(object, "binaryData")];
  let bytes = 0;
  for (const [key, entry] of entries(data)) {
    for (const fault of dataKey(key)) invalid(entry, fault, key);
    if (isObject(binary.value) && Object.hasOwn(binary.value, key))
      invalid(entry, "duplicate of key present in binaryData", key);
    bytes += Buffer.byteLength(text(entry));
  }
  for (const [key, entry] of entries(binary)) {
    for (const fault of dataKey(key)) invalid(entry, fault, key);
    bytes += decodedBytes(text(entry));
  }
  if (bytes > mostBytes) tooLong({ ...object, path: "" }, mostBytes);
}

/** The bytes that a base64 text stands for. */
function decodedBytes(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

const neededKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};
const accountName = "kubernetes.io/service-account.name";

export function secretRules(object: Spot): void {
  const data = at(object, "data");
  let bytes = 0;
  for (const [key, entry] of entries(data)) {
    for (const fault of dataKey(key)) invalid(entry, fault, key);
    bytes += decodedBytes(text(entry));
  }
  if (bytes > mostBytes) tooLong(data, mostBytes);
  const type = text(at(object, "type"));
  const entry = (key: string): Spot => ({
    value: getKey(data.value, key),
    path: `data[${key}]`,
    found: object.found,
  });
  for (const key of (Object.hasOwn(neededKeys, type) ? neededKeys[type] : undefined) ?? []) {
    const spot = entry(key);
    if (!isThere(spot)) required(spot);
    else if (key.startsWith(".docker")) jsonRules(spot);
  }
  if (type === "kubernetes.io/basic-auth" && !["username", "password"].some((key) => isThere(entry(key))))
    for (const key of ["username", "password"]) required(entry(key));
  if (type !== "kubernetes.io/service-account-token") return;
  const account = getKey(at(object, "metadata", "annotations").value, accountName);
  if (account === undefined || account === "")
    required({ value: account, path: `metadata.annotations[${accountName}]`, found: object.found });
}

function jsonRules(entry: Spot): void {
  const json = Buffer.from(text(entry), "base64").toString("utf8");
  try {
    const value: unknown = JSON.parse(json);
    if (isObject(value)) return;
    invalid(
      entry,
      "json: cannot unmarshal into Go value of type map[string]interface {}",
      "<secret contents redacted>",
    );
  } catch {
    const [sign = ""] = json.trim();
    const why =
      sign === ""
        ? "unexpected end of JSON input"
        : `invalid character '${sign}' looking for beginning of value`;
    invalid(entry, why, "<secret contents redacted>");
  }
}

/** What was declared immutable stays as it is, and stays immutable. */
export function frozenRules(
  object: Spot,
  live: Json,
  fields: Readonly<Record<string, "there" | "none">>,
): void {
  if (getKey(live, "immutable") !== true) return;
  const message = "field is immutable when `immutable` is set";
  if (at(object, "immutable").value !== true) forbidden(at(object, "immutable"), message);
  for (const [field, absent] of Object.entries(fields)) {
    // An empty map is another value than none, but where each that is read has at least that.
    const none = absent === "there" ? {} : null;
    if (!equalJson(at(object, field).value ?? none, getKey(live, field) ?? none))
      forbidden(at(object, field), message);
  }
}
