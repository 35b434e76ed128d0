/** Real local servers that play a script, and transports to them whose time is not the machine's. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";
import { openTransport } from "../../src/cluster/index.js";
import type { Request, Transport, TransportOptions } from "../../src/cluster/index.js";
import { KapplyError } from "../../src/errors.js";
import { stringifyJson } from "../../src/json.js";
import type { Json } from "../../src/json.js";
import type { Connection, Event } from "../../src/model.js";

/** An answer in full, or what to do with the request instead of answering it. */
export type Turn = Answer | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: Json | string;
}

/** A request as it came in. */
export interface Seen {
  method: string;
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  rawHeaders: string[];
  body: string;
}

export interface Scripted {
  url: string;
  port: number;
  /** What came in, `/readyz` left out. */
  seen: Seen[];
  /** What it says next when it is asked whether it is ready; a 404, which tells nothing, beyond the last. */
  readyz: Turn[];
  server: Server;
}

/** Plays `turns` one after the other, or asks a function for each; a request beyond the last turn gets a 418. */
export async function serve(
  turns: readonly Turn[] | ((request: Seen) => Turn),
  tls?: ServerOptions,
  listenOn: { path: string } | { host: string; port: number } = { host: "127.0.0.1", port: 0 },
): Promise<Scripted> {
  const seen: Seen[] = [];
  const readyz: Turn[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one: Seen = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
      };
      const turn = one.path === "/readyz" ? (readyz.shift() ?? { status: 404 }) : next(one);
      if (typeof turn === "function") turn(request, response);
      else give(turn, response);
    });
  };
  function next(one: Seen): Turn {
    seen.push(one);
    return typeof turns === "function" ? turns(one) : (turns[seen.length - 1] ?? { status: 418 });
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(listenOn, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const port = "path" in listenOn ? 0 : (server.address() as AddressInfo).port;
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${port}`, port, seen, readyz, server };
}

function give({ status = 200, headers = {}, body = {} }: Answer, response: ServerResponse): void {
  const text = typeof body === "string" ? body : stringifyJson(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

/** A transport to a server, with a clock that only `sleep` moves, and jitter that is always a half. */
export interface Opened {
  transport: Transport;
  events: Event[];
  /** What it slept, in milliseconds. */
  waits: number[];
  now: () => number;
}

export const startOfTime = Date.parse("2026-01-01T00:00:00Z");

export async function open(
  server: { url: string } | string,
  options: Partial<Omit<TransportOptions, "connection">> & { connection?: Partial<Connection> } = {},
): Promise<Opened> {
  const events: Event[] = [];
  const waits: number[] = [];
  let time = startOfTime;
  const { connection, ...others } = options;
  const transport = await openTransport({
    sends: "writes",
    connection: {
      server: typeof server === "string" ? server : server.url,
      tls: { insecureSkipVerify: false },
      credential: { kind: "none" },
      namespace: "shop",
      foundBy: "the test",
      namespaceFrom: "the test",
      viaKubectlProxy: false,
      ...connection,
    },
    authorizer: { identity: () => Promise.resolve({}), renew: () => Promise.resolve(false) },
    requestTimeoutMs: 10_000,
    concurrency: 4,
    emit: (event) => events.push(event),
    userAgent: "kapply/test",
    now: () => time,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
    random: () => 0.5,
    ...others,
  });
  onTestFinished(() => transport.close());
  return { transport, events, waits, now: () => time };
}

/** What a promise is rejected with; a test fails that expects a failure and gets none. */
export async function errorOf(promise: Promise<unknown>): Promise<KapplyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KapplyError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

interface Recorded {
  status: number;
  contentType: string;
  body: Json;
}

const answers = JSON.parse(readFileSync(new URL("fixtures/answers.json", import.meta.url), "utf8")) as Record<
  string,
  Recorded
>;

/** An answer that a kube-apiserver 1.36.3 gave (fixtures/answers.json), with further headers. */
export function recorded(name: string, headers: Record<string, string> = {}): Answer {
  const answer = answers[name];
  if (!answer) throw new Error(`no recorded answer "${name}"`);
  return {
    status: answer.status,
    headers: { "content-type": answer.contentType, ...headers },
    body: answer.body,
  };
}

export const get = { method: "GET", path: "/version", what: "the version" } as const satisfies Request;
export const patch = {
  method: "PATCH",
  path: "/api/v1/namespaces/shop/configmaps/web?fieldManager=kapply",
  body: { apiVersion: "v1", kind: "ConfigMap" },
  contentType: "application/apply-patch+yaml",
  what: "configmap/web in namespace shop",
} as const satisfies Request;
