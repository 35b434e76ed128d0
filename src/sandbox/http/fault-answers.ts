/**
 * The bodies of errors that are made on purpose: as the real server, or a proxy before it, sends them.
 *
 * Source: apiserver pkg/server/filters/priority-and-fairness.go (429), waitgroup.go (503); apimachinery
 * pkg/api/errors/errors.go for reasons.
 */
import { STATUS_CODES } from "node:http";
import type { JsonObject } from "../../json.js";
import type { Answer } from "../model.js";
import type { Effect, ErrorBody } from "./faults.js";

interface Words {
  reason: string;
  message: string;
  /** `status` where nothing is said. */
  body?: ErrorBody;
}

const words: Readonly<Record<number, Words>> = {
  400: { reason: "BadRequest", message: "the server rejected our request for an unknown reason" },
  401: { reason: "Unauthorized", message: "Unauthorized" },
  403: { reason: "Forbidden", message: "forbidden" },
  404: { reason: "NotFound", message: "the server could not find the requested resource" },
  405: {
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
  },
  406: { reason: "NotAcceptable", message: "only the following media types are accepted: application/json" },
  409: { reason: "Conflict", message: "the server reported a conflict" },
  410: { reason: "Expired", message: "too old resource version" },
  413: { reason: "RequestEntityTooLarge", message: "Request entity too large" },
  415: { reason: "UnsupportedMediaType", message: "the body of the request was in an unknown format" },
  422: { reason: "Invalid", message: "the server rejected our request due to an error in our request" },
  429: { reason: "TooManyRequests", message: "Too many requests, please try again later.", body: "text" },
  500: { reason: "", message: "etcdserver: leader changed" },
  502: { reason: "", message: "Bad Gateway", body: "html" },
  503: { reason: "ServiceUnavailable", message: "apiserver is shutting down" },
  504: { reason: "Timeout", message: "Gateway Time-out", body: "html" },
};

/** The answer that is sent in place of the right one. */
export function errorAnswer(effect: Extract<Effect, { is: "error" }>): Answer {
  const { status, retryAfter } = effect;
  const usual = words[status] ?? { reason: "", message: STATUS_CODES[status] ?? `status ${status}` };
  const message = effect.message ?? usual.message;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  switch (effect.body ?? usual.body ?? "status") {
    case "text":
      return { status, headers, text: `${message}\n` };
    case "html":
      return { status, headers, contentType: "text/html", text: page(`${status} ${message}`) };
    case "none":
      return { status, headers, text: "" };
    case "status":
      return { status, headers, json: failure(status, usual.reason, message, retryAfter) };
  }
}

function failure(
  code: number,
  reason: string,
  message: string,
  retryAfterSeconds: number | undefined,
): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
    code,
  };
}

function page(title: string): string {
  const shown = title.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const lines = [
    "<html>",
    `<head><title>${shown}</title></head>`,
    "<body>",
    `<center><h1>${shown}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ];
  return lines.join("\r\n");
}
