/** Requests with everything around them: turns, retries, time, interruption and typed errors. */
import { setMaxListeners } from "node:events";
import { KapplyError } from "../errors.js";
import { stringifyJson } from "../json.js";
import { openGate } from "../parallel.js";
import { pause, steadyNow } from "../time.js";
import { failure, notSent } from "./failures.js";
import type { FailedRequest } from "./failures.js";
import { decide } from "./retry.js";
import type { Stage, Trouble, Verdict } from "./retry.js";
import { openSender } from "./sender.js";
import { watchServerStart } from "./server-start.js";
import type { Request, Sends, Transport, TransportOptions } from "./types.js";

/**
 * Opens a transport; nothing is sent yet. Loads undici.
 * @throws KapplyError `tls` or `credentials` when certificates, keys or the proxy's URL can't be used.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const { connection, signal, hardSignal, deadline, now = steadyNow, sleep = pause } = options;
  // Each request in flight or in wait listens: more than Node expects of anything but a leak.
  for (const stop of [signal, hardSignal]) if (stop) setMaxListeners(0, stop);
  // A request that waits for its next attempt when the transport is closed has nobody left to answer.
  const closed = new AbortController();
  const stopping = AbortSignal.any(signal === undefined ? [closed.signal] : [closed.signal, signal]);
  setMaxListeners(0, stopping);
  const sender = await openSender(options, now);
  const gate = openGate(options.concurrency);

  const start = watchServerStart(
    (request) => inTurn(() => (stopping.aborted ? Promise.resolve(unsent) : sender.send(request, undefined))),
    now,
  );
  const accessUntil = now() + (options.accessMs ?? 0);

  const fail = (request: Request, troubles: readonly Trouble[], because: FailedRequest["because"]) => {
    const error = failure({ request, connection, sends: options.sends, troubles, because });
    return error.code === "interrupted" ? asHalted(error) : error;
  };
  /** What interrupted us, where that was no signal. */
  const asHalted = (error: KapplyError): KapplyError => {
    const halt = options.halted?.();
    if (halt === undefined) return error;
    return new KapplyError(halt.code, halt.message, { ...error.details, ...halt.details });
  };

  /** Throws when nothing more may be sent. */
  function stopHere(request: Request, troubles: readonly Trouble[], stop: AbortSignal): void {
    const interrupted = stop.aborted || hardSignal?.aborted === true || options.halted?.() !== undefined;
    if (!interrupted && (deadline === undefined || now() < deadline)) return;
    const because = interrupted ? "interrupted" : "deadline";
    throw troubles.length === 0 ? asHalted(notSent(request, because)) : fail(request, troubles, because);
  }

  async function inTurn<T>(send: () => Promise<T>): Promise<T> {
    const leave = await gate.enter();
    try {
      return await send();
    } finally {
      leave();
    }
  }

  function verdictOn(request: Request, troubles: readonly Trouble[], server: Stage): Verdict {
    return decide(troubles, {
      resendable: isResendable(request),
      pinned: request.pinned ?? false,
      now: now(),
      deadline,
      retryNotFoundUntil: request.retryNotFoundUntil,
      accessUntil: request.hasOtherWay === true ? undefined : accessUntil,
      patient: options.patient,
      server,
      random: options.random ?? Math.random,
    });
  }

  /** Whether a no comes from a server that has just started. Nothing is asked where there is another way or time left. */
  async function stageAfter(request: Request, trouble: Trouble, wasReady: boolean): Promise<Stage> {
    if (isUnwell(trouble)) start.unwell();
    if (stopping.aborted) return "ready";
    if (trouble.kind === "refusal" && trouble.refusal === "forbidden") {
      const isDoubted = request.hasOtherWay === true ? start.wasUnwell() : now() >= accessUntil;
      return isDoubted ? start.after403(wasReady) : "ready";
    }
    return start.wasUnwell() ? "starting" : "ready";
  }

  /** Sends until there is an answer to give, or no sense in going on. */
  async function persist<T extends object>(
    request: Request,
    stop: AbortSignal,
    send: () => Promise<T | Trouble>,
  ): Promise<T> {
    const troubles: Trouble[] = [];
    for (;;) {
      let wasReady = false;
      const result = await inTurn(() => {
        stopHere(request, troubles, stop);
        wasReady = start.isReady();
        return send();
      });
      if (!("kind" in result)) return result;
      troubles.push(result);
      const verdict = verdictOn(request, troubles, await stageAfter(request, result, wasReady));
      if (!verdict.retry) throw fail(request, troubles, verdict.because);
      if (stop.aborted) throw fail(request, troubles, "interrupted");
      const { waitMs, why } = verdict;
      const { what, ref } = request;
      const attempt = troubles.length + 1;
      if (why !== undefined)
        options.emit({ event: "retrying", what, ref, why, attempt, seconds: waitMs / 1000 });
      await sleep(waitMs, stop);
    }
  }

  return {
    request: async (request) => {
      refuseUnlessMeant(request, options.sends);
      const body = bodyText(request);
      return persist(request, stopping, () => sender.send(request, body));
    },
    stream: (request) => {
      const ends = [stopping, hardSignal, request.signal].filter((end) => end !== undefined);
      const end = AbortSignal.any(ends);
      return persist(request, end, () => sender.open(request, end));
    },
    close: () => {
      closed.abort();
      return sender.close();
    },
    get requests() {
      return sender.sent;
    },
    get writes() {
      return sender.writes;
    },
  };
}

const unsent: Trouble = { kind: "fault", fault: { kind: "aborted", sent: false } };

/** Whether trouble is that of a server that is not there, or not ready. */
function isUnwell(trouble: Trouble): boolean {
  if (trouble.kind === "fault") return trouble.fault.kind === "connection";
  return trouble.refusal === "unavailable" || trouble.refusal === "gateway";
}

/** A `diff` that writes would be the worst of surprises: what a run is not meant to send never leaves. */
function refuseUnlessMeant({ method, path, harmless }: Request, sends: Sends): void {
  if (method === "GET" || sends === "writes" || (sends === "dry-runs" && harmless === true)) return;
  throw new KapplyError("internal", `${method} ${path} in a run that sends nothing but ${sends}`);
}

/** Sending it twice does what sending it once does. A PATCH is server-side apply: idempotent by design. */
function isResendable({ method, harmless }: Request): boolean {
  return method === "GET" || method === "PATCH" || harmless === true;
}

function bodyText({ body }: Request): string | undefined {
  return body === undefined || typeof body === "string" ? body : stringifyJson(body);
}
