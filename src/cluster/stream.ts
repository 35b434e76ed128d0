/** One HTTP answer that is read as it comes: a watch has no end of its own. */
import type { Dispatcher } from "undici";
import { bodyText, flatten, maxTimerMs, timeoutFault } from "./exchange.js";
import type { Attempt, Exchange } from "./exchange.js";
import { faultOf } from "./faults.js";
import type { Fault } from "./faults.js";
import type { Parts } from "./types.js";

/** An answer of status 2xx is a stream, any other is read to its end. */
export type Opening =
  { kind: "stream"; status: number; headers: Record<string, string>; chunks: Parts<Buffer> } | Exchange;

/** How much may wait to be read before the server is made to wait. */
const mostUnread = 1024 * 1024;

/**
 * Sends an attempt, and resolves when the headers of its answer are there: the attempt's time limit is for these, and
 * for the whole of an answer that says no. From then on it is `idleMs` that nothing may come for longer than. Whoever
 * stops reading the chunks, or aborts the signal, closes the connection.
 */
export function openStream(
  dispatcher: Dispatcher,
  origin: string,
  attempt: Attempt,
  idleMs: number,
): Promise<Opening> {
  return new Promise((resolve) => {
    const { signal, maxBytes } = attempt;
    const unread = openUnread(() => giveUp({ kind: "aborted", sent: true }));
    let controller: Dispatcher.DispatchController | undefined;
    let answer: { status: number; headers: Record<string, string> } | undefined;
    let over = false;
    let timer = startTimer(attempt.timeoutMs, () => giveUp(timeoutFault(attempt, controller !== undefined)));

    function end(fault: Fault | undefined): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      if (fault !== undefined) resolve({ kind: "fault", fault });
      unread.end(fault);
    }
    function giveUp(fault: Fault): void {
      if (over) return;
      end(fault);
      controller?.abort(new Error("given up"));
    }
    function onAbort(): void {
      giveUp({ kind: "aborted", sent: controller !== undefined });
    }
    function onIdle(): void {
      // Whoever was made to wait is not to blame for saying nothing.
      if (controller?.paused === true) timer?.refresh();
      else
        giveUp({ kind: "connection", reason: "silent", detail: `silent for ${idleMs / 1000} s`, sent: true });
    }

    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) {
      onAbort();
      return;
    }
    const { method, path, headers } = attempt;
    dispatcher.dispatch(
      { origin, method, path, headers, body: null },
      {
        onRequestStart(started) {
          controller = started;
          if (over) started.abort(new Error("given up"));
        },
        onResponseStart(_controller, status, received) {
          if (status < 200) return;
          answer = { status, headers: flatten(received) };
          if (status >= 300) return;
          clearTimeout(timer);
          timer = startTimer(idleMs, onIdle);
          resolve({ kind: "stream", ...answer, chunks: unread.parts(() => controller?.resume()) });
        },
        onResponseData(_controller, chunk) {
          if (over) return;
          const held = unread.push(chunk);
          if (answer !== undefined && answer.status < 300) {
            timer?.refresh();
            if (held > mostUnread) controller?.pause();
          } else if (held > maxBytes) giveUp({ kind: "too-large", limit: maxBytes });
        },
        onResponseEnd() {
          if (answer === undefined || answer.status < 300) {
            end(undefined);
            return;
          }
          const { status, headers } = answer;
          void bodyText(unread.all(), headers["content-encoding"], maxBytes).then((body) => {
            resolve(
              "fault" in body ? { kind: "fault", ...body } : { kind: "answer", status, headers, ...body },
            );
            end(undefined);
          });
        },
        onResponseError(_controller, error) {
          end(faultOf(error, controller !== undefined));
        },
      },
    );
  });
}

function startTimer(milliseconds: number, onTime: () => void): NodeJS.Timeout | undefined {
  return milliseconds <= maxTimerMs ? setTimeout(onTime, milliseconds) : undefined;
}

/** Chunks that came and were not read yet. */
interface Unread {
  /** Gives how many bytes are unread now. */
  push(chunk: Buffer): number;
  end(fault: Fault | undefined): void;
  all(): Buffer;
  /** Calls `onEmpty` before it waits for more. */
  parts(onEmpty: () => void): Parts<Buffer>;
}

function openUnread(leave: () => void): Unread {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let ended: { fault: Fault | undefined } | undefined;
  let wake = (): void => undefined;
  const all = (): Buffer => {
    const whole = Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
    return whole;
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      wake();
      return bytes;
    },
    end(fault) {
      ended = { fault };
      wake();
    },
    all,
    async *parts(onEmpty) {
      try {
        for (;;) {
          if (bytes > 0) yield all();
          else if (ended !== undefined) return ended.fault;
          else {
            const more = new Promise<void>((resolve) => (wake = resolve));
            onEmpty();
            await more;
          }
        }
      } finally {
        leave();
      }
    },
  };
}
