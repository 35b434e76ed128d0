/** One attempt at a request: credentials and limits around an exchange, and what its answer means. */
import { parseJson } from "../json.js";
import type { Json } from "../json.js";
import type { Identity } from "../model.js";
import type { Fault } from "./faults.js";
import { redactor, requestHeaders, warningTexts } from "./headers.js";
import type { Exchange } from "./exchange.js";
import { openHttp } from "./http.js";
import { linesOf } from "./lines.js";
import { refusalKind } from "./refusals.js";
import type { Trouble } from "./retry.js";
import { excerptOf, readRefusal, tryJson } from "./status.js";
import type { Reply, Request, Stream, StreamRequest, TransportOptions } from "./types.js";

export interface Sender {
  /** Sends once. Resolves to what went wrong where something did. */
  send(request: Request, body: string | undefined): Promise<Reply | Trouble>;
  /** Sends once, and resolves when the answer begins. */
  open(request: StreamRequest, signal: AbortSignal): Promise<Stream | Reply | Trouble>;
  close(): Promise<void>;
  readonly sent: number;
  /** Of these, what may have changed something. */
  readonly writes: number;
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
  const mayLeave = (): boolean => options.halted?.() === undefined;
  let sent = 0;
  let writes = 0;

  function timeLimit({ timeoutMs = Infinity }: Request) {
    const left = deadline === undefined ? Infinity : deadline - now();
    const own = Math.min(timeoutMs, requestTimeoutMs === 0 ? Infinity : requestTimeoutMs);
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

  function counted(request: Request): void {
    sent++;
    if (request.method !== "GET" && request.harmless !== true) writes++;
    request.count?.();
  }

  async function send(request: Request, body: string | undefined): Promise<Reply | Trouble> {
    const identity = await authorizer.identity();
    const headers = requestHeaders(request, connection, identity, userAgent);
    const maxBytes = request.maxBytes ?? defaultMaxBytes;
    const { method, path } = request;
    counted(request);
    const exchange = await http.send(
      { method, path, headers, body, maxBytes, signal: hardSignal, mayLeave, ...timeLimit(request) },
      identity,
    );
    return understood(request, identity, exchange);
  }

  async function open(request: StreamRequest, signal: AbortSignal): Promise<Stream | Reply | Trouble> {
    const identity = await authorizer.identity();
    const ours = requestHeaders(request, connection, identity, userAgent);
    // Whoever packs a stream holds back what would fill no block yet.
    const headers = { ...ours, "accept-encoding": "identity" };
    const maxBytes = request.maxBytes ?? defaultMaxBytes;
    const { method, path, idleMs } = request;
    counted(request);
    const opening = await http.open(
      { method, path, headers, maxBytes, signal, ...timeLimit(request) },
      idleMs,
      identity,
    );
    if (opening.kind !== "stream") return understood(request, identity, opening);
    const { status, chunks } = opening;
    return { status, warnings: warningTexts(opening.headers["warning"]), lines: linesOf(chunks, maxBytes) };
  }

  async function understood(
    request: Request,
    identity: Identity,
    exchange: Exchange,
  ): Promise<Reply | Trouble> {
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
    open,
    close: () => http.close(),
    get sent() {
      return sent;
    },
    get writes() {
      return writes;
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
