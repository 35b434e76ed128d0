/** `wait`: until objects are ready, there, gone, or have a condition or value. */
import { KapplyError } from "../errors.js";
import { selectManifests } from "../manifest/index.js";
import type { Outcome } from "../model.js";
import { createReporter } from "../report/index.js";
import type { Output, Reporter } from "../report/index.js";
import { resultOf } from "../result.js";
import type { Server } from "../server.js";
import { parseAsked, parseFor } from "../wait/index.js";
import type { Asked, Goal } from "../wait/index.js";
import { waitForAsked } from "../waiting/index.js";
import type { Answer, Reached, Unnamed, WaitWorld } from "../waiting/index.js";
import { readingJob } from "./apply.js";
import { timeLimit, withServer } from "./connect.js";
import type { Context, Run } from "./context.js";
import { toItsEnd } from "./ending.js";
import type { Values } from "./parse.js";
import { waitForFiles } from "./wait-files.js";

export const wait: Run = async (values, context) => {
  const reporter = await createReporter({
    ...context,
    command: "wait",
    output: (values.text("output") ?? "text") as Output,
    diff: false,
    showSecrets: false,
  });
  return toItsEnd(values, context, reporter, () => runWait(values, context, reporter));
};

async function runWait(values: Values, context: Context, reporter: Reporter): Promise<number> {
  const start = performance.now();
  const goal = parseFor(values.text("for") ?? "ready");
  const asked = askedFor(values);
  // As in kubectl, 0 is a single look and a negative time no limit.
  const once = timeLimit(values) === 0;
  return withServer(values, context, reporter.emit, { once }, async (connect) => {
    const job = { ...readingJob("wait", values, context), until: "planned" as const };
    const { reached, unnamed } =
      asked === undefined
        ? await waitForFiles(job, goal, { connect, reporter, once, interrupted: context.interrupted })
        : await waitForNamed(asked, goal, await connect(), { emit: reporter.emit, once });
    const outcomes = reached.map((one) => outcomeOf(one, goal));
    outcomes.forEach((outcome) => reporter.emit({ event: "outcome", outcome }));
    const error = errorOf(unnamed, outcomes);
    if (error !== undefined) throw error;
    const signal = context.interrupted();
    const result = resultOf(job, outcomes, start, signal, await connect());
    await reporter.finish(result);
    return result.exitStatus;
  });
}

/** What the command line names; undefined where it names files. */
function askedFor(values: Values): Asked[] | undefined {
  const isNamed = values.rest.length > 0;
  const all = values.on("all");
  if (isNamed === values.list("filename").length > 0) {
    throw new KapplyError("usage", isNamed ? "wait takes names or -f, not both" : "wait needs objects", {
      hint: "wait deployment/web, wait pod -l app=web, wait node --all, or wait -f FILE",
    });
  }
  if (!isNamed && all) {
    throw new KapplyError("usage", "--all chooses objects of a kind, and -f has its own", {
      hint: "wait -f FILE, or wait node --all",
    });
  }
  if (!isNamed) return undefined;
  const selector = values.text("selector");
  selectManifests([], selector); // what can't be read is refused before the server has to
  return parseAsked(values.rest, selector, all);
}

function waitForNamed(
  asked: readonly Asked[],
  goal: Goal,
  server: Server,
  world: Pick<WaitWorld, "emit" | "once">,
): Promise<Answer> {
  const { deadline, signal } = server;
  return waitForAsked(asked, goal, server, { ...world, deadline, signal });
}

/** The error of what has no result of its own, with the exit status of what failed first. */
function errorOf(unnamed: readonly Unnamed[], outcomes: readonly Outcome[]): KapplyError | undefined {
  const first = unnamed.find(({ is }) => is === "failed") ?? unnamed[0];
  if (first === undefined) return undefined;
  const others = unnamed.filter((one) => one !== first);
  const { code, message, details } = first.error;
  const causes = [...(details.causes ?? []), ...others.map(({ error }) => ({ message: error.message }))];
  const exitStatus = outcomes.find(({ error }) => error !== undefined)?.error?.exitStatus;
  return new KapplyError(code, message, { ...details, causes, exitStatus: exitStatus ?? details.exitStatus });
}

function outcomeOf({ ref, type, end, place }: Reached, goal: Goal): Outcome {
  const { milliseconds } = end;
  const base = { ref, type, place, differences: [], warnings: [], requests: 0, milliseconds };
  switch (end.is) {
    case "ready":
      return { ...base, action: goal.is === "delete" ? "deleted" : "unchanged" };
    case "failed":
      return { ...base, action: "failed", error: end.error };
    case "left":
      return { ...base, action: "not-attempted", notReady: end.why };
  }
}
