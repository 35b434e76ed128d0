/** One attempt at a request: credentials and limits around an exchange, and what its answer means. */
import { parseJson } from "../json.js";
import type { Json } from "../json.js";
import type { Identity } from "../model.js";
import type { Fault } from "./faults.js";
import { redactor, requestHeaders, warningTexts } from "./headers.js";
import { openHttp } from "./http.js";
import type { Exchange } from "./http.js";
import { refusalKind } from "./refusals.js";
import type { Trouble } from "./retry.js";
import { excerptOf, readRefusal, tryJson } from "./status.js";
import type { Reply, Request, TransportOptions } from "./types.js";

export interface Sender {
  /** Sends once. Resolves to what went wrong where something did. */
  send(request: Request, body: string | undefined): Promise<Reply | Trouble>;
  close(): Promise<void>;
  readonly sent: number;
}

const defaultMaxBytes = 64 * 1024 * 1024;

/** Loads undici; nothing is sent yet. Throws as `openTransport` does. */
export async function openSender(options: TransportOptions, now: () => number): Promise<Sender> {
  const { connection, authorizer, requestTimeoutMs, deadline, hardSignal, userAgent } = options;
  const http = await openHttp({
    connection,
    concurrency: options.concurrency,
    connectTimeoutMs: requestTimeoutMs,
  });
  let sent = 0;

  function timeLimit() {
    const left = deadline === undefined ? Infinity : deadline - now();
    const own = requestTimeoutMs === 0 ? Infinity : requestTimeoutMs;
    return {
      timeoutMs: Math.min(own, left),
      timeoutIs: left < own ? ("deadline" as const) : ("attempt" as const),
    };
  }

  /** Whether there is another identity to try. Requests that fail at the same time renew it once. */
  async function renewed(used: Identity): Promise<boolean> {
    const changed = async () => !sameIdentity(await authorizer.identity(), used);
    return (await changed()) || (await authorizer.renew(used)) || (await changed());
  }

  async function send(request: Request, body: string | undefined): Promise<Reply | Trouble> {
    const identity = await authorizer.identity();
    const headers = requestHeaders(request, connection, identity, userAgent);
    const maxBytes = request.maxBytes ?? defaultMaxBytes;
    sent++;
    request.count?.();
    const { method, path } = request;
    const exchange = await http.send(
      { method, path, headers, body, maxBytes, signal: hardSignal, ...timeLimit() },
      identity,
    );
    if (exchange.kind === "fault") return exchange;
    if (exchange.status < 300) return readReply(request, exchange);
    const text = redactor(identity)(exchange.text);
    const refused = readRefusal(exchange.status, exchange.headers, text, now());
    const refusal = refusalKind(refused);
    if (request.alsoReturn?.includes(refusal)) return readReply(request, exchange);
    return {
      kind: "refusal",
      refusal,
      refused,
      renewed: refusal === "unauthenticated" && (await renewed(identity)),
    };
  }

  return {
    send,
    close: () => http.close(),
    get sent() {
      return sent;
    },
  };
}

function sameIdentity(a: Identity, b: Identity): boolean {
  return a.authorization === b.authorization && a.certificate?.cert === b.certificate?.cert;
}

type Answer = Extract<Exchange, { kind: "answer" }>;

function readReply(request: Request, { status, headers, text }: Answer): Reply | Trouble {
  const lenient = request.raw === true || status >= 300;
  const read = lenient ? { body: tryJson(text) } : readBody(text, headers["content-type"] ?? "");
  if ("fault" in read) return { kind: "fault", fault: read.fault };
  return { status, body: read.body, text, warnings: warningTexts(headers["warning"]), headers };
}

/** A body that is cut short is a broken connection; one that never was JSON comes from something else. */
function readBody(text: string, contentType: string): { body: Json } | { fault: Fault } {
  if (text === "") return { body: null };
  try {
    return { body: parseJson(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fault: Fault = /\bjson\b/.test(contentType)
      ? { kind: "connection", reason: "cut", detail: why, sent: true }
      : {
          kind: "nonsense",
          detail: `its content type is ${contentType || "missing"}`,
          excerpt: excerptOf(text),
        };
    return { fault };
  }
}
