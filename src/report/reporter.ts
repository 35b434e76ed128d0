/** Events and a result in, text on two streams out: stdout is data, stderr is talk. */
import { exitStatuses, exitStatusOf, KapplyError, toFailure } from "../errors.js";
import type { Event, Failure, Outcome, Problem, Result } from "../model.js";
import { escapeLine, escapeText } from "./escape.js";
import { errorOf, errorText, failureText } from "./failures.js";
import { type About, documentOf, type End, jsonText } from "./json.js";
import { createStreams } from "./live.js";
import { createNamer, refKey } from "./names.js";
import { contestedDifference, ownershipText } from "./owners.js";
import { inOrder, problemText, warningText } from "./problems.js";
import { createSecrets } from "./secrets.js";
import { knownOf, sinks } from "./sinks.js";
import { createPaint } from "./style.js";
import { createTalk } from "./talk.js";
import { terminationMessage } from "./termination.js";
import { reasonText, summaryLine, validSummary } from "./text.js";
import type { Known, Reporter, ReporterOptions } from "./types.js";

/** What comes within so many milliseconds comes at once to who reads it. */
const momentMs = 500;

/**
 * Makes the reporter of one run. Result lines, diffs and documents go to stdout; progress, warnings, errors and the
 * summary to stderr, errors in every output. Everything foreign is escaped, and values of Secrets are masked.
 */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  // What others get to read is masked even where the user is shown everything.
  const masking = createSecrets(false);
  const secrets = options.showSecrets ? createSecrets(true) : masking;
  const namer = createNamer();
  const paint = createPaint(options.color.stderr);
  const paintOut = createPaint(options.color.stdout);
  const clean = (text: string): string => escapeText(secrets.text(text));
  const cleanLine = (text: string): string => escapeLine(secrets.text(text));
  const now = options.now ?? ((): Date => new Date());
  const errorWords = { namer, paint, clean, secrets, now };
  const problemWords = { paint, clean, command: options.command };

  const manifests = new Map<string, Known>();
  const warnings: Problem[] = [];
  const outcomes: Outcome[] = [];
  const toldErrors = new Set<string>();
  const toldOwnership = new Set<string>();
  let started = 0;
  let ended: End | undefined;

  const streams = createStreams(options, { paint, clean: cleanLine, suffix: (ref) => namer.suffix(ref) });
  const later = (say: () => string): void => {
    setTimeout(() => streams.stderr(say()), momentMs).unref();
  };
  const talk = createTalk({ namer, paint, clean: cleanLine, later, now: () => performance.now() });
  const unified = options.diff && options.output === "text" ? await import("./unified.js") : undefined;
  const diffWords = {
    namer,
    paint: paintOut,
    secrets,
    now,
    manifestOf: (outcome: Outcome) => knownOf(manifests, outcome.ref)?.body,
  };
  const diff =
    unified &&
    ((outcome: Outcome, fieldManager: string) => unified.unifiedDiff(outcome, fieldManager, diffWords));
  const sink = sinks[options.output]({
    options,
    secrets,
    namer,
    paint: paintOut,
    manifests,
    warnings,
    diff,
    now,
  });

  const learn = (outcome: Outcome): void => {
    namer.see(outcome.ref);
    masking.learnRef(outcome.ref);
    for (const difference of outcome.differences) masking.learnDifference(outcome.ref, difference);
    const contests = outcome.error?.causes.flatMap(({ contest }) => contest ?? []) ?? [];
    for (const contest of [...(outcome.yielded ?? []), ...contests])
      masking.learnDifference(outcome.ref, contestedDifference(contest));
    if (outcome.before !== undefined) masking.learn(outcome.before);
    if (outcome.after !== undefined) masking.learn(outcome.after);
  };
  /** What an object's outcome has to say of other managers, once; where its diff is shown, that says it. */
  const tellOwnership = (outcome: Outcome): void => {
    const key = refKey(outcome.ref);
    if (options.output !== "text" || toldOwnership.has(key)) return;
    if (unified !== undefined && outcome.action !== "unchanged") return;
    const text = ownershipText(outcome, { secrets, now });
    if (text === "") return;
    toldOwnership.add(key);
    streams.stderr(`${namer.name(outcome.ref, outcome.type)}: ${text}\n`);
  };
  /** Errors wait for the end, where they are found; a run that goes on to wait shows them before. */
  const tellErrors = (of: readonly Outcome[]): void => {
    const untold = of.filter(
      (outcome) => errorOf(outcome) !== undefined && !toldErrors.has(refKey(outcome.ref)),
    );
    for (const { ref } of untold) toldErrors.add(refKey(ref));
    streams.stderr(failureText(untold, errorWords));
  };
  const talkOf = (event: Event): string => {
    if (event.event === "warning") return talk.warning(event);
    if (streams.isLive()) return "";
    if (event.event === "waiting") return talk.waiting(event);
    if (event.event === "ready") return talk.ready(event);
    return event.event === "retrying" ? talk.retrying(event) : "";
  };
  /** Whether this is the end, and no second one. */
  const ends = (end: End): boolean => {
    if (ended !== undefined) return false;
    ended = end;
    streams.stop();
    return true;
  };
  const problems = (
    found: readonly Problem[],
    warned: readonly Problem[],
    exitStatus: number = exitStatuses.input,
  ): void => {
    for (const warning of inOrder(warned)) warnings.push(warning);
    streams.stdout(sink.warnings(inOrder(warned)));
    streams.stderr(warningText(inOrder(warned), problemWords));
    const end: End = { is: "problems", problems: inOrder(found), exitStatus };
    if (found.length === 0 || !ends(end)) return;
    streams.stdout(sink.end(end));
    streams.stderr(problemText(end.problems, problemWords));
  };

  return {
    knowSecrets: (known) => {
      for (const one of known) {
        manifests.set(refKey(one.ref), one);
        namer.see(one.ref);
        masking.learnRef(one.ref);
        masking.learn(one.body);
      }
    },
    emit: (event) => {
      if (ended !== undefined) return;
      if (event.event === "started") started = event.manifests;
      if (event.event === "planned") namer.see(event.ref);
      if (event.event === "planned" && event.outcome !== undefined) learn(event.outcome);
      if (event.event === "outcome") {
        learn(event.outcome);
        outcomes.push(event.outcome);
      }
      if (event.event === "waiting") {
        if (event.ref !== undefined) namer.see(event.ref);
        tellErrors(outcomes);
      }
      streams.see(event);
      streams.stdout(sink.event(event));
      streams.stderr(talkOf(event));
      if (event.event === "outcome" && unified === undefined) tellOwnership(event.outcome);
    },
    finish: async (result) => {
      const end: End = { is: "result", result };
      if (!ends(end)) return;
      result.outcomes.forEach(learn);
      streams.stdout(sink.end(end));
      result.outcomes.forEach(tellOwnership);
      for (const { ref, warnings: messages } of result.outcomes) {
        for (const message of messages) streams.stderr(talk.warning({ event: "warning", message, ref }));
      }
      streams.stderr(talk.rest());
      tellErrors(result.outcomes);
      streams.stderr(reasonText(result.outcomes, { clean: cleanLine, namer }));
      streams.stderr(closing(result));
      return Promise.resolve();
    },
    problems,
    fail: (error) => {
      const details = error instanceof KapplyError ? error.details : {};
      if (details.problems !== undefined && details.problems.length > 0) {
        problems(details.problems, [], exitStatusOf(error));
        return;
      }
      const about: About = { ref: details.ref, place: details.place };
      const end: End = { is: "error", error: toFailure(error), about, outcomes };
      if (!ends(end)) return;
      streams.stdout(sink.end(end));
      streams.stderr(talk.rest());
      tellErrors(outcomes);
      streams.stderr(reasonText(outcomes, { clean: cleanLine, namer }));
      streams.stderr(errorText(described(error), about, errorWords));
    },
    ending: () => {
      if (ended === undefined) return undefined;
      const { command, dryRun } = options;
      const mask = (text: string): string => escapeText(masking.text(text));
      const words = { command, dryRun, namer, paint: createPaint(false), clean: mask, secrets: masking, now };
      return {
        document: jsonText(documentOf(ended, { command, warnings, secrets })),
        termination: terminationMessage(ended, words),
      };
    },
  };

  function closing(result: Result): string {
    if (options.output !== "text") return "";
    const { command, dryRun } = options;
    if (command === "validate" || dryRun === "client") return validSummary(started, dryRun);
    const summary = summaryLine(result, { command, dryRun, paint });
    const interrupted = result.exitStatus === 130 || result.exitStatus === 143;
    return interrupted ? `${summary}interrupted: run it again to finish the rest\n` : summary;
  }
}

/** An error to print: a defect of ours with where it happened, since that is what a report of it needs. */
function described(error: unknown): Failure {
  const failure = toFailure(error);
  if (failure.code !== "internal") return failure;
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    ...failure,
    message: stack?.includes(failure.message) === true ? stack : failure.message,
    hint: failure.hint ?? "this is a defect of kapply: please report it, with the command and these lines",
  };
}
