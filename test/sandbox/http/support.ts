/** A server with a handler of the test's own, and bare sockets to it. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { onTestFinished } from "vitest";
import { listen } from "../../../src/sandbox/http/listen.js";
import type { Listener, ListenOptions } from "../../../src/sandbox/http/listen.js";
import type { LogLine } from "../../../src/sandbox/http/log.js";
import { parseFault } from "../../../src/sandbox/http/fault-spec.js";
import type { Answer, HttpCall } from "../../../src/sandbox/model.js";

export interface Served extends Listener {
  url: string;
  calls: HttpCall[];
  lines: LogLine[];
}

/** Listens on a free port. Answers with the method, path and body that came, unless told otherwise. */
export async function serve(
  options: Omit<Partial<ListenOptions>, "faults"> & { faults?: string[] } = {},
): Promise<Served> {
  const calls: HttpCall[] = [];
  const lines: LogLine[] = [];
  const { faults = [], handle = echo, ...others } = options;
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    log: (line) => lines.push({ ...line }),
    ...others,
    faults: faults.map(parseFault),
    handle: (call, note) => {
      calls.push(call);
      return handle(call, note);
    },
  });
  onTestFinished(() => listener.close());
  const url = `${others.tls === undefined ? "http" : "https"}://127.0.0.1:${listener.port}`;
  return { ...listener, url, calls, lines };
}

/** Options of a server that gives this answer to everything. */
export const answers = (answer: Answer): Pick<ListenOptions, "handle"> => ({
  handle: () => Promise.resolve(answer),
});

const echo: ListenOptions["handle"] = ({ method, url, body }) =>
  Promise.resolve({ status: 200, json: { method, path: url.pathname, body: Buffer.from(body).toString() } });

/** What came back on a connection, and how it ended: `open` where it had not when the time was over. */
export interface Reply {
  text: string;
  end: "open" | "closed" | "reset";
}

/** Sends bytes as they are, and reads until the server ends the connection or nothing has come for a while. */
export async function raw(
  { port }: { port: number },
  bytes: string | Uint8Array | (string | Uint8Array)[],
  { quietMs = 150, ca }: { quietMs?: number; ca?: string } = {},
): Promise<Reply> {
  const socket = ca === undefined ? connect(port, "127.0.0.1") : connectTls({ port, host: "127.0.0.1", ca });
  return new Promise((resolve) => {
    let text = "";
    const done = (end: Reply["end"]) => () => {
      clearTimeout(timer);
      resolve({ text, end });
      socket.destroy();
    };
    let timer = setTimeout(done("open"), quietMs * 4);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(done("open"), quietMs);
    });
    socket.on("error", done("reset")).on("end", done("closed")).on("close", done("closed"));
    for (const piece of Array.isArray(bytes) ? bytes : [bytes])
      socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
  });
}

export async function open({ port }: { port: number }): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A request by its lines, the last on its connection unless a header says otherwise. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  const last = headers.some((header) => header.startsWith("Connection:")) ? [] : ["Connection: close"];
  return [`${line} HTTP/1.1`, "Host: localhost", ...last, ...headers, "", body].join("\r\n");
}

/** The status of the first answer in a text, undefined where there is none. */
export function statusOf({ text }: Reply): number | undefined {
  const match = /^HTTP\/1\.[01] (\d{3}) /.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** Waits until something is so. */
export async function until(so: () => boolean, withinMs = 5000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!so()) {
    if (Date.now() > end) throw new Error(`not so within ${withinMs} ms: ${String(so)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
