/** What goes to stdout, per output: the data of a run. One row per format. */
import type { Event, Failure, KubeObject, Outcome, Problem, Result } from "../model.js";
import {
  type About,
  errorDocument,
  errorEntry,
  eventEntry,
  jsonText,
  problemDocument,
  problemEntry,
  resultDocument,
} from "./json.js";
import { type Namer, refKey, refText } from "./names.js";
import { renderDocument } from "./objects.js";
import type { Secrets } from "./secrets.js";
import type { Paint } from "./style.js";
import { resultLine, validLine, type Wording } from "./text.js";
import type { Known, Output, ReporterOptions } from "./types.js";

/** Each call gives text for stdout, which may be empty. */
export interface Sink {
  event(event: Event): string;
  finish(result: Result): string;
  problems(problems: readonly Problem[]): string;
  /** `outcomes` are those that were reached before the error. */
  fail(failure: Failure, about: About, outcomes: readonly Outcome[]): string;
}

export interface SinkOptions {
  options: ReporterOptions;
  secrets: Secrets;
  namer: Namer;
  paint: Paint;
  /** What was read, by key. */
  manifests: ReadonlyMap<string, Known>;
  /** Warnings of the input so far. */
  warnings: readonly Problem[];
  /** The unified diff of an outcome, where diffs are shown. */
  diff: Diff | undefined;
}

type Diff = (outcome: Outcome, fieldManager: string) => string;

const nothing = (): string => "";

export const sinks: Record<Output, (given: SinkOptions) => Sink> = {
  text: (given) => (given.diff === undefined ? lineSink(given) : diffSink(given, given.diff)),
  name: nameSink,
  json: (given) => documentSink(given, "json"),
  yaml: (given) => documentSink(given, "yaml"),
  ndjson: eventSink,
};

/** A line per object as soon as its outcome is known; at the end those that came to another end, or to none before. */
function lineSink(given: SinkOptions): Sink {
  const words: Wording = { ...given.options, namer: given.namer, paint: given.paint };
  const shown = createShown();
  const line = (outcome: Outcome): string => (shown.isNew(outcome) ? resultLine(outcome, words) : "");
  return {
    event: (event) => (event.event === "outcome" ? line(event.outcome) : ""),
    finish: (result) => {
      if (given.options.dryRun !== "client") return result.outcomes.map(line).join("");
      return [...given.manifests.values()].map(({ ref }) => validLine(ref, words)).join("");
    },
    problems: nothing,
    fail: nothing,
  };
}

/** Diffs in the order of the result; a dry run of `apply` has each object's line before its diff. */
function diffSink(given: SinkOptions, diff: Diff): Sink {
  const words: Wording = { ...given.options, namer: given.namer, paint: given.paint };
  const withLines = given.options.command !== "diff";
  return {
    event: nothing,
    finish: (result) =>
      result.outcomes
        .map((one) => (withLines ? resultLine(one, words) : "") + diff(one, result.fieldManager))
        .join(""),
    problems: nothing,
    fail: nothing,
  };
}

/** References of the objects that are now there; for `diff`, of those that differ. */
function nameSink({ options, manifests }: SinkOptions): Sink {
  const named = ["created", "configured", "deleted", ...(options.command === "diff" ? [] : ["unchanged"])];
  return {
    event: nothing,
    finish: (result) => {
      const refs =
        options.dryRun === "client"
          ? [...manifests.values()].map(({ ref }) => refText(ref))
          : result.outcomes
              .filter(({ action }) => named.includes(action))
              .map((one) => refText(one.ref, one.type));
      return refs.map((ref) => `${ref}\n`).join("");
    },
    problems: nothing,
    fail: nothing,
  };
}

/** One document at the end, whatever the end is. */
function documentSink({ options, secrets, warnings }: SinkOptions, output: "json" | "yaml"): Sink {
  const { command } = options;
  return {
    event: nothing,
    finish: (result) => renderDocument(resultDocument(result, warnings, secrets), output),
    problems: (problems) => renderDocument(problemDocument(command, problems, warnings, secrets), output),
    fail: (failure, about, outcomes) =>
      renderDocument(errorDocument(command, failure, about, outcomes, secrets), output),
  };
}

/** A line per event; at the end what came without one. */
function eventSink({ secrets, warnings }: SinkOptions): Sink {
  const shown = createShown();
  let finished = false;
  const eventLine = (event: Event): string => {
    if (event.event === "outcome" && !shown.isNew(event.outcome)) return "";
    if (event.event === "finished") {
      if (finished) return "";
      finished = true;
    }
    return jsonText(eventEntry(event, secrets), 0);
  };
  const entries = (event: string, problems: readonly Problem[]): string =>
    problems.map((problem) => jsonText({ event, ...problemEntry(problem, secrets) }, 0)).join("");
  return {
    event: (event) => (event.event === "finished" ? "" : eventLine(event)),
    finish: (result) =>
      entries("warning", warnings) +
      result.outcomes.map((outcome) => eventLine({ event: "outcome", outcome })).join("") +
      eventLine({ event: "finished", result }),
    problems: (problems) => entries("warning", warnings) + entries("problem", problems),
    fail: (failure, about) =>
      jsonText({ event: "error", ...errorEntry(failure, about.ref, secrets), ...aboutEntry(about) }, 0),
  };
}

function aboutEntry({ ref }: About): object {
  return { ...ref };
}

/** Remembers with which action each object was shown. */
function createShown(): { isNew: (outcome: Outcome) => boolean } {
  const actions = new Map<string, string>();
  return {
    isNew: ({ ref, action }) => {
      const key = refKey(ref);
      if (actions.get(key) === action) return false;
      actions.set(key, action);
      return true;
    },
  };
}

/** The manifest that an outcome is about: its namespace may have been decided since. */
export function manifestOf(manifests: ReadonlyMap<string, Known>, outcome: Outcome): KubeObject | undefined {
  const { ref } = outcome;
  return (manifests.get(refKey(ref)) ?? manifests.get(refKey({ ...ref, namespace: undefined })))?.body;
}
