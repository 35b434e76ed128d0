/** Answers that say no, read into a `ServerStatus` whatever they look like. */
import { getKey, getPath, isObject, parseJson } from "../json.js";
import type { Json } from "../json.js";
import type { ServerStatus, StatusCause } from "../model.js";

/** An answer that is no success. */
export interface Refused {
  status: ServerStatus;
  /** Whether the body was a Kubernetes `Status`; otherwise something between us and the server may have answered. */
  fromKubernetes: boolean;
  /** At most 2 KiB of a body that is no `Status`. */
  excerpt: string;
  /** What Retry-After, or the Status, asks to wait. */
  retryAfterMs?: number | undefined;
  /** Where a 3xx wants to send us: without its query, which may hold a token. */
  location?: string | undefined;
}

const excerptLimit = 2048;

/** Reads an answer of any status but 2xx. */
export function readRefusal(
  code: number,
  headers: Record<string, string>,
  text: string,
  now: number,
): Refused {
  const body = tryJson(text);
  const fromKubernetes = getKey(body, "kind") === "Status";
  const details = getKey(body, "details");
  const seconds = getKey(details, "retryAfterSeconds");
  const status: ServerStatus = {
    code,
    reason: textOf(getKey(body, "reason")),
    message: fromKubernetes ? textOf(getKey(body, "message")) : "",
    causes: causesOf(getKey(details, "causes")),
    retryAfterSeconds: typeof seconds === "number" && seconds > 0 ? seconds : undefined,
    group: optionalText(getKey(details, "group")),
    kind: optionalText(getKey(details, "kind")),
    name: optionalText(getKey(details, "name")),
  };
  const asked = [retryAfterMs(headers["retry-after"], now), (status.retryAfterSeconds ?? NaN) * 1000];
  const waits = asked.filter((wait): wait is number => wait !== undefined && !Number.isNaN(wait));
  return {
    status,
    fromKubernetes,
    excerpt: fromKubernetes ? "" : excerptOf(text),
    retryAfterMs: waits.length > 0 ? Math.max(...waits) : undefined,
    location: headers["location"]?.replace(/[?#].*$/s, ""),
  };
}

/** What `Retry-After` asks to wait, in milliseconds: seconds, or an HTTP date. RFC 9110 10.2.3. */
function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = text === "" ? NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The start of a text: at most 2 KiB, in whole characters. */
export function excerptOf(text: string): string {
  const start = Buffer.from(text.trim()).subarray(0, excerptLimit + 1);
  if (start.length <= excerptLimit) return start.toString();
  return `${new TextDecoder().decode(start.subarray(0, excerptLimit), { stream: true })}...`;
}

/** The continue token that a 410 of a list gives for going on, though no longer at the same resource version. */
export function freshContinueToken(body: Json): string | undefined {
  return optionalText(getPath(body, ["metadata", "continue"]));
}

export function tryJson(text: string): Json {
  try {
    return text === "" ? null : parseJson(text);
  } catch {
    return null;
  }
}

function causesOf(value: unknown): StatusCause[] {
  if (!Array.isArray(value)) return [];
  const items: unknown[] = value;
  return items.filter(isObject).map((cause) => ({
    reason: textOf(getKey(cause, "reason")),
    field: textOf(getKey(cause, "field")),
    message: textOf(getKey(cause, "message")),
  }));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
