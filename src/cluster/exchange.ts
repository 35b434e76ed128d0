/** One HTTP exchange, without any policy. */
import type { Dispatcher } from "undici";
import { faultOf } from "./faults.js";
import type { Fault } from "./faults.js";

/** What is sent once. */
export interface Attempt {
  method: "GET" | "PATCH" | "POST" | "PUT" | "DELETE";
  path: string;
  headers: Record<string, string | string[]>;
  body?: string | undefined;
  /** For connecting, headers and body together; Infinity for no limit. */
  timeoutMs: number;
  /** What the time limit is: that of an attempt, or the end of the run. */
  timeoutIs: "attempt" | "deadline";
  maxBytes: number;
  signal?: AbortSignal | undefined;
  /** Asked once it has a connection: whether it may still leave. */
  mayLeave?: (() => boolean) | undefined;
}

export type Exchange =
  | { kind: "answer"; status: number; headers: Record<string, string>; text: string }
  | { kind: "fault"; fault: Fault };

/** Node fires a longer timer at once. No attempt takes 24 days. */
export const maxTimerMs = 2 ** 31 - 1;

/** Sends an attempt over one of the dispatcher's connections. Resolves whatever happens. */
export function exchangeOnce(dispatcher: Dispatcher, origin: string, attempt: Attempt): Promise<Exchange> {
  return new Promise((resolve) => {
    let started = false;
    let settled = false;
    let abort: ((reason: Error) => void) | undefined;
    let status = 0;
    let headers: Record<string, string> = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = (exchange: Exchange) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      attempt.signal?.removeEventListener("abort", onAbort);
      resolve(exchange);
    };
    const giveUp = (fault: Fault) => {
      settle({ kind: "fault", fault });
      abort?.(new Error("given up"));
    };
    const onAbort = () => giveUp({ kind: "aborted", sent: started });
    const onTimeout = () => giveUp(timeoutFault(attempt, started));
    const timer = attempt.timeoutMs <= maxTimerMs ? setTimeout(onTimeout, attempt.timeoutMs) : undefined;
    attempt.signal?.addEventListener("abort", onAbort, { once: true });
    if (attempt.signal?.aborted) {
      onAbort();
      return;
    }

    const { method, path, body } = attempt;
    dispatcher.dispatch(
      { origin, method, path, headers: attempt.headers, body: body ?? null },
      {
        onRequestStart(controller) {
          // A request may have waited long for its connection, or the process may have stood still meanwhile.
          if (attempt.mayLeave?.() === false)
            settle({ kind: "fault", fault: { kind: "aborted", sent: false } });
          if (settled) {
            controller.abort(new Error("given up"));
            return;
          }
          started = true;
          abort = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, statusCode, received) {
          if (statusCode < 200) return;
          status = statusCode;
          headers = flatten(received);
          if (Number(headers["content-length"]) > attempt.maxBytes)
            giveUp({ kind: "too-large", limit: attempt.maxBytes });
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size > attempt.maxBytes) giveUp({ kind: "too-large", limit: attempt.maxBytes });
          else if (!settled) chunks.push(chunk);
        },
        onResponseEnd() {
          void bodyText(Buffer.concat(chunks), headers["content-encoding"], attempt.maxBytes).then((body) =>
            settle(
              "fault" in body
                ? { kind: "fault", fault: body.fault }
                : { kind: "answer", status, headers, ...body },
            ),
          );
        },
        onResponseError(_controller, error) {
          settle({ kind: "fault", fault: faultOf(error, started) });
        },
      },
    );
  });
}

/** What it means that the time limit of an attempt passed. */
export function timeoutFault({ timeoutMs, timeoutIs }: Attempt, sent: boolean): Fault {
  if (timeoutIs === "deadline") return { kind: "deadline", sent };
  const what = sent ? "no complete answer" : "no connection";
  return { kind: "connection", reason: "silent", detail: `${what} within ${timeoutMs / 1000} s`, sent };
}

/** The text of a body, unpacked where it came packed. */
export async function bodyText(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<{ text: string } | { fault: Fault }> {
  if (encoding?.toLowerCase() !== "gzip" || body.length === 0) return { text: body.toString("utf8") };
  const { gunzip } = await import("node:zlib");
  return new Promise((resolve) => {
    gunzip(body, { maxOutputLength: maxBytes }, (error, plain) => {
      if (!error) resolve({ text: plain.toString("utf8") });
      else if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
        resolve({ fault: { kind: "too-large", limit: maxBytes } });
      else resolve({ fault: { kind: "connection", reason: "cut", detail: error.message, sent: true } });
    });
  });
}

/** Headers with one text each. */
export function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
