/** What goes to stdout, per output: the data of a run. One row per format. */
import type { Event, Outcome, Place, Problem, Ref, Result } from "../model.js";
import { createEvents } from "./events.js";
import { documentOf, type End } from "./json.js";
import { type Namer, refKey, refText } from "./names.js";
import { renderDocument } from "./objects.js";
import type { Secrets } from "./secrets.js";
import type { Paint } from "./style.js";
import { resultLine, validLine, type Wording } from "./text.js";
import type { Known, Output, ReporterOptions } from "./types.js";

/** Each call gives text for stdout, which may be empty. */
export interface Sink {
  event(event: Event): string;
  /** Warnings of the input, as soon as they are known. */
  warnings(problems: readonly Problem[]): string;
  end(end: End): string;
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
  now: () => Date;
}

type Diff = (outcome: Outcome, fieldManager: string) => string;

const nothing = (): string => "";

/** What is printed of a result alone: any other end is told on stderr. */
function ofResult(print: (result: Result) => string): Sink["end"] {
  return (end) => (end.is === "result" ? print(end.result) : "");
}

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
    warnings: nothing,
    end: ofResult((result) => {
      if (given.options.dryRun !== "client") return result.outcomes.map(line).join("");
      return [...given.manifests.values()].map(({ ref }) => validLine(ref, words)).join("");
    }),
  };
}

/** Diffs in the order of the result; a dry run of `apply` has each object's line before its diff. */
function diffSink(given: SinkOptions, diff: Diff): Sink {
  const words: Wording = { ...given.options, namer: given.namer, paint: given.paint };
  const withLines = given.options.command !== "diff";
  return {
    event: nothing,
    warnings: nothing,
    end: ofResult((result) =>
      result.outcomes
        .map((one) => (withLines ? resultLine(one, words) : "") + diff(one, result.fieldManager))
        .join(""),
    ),
  };
}

/** References of the objects that are now there; for `diff`, of those that differ. */
function nameSink({ options, manifests }: SinkOptions): Sink {
  const named = ["created", "configured", "deleted", ...(options.command === "diff" ? [] : ["unchanged"])];
  return {
    event: nothing,
    warnings: nothing,
    end: ofResult((result) => {
      const refs =
        options.dryRun === "client"
          ? [...manifests.values()].map(({ ref }) => refText(ref))
          : result.outcomes
              .filter(({ action }) => named.includes(action))
              .map((one) => refText(one.ref, one.type));
      return refs.map((ref) => `${ref}\n`).join("");
    }),
  };
}

/** One document at the end, whatever the end is. */
function documentSink({ options, secrets, warnings }: SinkOptions, output: "json" | "yaml"): Sink {
  const { command } = options;
  return {
    event: nothing,
    warnings: nothing,
    end: (end) => renderDocument(documentOf(end, { command, warnings, secrets }), output),
  };
}

/** A line per event, as it happens. */
function eventSink({ options, secrets, manifests, now }: SinkOptions): Sink {
  const placeOf = (ref: Ref): Place | undefined => knownOf(manifests, ref)?.place;
  const { command, diff } = options;
  const done = command === "wait" ? "ready" : diff ? "planned" : "applied";
  return createEvents({ command, done, secrets, placeOf, now });
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

/** What was read of an object: its namespace may have been decided since. */
export function knownOf(manifests: ReadonlyMap<string, Known>, ref: Ref): Known | undefined {
  return manifests.get(refKey(ref)) ?? manifests.get(refKey({ ...ref, namespace: undefined }));
}
