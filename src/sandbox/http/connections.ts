/** The connections of a server: what is known of each, and how to end it. */
import { STATUS_CODES } from "node:http";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { presentedBy } from "./client-certificate.js";
import type { Presented } from "./client-certificate.js";
import type { LogLine } from "./log.js";

export interface Connections {
  /** A new TCP connection, before any TLS. */
  add: (raw: Socket) => void;
  presented: (socket: Socket) => Presented;
  /** Ends a connection, encrypted or not, with a TCP reset. */
  reset: (socket: Socket) => void;
  /** An answer is due on a connection. */
  answering: (socket: Socket, response: ServerResponse) => void;
  /** Ends a connection that something other than HTTP came on. */
  refuse: (error: NodeJS.ErrnoException, socket: Socket, log: (line: LogLine) => void) => void;
  destroyAll: () => void;
}

export function trackConnections(): Connections {
  // A TLS socket does not lead to the TCP socket beneath it; both have the same peer.
  const raws = new Map<string, Socket>();
  const presented = new WeakMap<Socket, Presented>();
  const due = new WeakMap<Socket, Set<ServerResponse>>();
  const refused = new WeakSet<Socket>();
  const rawOf = (socket: Socket): Socket | undefined => raws.get(peerOf(socket));

  return {
    add(raw) {
      const peer = peerOf(raw);
      raws.set(peer, raw);
      raw.once("close", () => {
        if (raws.get(peer) === raw) raws.delete(peer);
      });
    },
    presented(socket) {
      const known = presented.get(socket) ?? presentedBy(socket);
      presented.set(socket, known);
      return known;
    },
    reset(socket) {
      rawOf(socket)?.resetAndDestroy();
      socket.destroy();
    },
    answering(socket, response) {
      const responses = due.get(socket) ?? new Set();
      due.set(socket, responses.add(response));
      response.once("close", () => responses.delete(response));
    },
    refuse(error, socket, log) {
      if (left.has(error.code ?? "")) {
        socket.destroy();
        return;
      }
      // The parser complains about every further piece.
      if (refused.has(socket)) return;
      refused.add(socket);
      const isPlain = error.code === "ERR_SSL_HTTP_REQUEST";
      const status = statuses[error.code ?? ""] ?? 400;
      // What is under way is not to be mixed with another answer, and a broken handshake can't be answered.
      const begun = [...(due.get(socket) ?? [])].some(({ headersSent }) => headersSent);
      const silent = !isPlain && (begun || !socket.writable);
      const what = /^ERR_(SSL|TLS)_/.test(error.code ?? "") && !isPlain ? "TLS" : "not HTTP";
      log(lineOf(silent ? 0 : status, `${what}: ${error.code ?? error.message}`));
      if (isPlain) endSlowly(rawOf(socket) ?? socket, notEncrypted);
      else if (silent) socket.destroySoon();
      else endSlowly(socket, plainAnswer(status, unreadable(status)));
    },
    destroyAll: () => raws.forEach((raw) => raw.destroy()),
  };
}

/** The client went away; HPE_INVALID_EOF_STATE: in the middle of a request. */
const left = new Set(["ECONNRESET", "EPIPE", "HPE_INVALID_EOF_STATE"]);

/** For errors of the parser of node:http. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_INVALID_TRANSFER_ENCODING: 501,
  HPE_INVALID_VERSION: 505,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

// Go's net/http answers in these words.
const notEncrypted = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

const lingerMs = 500;

function unreadable(status: number): string {
  return status === 501 ? "Unsupported transfer encoding" : `${status} ${STATUS_CODES[status] ?? ""}`;
}

/** Closing while the client still sends would reset the connection, and the answer could be lost. */
function endSlowly(socket: Socket, text: string): void {
  socket.on("error", () => undefined).resume();
  socket.end(text);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** An answer where there is no request to answer: written by hand. */
export function plainAnswer(status: number, text: string): string {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`;
  return `${head}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}\n`;
}

/** What the log says of what was no request. */
export function lineOf(status: number, error: string): LogLine {
  const time = new Date().toISOString();
  return { time, method: "", path: "", user: "", status, milliseconds: 0, bytes: 0, error };
}

function peerOf({ remoteAddress = "", remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
