/** One request to the end of its answer: read, perhaps met by a fault, handled, answered, logged. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { askOf } from "../address.js";
import type { Answer, HttpCall } from "../model.js";
import { StatusError, internalError } from "../status.js";
import { isTooLarge, readCall } from "./call.js";
import type { Then } from "./call.js";
import type { Presented } from "./client-certificate.js";
import { errorAnswer } from "./fault-answers.js";
import type { Choice, FaultRequest } from "./faults.js";
import type { LogLine } from "./log.js";
import { sendPart, sendStream, sendWhole, wantsPretty, writeOut } from "./write.js";
import type { StreamAnswer, WholeAnswer, Written } from "./write.js";

/** What a handler tells the log, as soon as it knows. */
export interface Note {
  user?: string;
}

export type Handle = (call: HttpCall, note: Note) => Promise<Answer>;

/** What is the same for all requests of a server. */
export interface Service {
  handle: Handle;
  choose: (request: FaultRequest) => Choice;
  log: (line: LogLine) => void;
  base: string;
  maxBodyBytes: number;
  /** The server is to stop. */
  closing: AbortSignal;
  presented: (socket: Socket) => Presented;
  /** Ends a connection so that its client sees a reset. */
  reset: (socket: Socket) => void;
}

interface Exchange {
  service: Service;
  request: IncomingMessage;
  response: ServerResponse;
  /** The client went away, or the answer is through. */
  closed: Promise<void>;
  gone: AbortSignal;
  note: Note;
  /** What the log will say. */
  line: LogLine;
  began: number;
  /** The connection was ended on purpose. */
  broken: boolean;
}

/** Serves one request. Never rejects. */
export async function exchange(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) => {
    // Not writableFinished, which is true also of an answer whose socket was lost.
    let finished = false;
    response.once("finish", () => (finished = !request.socket.destroyed));
    response.once("close", () => {
      if (!finished) gone.abort();
      resolve();
    });
  });
  const line: LogLine = {
    time: new Date().toISOString(),
    method: request.method ?? "",
    path: request.url ?? "",
    user: "",
    status: 0,
    milliseconds: 0,
    bytes: 0,
  };
  const began = performance.now();
  const all: Exchange = {
    service,
    request,
    response,
    closed,
    gone: gone.signal,
    note: {},
    line,
    began,
    broken: false,
  };
  try {
    await serve(all);
  } catch (error) {
    line.error = textOf(error);
    service.reset(request.socket);
  }
  if (gone.signal.aborted && !all.broken) line.error ??= "the client went away";
  log(all);
}

async function serve(all: Exchange): Promise<void> {
  const { service, request, response, closed, gone } = all;
  const { base, maxBodyBytes } = service;
  const presented = service.presented(request.socket);
  const incoming = await readCall(request, { base, maxBodyBytes, presented, signal: gone });
  if (incoming.is === "gone") return;
  if (incoming.is === "call") return respond(all, incoming.call);
  if (!("stream" in incoming.answer)) await refuse(all, incoming.answer, incoming.then);
  if (!response.destroyed) await closed;
}

/** Answers what does not get to a handler. */
async function refuse(
  { service, request, response, line }: Exchange,
  answer: WholeAnswer,
  then: Then,
): Promise<void> {
  const written = writeOut(answer, false);
  line.status = written.status;
  line.bytes = written.body.length;
  if (then !== "go on") written.headers["Connection"] = "close";
  if (then !== "read on") {
    sendWhole(response, written);
    return;
  }
  response.writeHead(written.status, written.headers);
  response.write(written.body);
  const awaitsContinue = request.headers.expect !== undefined && isTooLarge(request, service.maxBodyBytes);
  if (!awaitsContinue && !request.complete) await drained(request);
  response.end();
}

const lingerMs = 2000;

function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, lingerMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once("end", done).once("close", done).resume();
  });
}

async function respond(all: Exchange, call: HttpCall): Promise<void> {
  const { service, line, gone } = all;
  const ask = askOf(call);
  if (ask.is === "resource") line.verb = ask.verb;
  const { delayMs, effect, name } = service.choose({
    method: call.method,
    verb: ask.verb,
    path: call.url.pathname,
  });
  line.fault = name;
  if (delayMs > 0) await pause(delayMs, AbortSignal.any([gone, service.closing]));
  if (gone.aborted) return;
  if (effect?.is === "error") {
    await send(all, call, errorAnswer(effect), false);
    return;
  }
  // What a watch waits with must not outlive its answer: it would keep the process alive.
  const over = new AbortController();
  const bound: HttpCall = { ...call, signal: AbortSignal.any([gone, over.signal]) };
  const answer = effect?.is === "reset" ? undefined : await handled(all, bound);
  try {
    if (answer === undefined || effect?.is === "reset-after") reset(all);
    else await send(all, bound, answer, effect?.is === "truncate");
  } finally {
    over.abort();
  }
}

/** Not at all where there is nobody to wait for. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

function reset(all: Exchange): void {
  all.broken = true;
  all.service.reset(all.request.socket);
}

async function handled({ service, note, line }: Exchange, call: HttpCall): Promise<Answer> {
  try {
    return await service.handle(call, note);
  } catch (error) {
    if (!(error instanceof StatusError)) line.error = textOf(error);
    return failureOf(error);
  }
}

function failureOf(error: unknown): WholeAnswer {
  const message = error instanceof Error ? error.message : String(error);
  const { status, headers } = error instanceof StatusError ? error : internalError(message);
  return { status: Number(status["code"]), json: status, headers };
}

async function send(all: Exchange, call: HttpCall, answer: Answer, truncate: boolean): Promise<void> {
  if (all.gone.aborted) return;
  if ("stream" in answer) await stream(all, answer, truncate);
  else await write(all, writtenOf(all, answer, wantsPretty(call)), truncate);
  if (!all.response.destroyed) await all.closed;
}

async function stream(all: Exchange, answer: StreamAnswer, truncate: boolean): Promise<void> {
  const { service, request, response, gone, line } = all;
  const started = (): void => {
    line.status = answer.status;
    log(all, "start");
  };
  line.event = "end";
  all.broken = truncate;
  const { closing } = service;
  line.bytes = await sendStream(response, answer, { gone, closing, truncate, started });
  if (truncate) request.socket.destroy();
  else response.end();
}

async function write(all: Exchange, written: Written, truncate: boolean): Promise<void> {
  const { service, request, response, line } = all;
  const half = request.method === "HEAD" ? 0 : Math.floor(written.body.length / 2);
  if (truncate && half === 0) {
    reset(all);
    return;
  }
  all.broken = truncate;
  line.status = written.status;
  line.bytes = truncate ? half : written.body.length;
  if (service.closing.aborted) written.headers["Connection"] = "close";
  if (truncate) {
    await sendPart(response, written, half);
    request.socket.destroy();
  } else sendWhole(response, written);
}

function writtenOf({ line }: Exchange, answer: WholeAnswer, pretty: boolean) {
  try {
    return writeOut(answer, pretty);
  } catch (error) {
    line.error = textOf(error);
    return writeOut(failureOf(error), pretty);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function log({ service, line, note, began }: Exchange, event?: "start"): void {
  line.user = note.user ?? "";
  line.milliseconds = performance.now() - began;
  service.log(event === undefined ? line : { ...line, event });
}
