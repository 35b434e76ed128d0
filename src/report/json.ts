/**
 * The document of `-o json` and `-o yaml`. Keys without a value are left out. The lines of `-o ndjson` are in events.ts.
 *
 * A run that ends before there is a result has the same document: `problems` (the input) or `error` (everything else)
 * says why; `results` has the objects of which something is known by then.
 *
 * An entry of `results` is about one object:
 *   `changes`    each `{path, before, after, origin}`. `origin` says why the field differs: `{by: "manifest"}`,
 *                `{by: "others", owners: [OWNER]}` or `{by: "unknown"}` (not there: new in the manifest, or removed)
 *   `preview`    where `changes` come from: `server` (its dry run), `predicted` (`reason` says why the server was not
 *                asked), `not-asked`, `namespace-pending`, `type-pending`
 *   `yielded`    fields left to their owners (`--on-conflict=yield`): each a CONTEST
 *   `takenOver`  OWNERs whose fields become ours
 *   `error`      `{code, message, hint, causes: [{message, path, source, contest}]}`; `contest` is a CONTEST
 * OWNER is `{manager, operation, apiVersion, subresource, since}`, an entry of `metadata.managedFields`; CONTEST is
 * `{path, owner: OWNER, live, wanted, source}`: what is live, what the manifest wants, and where it says so. Values of
 * Secrets are masked.
 */
import { stringifyJson } from "../json.js";
import type { Contest, Failure, FieldOwner, Origin, Outcome, Place, Problem, Ref, Result } from "../model.js";
import { summaryOf } from "../result.js";
import { escapeJson } from "./escape.js";
import { sourceText } from "./names.js";
import { maskedContest } from "./owners.js";
import type { Secrets } from "./secrets.js";

/** JSON text of any document here; an undefined key is left out, integers are exact, no raw control characters. */
export function jsonText(document: object, indent = 2): string {
  return `${escapeJson(stringifyJson(document, indent))}\n`;
}

/** The document of a run, whatever its end is. */
export function documentOf(
  end: End,
  { command, warnings, secrets }: { command: string; warnings: readonly Problem[]; secrets: Secrets },
): object {
  const warned = warnings.map((warning) => problemEntry(warning, secrets));
  switch (end.is) {
    case "result": {
      const { result } = end;
      return {
        ...headOf(result),
        ...(warned.length === 0 ? {} : { warnings: warned }),
        results: result.outcomes.map((outcome) => resultEntry(outcome, secrets)),
        requests: result.requests,
        milliseconds: Math.round(result.milliseconds),
        exitStatus: result.exitStatus,
      };
    }
    case "problems": {
      const problems = end.problems.map((problem) => problemEntry(problem, secrets));
      const { exitStatus } = end;
      return { command, summary: summaryOf([]), results: [], problems, warnings: warned, exitStatus };
    }
    case "error": {
      const { error, about, outcomes } = end;
      return {
        command,
        summary: summaryOf(outcomes),
        results: outcomes.map((outcome) => resultEntry(outcome, secrets)),
        error: { ...about.ref, source: sourceOf(about.place), ...errorEntry(error, about.ref, secrets) },
        exitStatus: error.exitStatus,
      };
    }
  }
}

/** How a run ended. */
export type End =
  | { is: "result"; result: Result }
  /** The input was refused. */
  | { is: "problems"; problems: readonly Problem[]; exitStatus: number }
  /** There is no result; `outcomes` are those that were reached before the error. */
  | { is: "error"; error: Failure; about: About; outcomes: readonly Outcome[] };

export interface About {
  ref?: Ref | undefined;
  place?: Place | undefined;
}

export function problemEntry(problem: Problem, secrets: Secrets) {
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

export function headOf(result: Result): object {
  const { command, server, fieldManager, summary } = result;
  return { command, server, fieldManager, summary };
}

function resultEntry(outcome: Outcome, secrets: Secrets): object {
  return {
    ...refEntry(outcome.ref),
    source: sourceOf(outcome.place),
    ...outcomeEntry(outcome, secrets),
  };
}

export function refEntry({ apiVersion, kind, namespace, name }: Ref): object {
  return { apiVersion, kind, namespace, name };
}

/** What became of an object, without what it is and where it stands. */
export function outcomeEntry(outcome: Outcome, secrets: Secrets): object {
  const { ref, error, warnings, preview } = outcome;
  const reason = outcome.notReady ?? outcome.reason;
  return {
    action: outcome.action,
    changes: outcome.differences.map((difference) => ({
      ...secrets.difference(ref, difference),
      origin: originEntry(difference.origin),
    })),
    drift: outcome.drift,
    preview,
    yielded: listOf(outcome.yielded, (contest) => contestEntry(ref, contest, secrets)),
    takenOver: listOf(outcome.takenOver, ownerEntry),
    reason: reason === undefined ? undefined : secrets.text(reason),
    warnings: warnings.length === 0 ? undefined : warnings.map(secrets.text),
    error: error === undefined ? undefined : errorEntry(error, ref, secrets),
    requests: outcome.requests,
    milliseconds: Math.round(outcome.milliseconds),
  };
}

/** `ref` is what the error is about, where it is about one object. */
export function errorEntry(error: Failure, ref: Ref | undefined, secrets: Secrets): object {
  const { hint } = error;
  return {
    code: error.code,
    message: secrets.text(error.message),
    hint: hint === undefined ? undefined : secrets.text(hint),
    causes: error.causes.map(({ message, path, place, contest }) => ({
      message: secrets.text(message),
      path: path === undefined ? undefined : secrets.content(path),
      source: sourceOf(place),
      contest: contest === undefined ? undefined : contestEntry(ref, contest, secrets),
    })),
  };
}

/** A list as data; left out where nothing is in it. */
function listOf<T>(items: readonly T[] | undefined, entry: (item: T) => object): object[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items.map(entry);
}

function contestEntry(ref: Ref | undefined, contest: Contest, secrets: Secrets): object {
  const { path, owner, live, wanted, place } = maskedContest(ref, contest, secrets);
  return { path, owner: ownerEntry(owner), live, wanted, source: sourceOf(place) };
}

function ownerEntry({ manager, operation, apiVersion, subresource, since }: FieldOwner): object {
  return { manager, operation, apiVersion, subresource, since };
}

function originEntry(origin: Origin | undefined): object | undefined {
  return origin?.by === "others" ? { by: origin.by, owners: origin.owners.map(ownerEntry) } : origin;
}

export function sourceOf(place: Place | undefined): string | undefined {
  return place === undefined || place.source === "" ? undefined : sourceText(place);
}
