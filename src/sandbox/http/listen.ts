/**
 * The server's sockets. HTTP/1.1 only, over TLS or plain: whatever comes in, it goes on serving.
 *
 * Limits are those of the real server: apiserver pkg/server/secure_serving.go, config.go (`MaxRequestBodyBytes`).
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Socket } from "node:net";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { KapplyError } from "../../errors.js";
import { isTooLarge } from "./call.js";
import { lineOf, plainAnswer, trackConnections } from "./connections.js";
import type { Connections } from "./connections.js";
import { exchange } from "./exchange.js";
import type { Handle, Service } from "./exchange.js";
import { chooser } from "./faults.js";
import type { Fault } from "./faults.js";
import type { LogLine } from "./log.js";

export interface ListenOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** All PEM. Client certificates that `clientCa` has signed are users. */
  tls?: { key: string; certificate: string; clientCa?: string } | undefined;
  handle: Handle;
  faults?: readonly Fault[] | undefined;
  log?: ((line: LogLine) => void) | undefined;
  /** Bodies beyond it are answered with 413. */
  maxBodyBytes?: number | undefined;
  /** How long a connection may take for the header of a request, and for the TLS handshake. */
  headersTimeoutMs?: number | undefined;
}

export interface Listener {
  /** The address that is listened on: `127.0.0.1` where `localhost` was asked for. */
  host: string;
  port: number;
  /** Ends idle connections and streams at once, and others with their answer, or after a second. */
  close(): Promise<void>;
}

const graceMs = 1000;

/**
 * Begins to listen.
 * @throws KapplyError `usage` where the address or the port can't be had, or the certificate can't be used.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, tls } = options;
  const closing = new AbortController();
  const connections = trackConnections();
  const server = serverOf(options);
  server.on("connection", connections.add);
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const authority = `${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;

  const service: Service = {
    handle: options.handle,
    choose: chooser(options.faults ?? []),
    log: carefully(options.log),
    base: `${tls === undefined ? "http" : "https"}://${authority}`,
    maxBodyBytes: options.maxBodyBytes ?? 3 * 1024 * 1024,
    closing: closing.signal,
    presented: connections.presented,
    reset: connections.reset,
  };
  const underWay = wire(server, service, connections);

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
    closing.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([Promise.all(underWay), late]);
    clearTimeout(timer);
    connections.destroyAll();
    await stopped;
  };
  return { host: address.address, port: address.port, close: () => (closed ??= close()) };
}

/** A log that fails (a closed pipe) is no reason to stop. */
function carefully(log: ListenOptions["log"]): (line: LogLine) => void {
  return (line) => {
    try {
      log?.(line);
    } catch {
      // There is nowhere to say so.
    }
  };
}

/** Has a server serve. Gives the requests that are under way, as they come and go. */
function wire(server: Server, service: Service, connections: Connections): ReadonlySet<Promise<void>> {
  const underWay = new Set<Promise<void>>();
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    connections.answering(request.socket, response);
    const done: Promise<void> = exchange(service, request, response).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  server.on("request", serve);
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (!isTooLarge(request, service.maxBodyBytes)) response.writeContinue();
    serve(request, response);
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => undefined);
    socket.end(plainAnswer(404, "404 page not found"));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket instanceof Socket) connections.refuse(error, socket, service.log);
    else socket.destroy();
  });
  // A connection that can't be accepted (too many open files) is no reason to stop.
  server.on("error", (error) => service.log(lineOf(0, error.message)));
  return underWay;
}

function serverOf({ tls, headersTimeoutMs = 32_000 }: ListenOptions): Server {
  const limits: ServerOptions = {
    maxHeaderSize: 1024 * 1024,
    keepAliveTimeout: 90_000,
    headersTimeout: headersTimeoutMs,
    requestTimeout: Math.max(60_000, headersTimeoutMs),
    connectionsCheckingInterval: Math.min(headersTimeoutMs, 10_000),
    noDelay: true,
    requireHostHeader: false, // so that its absence is logged
  };
  const server = tls === undefined ? createServer(limits) : tlsServerOf(tls, limits, headersTimeoutMs);
  // The size is limited; the number is not.
  server.maxHeadersCount = 0;
  return server;
}

function tlsServerOf(
  tls: NonNullable<ListenOptions["tls"]>,
  limits: ServerOptions,
  handshakeTimeout: number,
): Server {
  const { key, certificate, clientCa } = tls;
  // A client certificate is never a must: who has none may have a token.
  const clients =
    clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  try {
    return createTlsServer({ ...limits, key, cert: certificate, handshakeTimeout, ...clients });
  } catch (error) {
    const message = "the certificate, its key or the authority of clients can't be used";
    throw new KapplyError("usage", `${message}: ${(error as Error).message}`, { cause: error });
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const [why, hint] = reasons[error.code ?? ""] ?? [error.message];
      const where = `port ${port} of ${host}`;
      reject(new KapplyError("usage", `can't listen on ${where}: ${why}`, { hint, cause: error }));
    };
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

const reasons: Readonly<Record<string, [why: string, hint: string]>> = {
  EADDRINUSE: ["it is in use", "take another port, or 0 for any that is free"],
  EACCES: ["not permitted", "take a port above 1023"],
  EADDRNOTAVAIL: ["this machine has no such address", "use 127.0.0.1, or 0.0.0.0 for all addresses"],
  ENOTFOUND: ["no such host", "use 127.0.0.1, or 0.0.0.0 for all addresses"],
};
