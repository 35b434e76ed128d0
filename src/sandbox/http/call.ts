/** From what node:http read to a call, or to the refusal of what can't be one. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { tooLarge, unauthorized } from "../status.js";
import type { StatusError } from "../status.js";
import type { Answer, HttpCall } from "../model.js";
import type { Presented } from "./client-certificate.js";

export type Incoming =
  | { is: "call"; call: HttpCall }
  | { is: "refused"; answer: Answer; then: Then }
  /** The client went away in the middle of it. */
  | { is: "gone" };

/**
 * What comes after a refusal: the next request; the end of the connection, since what else comes on it can't be made
 * sense of; or its end once the client has sent what it was sending, for else it could miss the answer.
 */
export type Then = "go on" | "close" | "read on";

export interface ReadOptions {
  /** Scheme, host and port of what the URL of a call is to begin with. */
  base: string;
  maxBodyBytes: number;
  presented: Presented;
  signal: AbortSignal;
}

/**
 * Reads a request with its body. What is refused here is refused by the real server before any handler sees it:
 * bad escapes, unknown transfer encodings, bodies beyond the limit, certificates of unknown authorities.
 */
export async function readCall(request: IncomingMessage, options: ReadOptions): Promise<Incoming> {
  const { base, maxBodyBytes, presented, signal } = options;
  const { method = "" } = request;
  if (request.httpVersion === "1.1" && request.headers.host === undefined)
    return {
      is: "refused",
      then: "close",
      answer: { status: 400, text: "400 Bad Request: missing required Host header" },
    };
  const encoding = request.headers["transfer-encoding"];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "chunked")
    return { is: "refused", then: "close", answer: { status: 501, text: "Unsupported transfer encoding" } };
  if (method === "OPTIONS" && request.url === "*")
    return { is: "refused", then: "go on", answer: { status: 200, text: "" } };
  const url = urlOf(request.url ?? "", base);
  if (url === undefined)
    return { is: "refused", then: "close", answer: { status: 400, text: "400 Bad Request" } };
  const body = await readBody(request, maxBodyBytes);
  if (body === "gone") return { is: "gone" };
  if (body === "too-large")
    return refusal(tooLarge(`Request entity too large: limit is ${maxBodyBytes}`), "read on");
  if (presented.is === "unknown" && request.headers.authorization === undefined)
    return refusal(unauthorized(), "go on");
  const certificate = presented.is === "user" ? { certificate: presented.user } : {};
  const headers = textHeaders(request);
  return { is: "call", call: { method, url, headers, body, signal, ...certificate } };
}

function refusal({ status }: StatusError, then: Then): Incoming {
  return { is: "refused", then, answer: { status: status["code"] as number, json: status } };
}

/**
 * The URL of a request's target, or undefined where a `%` begins no escape.
 *
 * The URL class rewrites some of what Go leaves alone: backslashes, `#`, and the segments `.` and `..`, encoded ones
 * too. Such dots are escaped twice: nothing is served at these paths, and none of them may turn into another path.
 */
export function urlOf(target: string, base: string): URL | undefined {
  const relative = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, "");
  const at = relative.indexOf("?");
  const path = at < 0 ? relative : relative.slice(0, at);
  const query = at < 0 ? "" : relative.slice(at);
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  const dots = path.replace(/(?<=^|\/)(?:\.|%2e){1,2}(?=\/|$)/gi, (segment) =>
    segment.replace(/\.|%2e/gi, "%252e"),
  );
  const kept = (dots.startsWith("/") ? dots : `/${dots}`).replaceAll("\\", "%5C");
  return new URL(base + (kept + query).replaceAll("#", "%23"));
}

/** A body beyond the limit is read no further. */
function readBody(request: IncomingMessage, limit: number): Promise<Buffer | "too-large" | "gone"> {
  if (isTooLarge(request, limit)) return Promise.resolve("too-large");
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limit) return void chunks.push(chunk);
      request.off("data", take);
      resolve("too-large");
    };
    request.on("data", take);
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", () => resolve("gone"));
    request.once("close", () => resolve("gone"));
  });
}

/** Whether a request announces a body beyond the limit. */
export function isTooLarge(request: IncomingMessage, limit: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > limit;
}

/** Of a header that came several times, node:http keeps the first or joins them with ", ", as RFC 9110 allows. */
function textHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  const { "set-cookie": cookies, ...others } = headers;
  const texts = others as Record<string, string | undefined>;
  return cookies === undefined ? texts : { ...texts, "set-cookie": cookies.join("; ") };
}
