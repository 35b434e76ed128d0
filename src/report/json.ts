/**
 * The document of `-o json` and `-o yaml`, and the lines of `-o ndjson`. Keys without a value are left out.
 *
 * A run that ends before there is a result has the same document: `results` is empty, and `problems` (the input) or
 * `error` (everything else) says why.
 */
import { stringifyJson } from "../json.js";
import type { Event, Failure, Outcome, Place, Problem, Ref, Result } from "../model.js";
import { summaryOf } from "../result.js";
import { escapeJson } from "./escape.js";
import { sourceText } from "./names.js";
import type { Secrets } from "./secrets.js";

/** JSON text of any document here; an undefined key is left out, integers are exact, no raw control characters. */
export function jsonText(document: object, indent = 2): string {
  return `${escapeJson(stringifyJson(document, indent))}\n`;
}

export function resultDocument(result: Result, warnings: readonly Problem[], secrets: Secrets): object {
  return {
    ...headOf(result),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map((warning) => problemEntry(warning, secrets)) }),
    results: result.outcomes.map((outcome) => resultEntry(outcome, secrets)),
    requests: result.requests,
    milliseconds: Math.round(result.milliseconds),
    exitStatus: result.exitStatus,
  };
}

export function problemDocument(
  command: string,
  problems: readonly Problem[],
  warnings: readonly Problem[],
  secrets: Secrets,
): object {
  return {
    command,
    summary: summaryOf([]),
    results: [],
    problems: problems.map((problem) => problemEntry(problem, secrets)),
    warnings: warnings.map((warning) => problemEntry(warning, secrets)),
    exitStatus: 2,
  };
}

/** `outcomes` are those that were reached before the error. */
export function errorDocument(
  command: string,
  failure: Failure,
  about: About,
  outcomes: readonly Outcome[],
  secrets: Secrets,
): object {
  return {
    command,
    summary: summaryOf(outcomes),
    results: outcomes.map((outcome) => resultEntry(outcome, secrets)),
    error: { ...about.ref, source: sourceOf(about.place), ...errorEntry(failure, secrets) },
    exitStatus: failure.exitStatus,
  };
}

export interface About {
  ref?: Ref | undefined;
  place?: Place | undefined;
}

/** An event as a line of ndjson: an outcome has the shape of an entry of `results`. */
export function eventEntry(event: Event, secrets: Secrets): object {
  switch (event.event) {
    case "outcome":
      return { event: event.event, ...resultEntry(event.outcome, secrets) };
    case "finished": {
      const { result } = event;
      const { requests, exitStatus } = result;
      const milliseconds = Math.round(result.milliseconds);
      return { event: event.event, ...headOf(result), requests, milliseconds, exitStatus };
    }
    case "waiting":
      return { ...event, what: secrets.text(event.what), why: secrets.text(event.why) };
    case "retrying":
      return { ...event, what: secrets.text(event.what), why: secrets.text(event.why) };
    case "warning":
      return { ...event, message: secrets.text(event.message) };
    case "connected":
      return { ...event, foundBy: secrets.text(event.foundBy) };
    case "started":
    case "planning":
    case "planned":
    case "applying":
      return event;
  }
}

export function problemEntry(problem: Problem, secrets: Secrets): object {
  const { code, path, hint } = problem;
  return {
    code,
    message: secrets.text(problem.message),
    source: sourceOf(problem.place),
    path,
    ...problem.ref,
    hint: hint === undefined ? undefined : secrets.text(hint),
  };
}

function headOf(result: Result): object {
  const { command, server, fieldManager, summary } = result;
  return { command, server, fieldManager, summary };
}

export function resultEntry(outcome: Outcome, secrets: Secrets): object {
  const { ref, error, reason, warnings, preview } = outcome;
  return {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    namespace: ref.namespace,
    name: ref.name,
    source: sourceOf(outcome.place),
    action: outcome.action,
    changes: outcome.differences.map((difference) => secrets.difference(ref, difference)),
    preview,
    reason: reason === undefined ? undefined : secrets.text(reason),
    warnings: warnings.length === 0 ? undefined : warnings.map(secrets.text),
    error: error === undefined ? undefined : errorEntry(error, secrets),
    requests: outcome.requests,
    milliseconds: Math.round(outcome.milliseconds),
  };
}

export function errorEntry(error: Failure, secrets: Secrets): object {
  return {
    code: error.code,
    message: secrets.text(error.message),
    hint: error.hint === undefined ? undefined : secrets.text(error.hint),
    causes: error.causes.map((cause) => ({
      message: secrets.text(cause.message),
      path: cause.path,
      source: sourceOf(cause.place),
    })),
  };
}

function sourceOf(place: Place | undefined): string | undefined {
  return place === undefined || place.source === "" ? undefined : sourceText(place);
}
