/**
 * The lines of `-o ndjson`: what happens while it happens, a JSON object each. docs/events.md tells what is in them, and
 * docs/events.schema.json holds them to it. Values of Secrets are masked, keys without a value left out.
 */
import type { Event, Failure, Outcome, Place, Problem, Ref, Result } from "../model.js";
import { summaryOf } from "../result.js";
import {
  type About,
  type End,
  errorEntry,
  headOf,
  jsonText,
  outcomeEntry,
  problemEntry,
  refEntry,
  sourceOf,
} from "./json.js";
import { refKey } from "./names.js";
import type { Secrets } from "./secrets.js";

export interface EventOptions {
  command: string;
  /** The event that the story of an object ends with where nothing goes wrong: `diff` and dry runs only plan. */
  done: "planned" | "applied" | "ready";
  secrets: Secrets;
  /** Where the manifest of an object stands. */
  placeOf: (ref: Ref) => Place | undefined;
  now: () => Date;
}

/** Each call gives lines, which may be none. */
export interface Events {
  event(event: Event): string;
  warnings(problems: readonly Problem[]): string;
  /** What came without an event of its own, and `finished`. */
  end(end: End): string;
}

/** Makes the lines of one run. The last one is `finished`, whatever the end is. */
export function createEvents(options: EventOptions): Events {
  const { secrets, done } = options;
  const start = options.now();
  const shown = new Map<string, string>();
  const ready = new Set<string>();

  const line = (event: string, entry: object): string =>
    jsonText({ time: options.now().toISOString(), event, ...entry }, 0);
  const textOf = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : secrets.text(text);
  const objectOf = (ref: Ref | undefined): object =>
    ref === undefined ? {} : { object: refEntry(ref), source: sourceOf(options.placeOf(ref)) };

  const readyLine = (ref: Ref, milliseconds: number): string => {
    const key = refKey(ref);
    if (ready.has(key)) return "";
    ready.add(key);
    return line("ready", { ...objectOf(ref), milliseconds: Math.round(milliseconds) });
  };
  /** The end of an object's story; once, unless it comes to another end. */
  const outcomeLine = (outcome: Outcome): string => {
    const isBad = isFailure(outcome, done);
    if (!isBad && done === "ready") return readyLine(outcome.ref, outcome.milliseconds);
    const key = refKey(outcome.ref);
    const end = `${outcome.action} ${outcome.error?.code ?? ""} ${outcome.notReady ?? ""}`;
    if (shown.get(key) === end) return "";
    shown.set(key, end);
    const head = { object: refEntry(outcome.ref), source: sourceOf(outcome.place), action: outcome.action };
    const entry = { ...head, reason: undefined, ...outcomeEntry(outcome, secrets) }; // the reason up front
    if (!isBad) return line(done, entry);
    const reason = secrets.text(
      outcome.notReady ?? outcome.reason ?? outcome.error?.message ?? outcome.action,
    );
    return line("failed", { ...entry, reason });
  };
  const plannedLine = (event: Event & { event: "planned" }): string => {
    const { outcome } = event;
    // Where nothing comes after the plan, this line has the whole of it: as soon as it is known, else at the end.
    if (done === "planned") return outcome === undefined ? "" : outcomeLine(outcome);
    if (event.action === "failed" || event.action === "not-attempted") return ""; // `failed` comes with the outcome
    const spent =
      outcome === undefined
        ? {}
        : {
            reason: textOf(outcome.reason),
            requests: outcome.requests,
            milliseconds: Math.round(outcome.milliseconds),
          };
    return line("planned", { ...objectOf(event.ref), action: event.action, ...spent });
  };
  const problemLines = (event: "warning" | "failed", problems: readonly Problem[]): string =>
    problems.map((problem) => line(event, problemBody(event, problem, secrets))).join("");
  /** An error that belongs to no result. */
  const errorLine = (failure: Failure, { ref, place }: About): string => {
    const source = place === undefined ? {} : { source: sourceOf(place) };
    const reason = secrets.text(failure.message);
    const error = errorEntry(failure, ref, secrets);
    return line("failed", { ...objectOf(ref), ...source, reason, error });
  };
  const finished = (result: Result & { reason?: string | undefined }): string => {
    const { requests, exitStatus } = result;
    const milliseconds = Math.round(result.milliseconds);
    return line("finished", {
      ...headOf(result),
      reason: textOf(result.reason),
      requests,
      milliseconds,
      exitStatus,
    });
  };
  /** The end of a run that came to no result. */
  const finishedEarly = (outcomes: readonly Outcome[], exitStatus: number): string => {
    const milliseconds = options.now().getTime() - start.getTime();
    const { command } = options;
    return line("finished", { command, summary: summaryOf(outcomes), milliseconds, exitStatus });
  };

  return {
    event: (event) => {
      switch (event.event) {
        case "started":
          return line(event.event, { command: event.command, manifests: event.manifests });
        case "connected":
          return line(event.event, { server: event.server, foundBy: textOf(event.foundBy) });
        case "planned":
          return plannedLine(event);
        case "outcome":
          return outcomeLine(event.outcome);
        case "waiting": {
          const { ref, what, why } = event;
          return line(event.event, { ...objectOf(ref), what: textOf(what), reason: textOf(why) });
        }
        case "retrying": {
          const { ref, what, why, attempt, seconds } = event;
          return line(event.event, {
            ...objectOf(ref),
            what: textOf(what),
            reason: textOf(why),
            attempt,
            seconds,
          });
        }
        case "ready":
          return readyLine(event.ref, event.milliseconds);
        case "warning":
          return line(event.event, { ...objectOf(event.ref), message: textOf(event.message) });
        case "planning":
        case "applying":
        case "finished": // `end` has it
          return "";
      }
    },
    warnings: (problems) => problemLines("warning", problems),
    end: (end) => {
      switch (end.is) {
        case "result":
          return end.result.outcomes.map(outcomeLine).join("") + finished(end.result);
        case "problems":
          return problemLines("failed", end.problems) + finishedEarly([], end.exitStatus);
        case "error":
          return errorLine(end.error, end.about) + finishedEarly(end.outcomes, end.error.exitStatus);
      }
    },
  };
}

/** Whether the story of an object has come to a bad end: what it should be, it is not, or nobody knows. */
function isFailure({ action, error, notReady }: Outcome, done: EventOptions["done"]): boolean {
  if (error !== undefined || notReady !== undefined || action === "failed" || action === "not-attempted")
    return true;
  return action === "unknown" && done !== "planned"; // a plan may not know
}

function problemBody(event: "warning" | "failed", problem: Problem, secrets: Secrets): object {
  const { ref, path } = problem;
  const { code, message, source, hint } = problemEntry(problem, secrets);
  const object = ref === undefined ? {} : { object: refEntry(ref) };
  const place = { ...object, source, path: path === "" ? undefined : path };
  if (event === "warning") return { ...place, message, code, hint };
  return { ...place, reason: message, error: { code, message, hint, causes: [] } };
}
