/** Outcomes -> the result of a run: counted, and with the exit status that they come to. */
import { exitStatuses, KapplyError } from "./errors.js";
import type { Action, Connection, Outcome, Result } from "./model.js";

export type Signal = "SIGINT" | "SIGTERM";

/** The exit status of a run that a signal ended: 128 and the signal's number. */
export const signalStatuses: Record<Signal, number> = { SIGINT: 130, SIGTERM: 143 };

/** The exit status of a run that may have been ended by a signal, which comes before all. */
export function statusUnder(signal: Signal | undefined, status: number): number {
  return signal === undefined ? status : signalStatuses[signal];
}

/** An error as what ended a run: with the signal's exit status where there was one. A defect stays what it is. */
export function endedBy(signal: Signal | undefined, error: unknown): unknown {
  if (signal === undefined || !(error instanceof KapplyError)) return error;
  const details = { ...error.details, exitStatus: signalStatuses[signal] };
  return new KapplyError(error.code, error.message, details);
}

/**
 * The result of a run that began at `start` (`performance.now()`); `why` it was skipped, or lost its Lease. With several failures the exit status is that of
 * the first in order of applying; a signal's comes before all.
 */
export function resultOf(
  job: { command: string; fieldManager: string },
  outcomes: Outcome[],
  start: number,
  signal: Signal | undefined,
  server?: { connection: Connection; requests: () => number },
  why: { skipped?: string | undefined; lost?: string | undefined } = {},
): Result {
  return {
    command: job.command,
    server: server?.connection.server,
    fieldManager: job.fieldManager,
    summary: summaryOf(outcomes),
    outcomes,
    reason: why.skipped ?? why.lost,
    exitStatus: statusUnder(signal, exitStatusOfRun(job.command, outcomes, why.lost)),
    milliseconds: performance.now() - start,
    requests: server?.requests() ?? 0,
  };
}

/** How many outcomes there are of each action. */
export function summaryOf(outcomes: readonly Outcome[]): Record<Action, number> {
  const summary: Record<Action, number> = {
    created: 0,
    configured: 0,
    unchanged: 0,
    deleted: 0,
    skipped: 0,
    failed: 0,
    unknown: 0,
    "not-attempted": 0,
  };
  for (const { action } of outcomes) summary[action]++;
  return summary;
}

function exitStatusOfRun(command: string, outcomes: readonly Outcome[], lost: string | undefined): number {
  const failure = outcomes.find(({ error }) => error !== undefined)?.error;
  if (failure !== undefined) return failure.exitStatus;
  if (lost !== undefined) return exitStatuses["lease-lost"];
  if (outcomes.some(({ action, notReady }) => action === "not-attempted" || notReady !== undefined))
    return exitStatuses["not-ready"];
  return command === "diff" && outcomes.some(({ action }) => action !== "unchanged" && action !== "skipped")
    ? 1
    : 0;
}
