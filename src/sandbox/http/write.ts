/** From an answer to what goes over the wire. */
import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import { stringifyJson } from "../../json.js";
import type { Answer, HttpCall } from "../model.js";

export type StreamAnswer = Extract<Answer, { stream: unknown }>;
export type WholeAnswer = Exclude<Answer, StreamAnswer>;

/** An answer's bytes to be. */
export interface Written {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/**
 * Writes out an answer. JSON ends with a line break, as Go's encoder has it, and is indented for `pretty`.
 * @throws TypeError where the JSON can't be written (a cycle).
 */
export function writeOut(answer: WholeAnswer, pretty: boolean): Written {
  const isJson = "json" in answer;
  const text = isJson ? `${stringifyJson(answer.json, pretty ? 2 : 0)}\n` : answer.text;
  const contentType = answer.contentType ?? (isJson ? "application/json" : "text/plain; charset=utf-8");
  // Not a string: node:http would then write the header in UTF-8 too.
  const body = Buffer.from(text);
  const headers: Written["headers"] = {
    "Cache-Control": "no-cache, private",
    "Content-Type": contentType,
    "Content-Length": String(body.length),
  };
  // As Go's http.Error does: what is said to be text is shown as text.
  if (contentType.startsWith("text/plain")) headers["X-Content-Type-Options"] = "nosniff";
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    headers[name] = Array.isArray(value) ? value.map(headerText) : headerText(value);
  return { status: answer.status, headers, body };
}

/** Header values are bytes: UTF-8 here, as Go writes them. What would end the header becomes a space. */
function headerText(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  return Buffer.from(value.replace(/[\x00-\x1f\x7f]/g, " "), "utf8").toString("latin1");
}

/**
 * Whether JSON is indented: for people with a browser or curl, or where the query asks for it.
 * Source: apiserver pkg/endpoints/handlers/negotiation/negotiate.go (`isPrettyPrint`).
 */
export function wantsPretty({ url, headers }: Pick<HttpCall, "url" | "headers">): boolean {
  const asked = url.search.includes("pretty") ? url.searchParams.get("pretty") : null;
  if (asked !== null && asked !== "") return /^(1|t|true)$/i.test(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers["user-agent"] ?? "");
}

/** Sends the whole of it. */
export function sendWhole(response: ServerResponse, written: Written): void {
  response.writeHead(written.status, written.headers);
  response.end(written.body);
}

/** Sends the header and the first bytes; resolves when they are on their way, or the client is gone. */
export async function sendPart(response: ServerResponse, written: Written, bytes: number): Promise<void> {
  response.writeHead(written.status, written.headers);
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.write(written.body.subarray(0, bytes), () => resolve());
  });
}

export interface StreamOptions {
  /** The client went away. */
  gone: AbortSignal;
  /** The server is to stop. */
  closing: AbortSignal;
  /** Only half of the first text is sent. */
  truncate: boolean;
  started: () => void;
}

/**
 * Sends what a stream sends, until it ends, the client goes, or the server stops. `send` never rejects: what is sent
 * to a client that has gone is dropped, and the call's signal says so. Resolves with the number of bytes.
 * @throws what the stream throws while there is somebody to read it.
 */
export async function sendStream(
  response: ServerResponse,
  answer: StreamAnswer,
  { gone, closing, truncate, started }: StreamOptions,
): Promise<number> {
  let bytes = 0;
  let drained: Promise<void> | undefined;
  const ended = endOf([gone, closing]);
  const { promise: cut, resolve: cutHere } = later();

  const send = (text: string): Promise<void> => {
    if (gone.aborted || closing.aborted || response.writableEnded) return Promise.resolve();
    const sent = truncate ? text.slice(0, Math.ceil(text.length / 2)) : text;
    bytes += Buffer.byteLength(sent);
    if (truncate) return (void response.write(sent, cutHere), ended.promise);
    if (response.write(sent)) return Promise.resolve();
    drained ??= drainOf(response).then(() => (drained = undefined));
    return drained;
  };

  response.writeHead(answer.status, {
    "Cache-Control": "no-cache, private",
    "Content-Type": answer.contentType,
  });
  response.flushHeaders();
  started();
  try {
    const run = answer.stream(send);
    // Whoever goes first: a stream need not notice that its client has gone.
    run.catch(() => undefined);
    await Promise.race([run, ended.promise, cut]);
  } finally {
    ended.stop();
  }
  return bytes;
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** When the client has read what it was sent, or has gone. */
function drainOf(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** When the first of some signals is given. */
function endOf(signals: readonly AbortSignal[]): { promise: Promise<void>; stop: () => void } {
  const { promise, resolve } = later();
  for (const signal of signals) {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", resolve, { once: true });
  }
  return { promise, stop: () => signals.forEach((signal) => signal.removeEventListener("abort", resolve)) };
}
