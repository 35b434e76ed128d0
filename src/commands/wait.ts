/** `wait`: until objects are ready, there, gone, or have a condition or value. */
import { KapplyError } from "../errors.js";
import { readAndCheck, refuse } from "../input.js";
import type { Job } from "../job.js";
import type { Outcome } from "../model.js";
import { findNamedKind } from "../named.js";
import { resolveTargets } from "../plan/index.js";
import { createReporter } from "../report/index.js";
import type { Output, Reporter } from "../report/index.js";
import { resultOf } from "../result.js";
import { bundledType, typesOfCrds } from "../schema/index.js";
import type { Server } from "../server.js";
import { parseFor, parseTargets } from "../wait/index.js";
import { waitForAll } from "../waiting.js";
import type { Ended, Wanted } from "../waiting.js";
import { readingJob } from "./apply.js";
import { withServer } from "./connect.js";
import type { Context, Run } from "./context.js";
import { toItsEnd } from "./ending.js";
import type { Values } from "./parse.js";

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
  const named = values.rest.length > 0;
  if (named === values.list("filename").length > 0) {
    throw new KapplyError("usage", named ? "wait takes names or -f, not both" : "wait needs objects", {
      hint: "wait deployment/web, or wait -f FILE",
    });
  }
  const names = named ? parseTargets(values.rest) : [];
  return withServer(values, context, reporter.emit, {}, async (connect) => {
    const byName = async (): Promise<Placed[]> => {
      const server = await connect();
      return Promise.all(
        names.map(async ({ word, name }) => {
          const type = await findNamedKind(word, () => Promise.resolve(server.transport));
          const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
          const namespace = type.namespaced ? server.connection.namespace : undefined;
          const ref = { apiVersion, kind: type.kind, namespace, name };
          return { wanted: { ref, type, goal, isNamed: true }, place: nowhere };
        }),
      );
    };
    const job = { ...readingJob("wait", values, context), until: "planned" as const };
    const placed = named ? await byName() : await ofManifests(job, connect, reporter, context);
    const wanted = placed.map((one) => (named ? one.wanted : { ...one.wanted, goal }));
    const server = await connect();
    const ended = await waitForAll(wanted, server, { ...server, emit: reporter.emit });
    const outcomes = ended.map((end, at) => outcomeOf(end, placed[at] as Placed));
    outcomes.forEach((outcome) => reporter.emit({ event: "outcome", outcome }));
    const result = resultOf(job, outcomes, start, context.interrupted(), server);
    await reporter.finish(result);
    return result.exitStatus;
  });
}

interface Placed {
  wanted: Wanted;
  place: Outcome["place"];
}

const nowhere: Outcome["place"] = { source: "", line: 0, column: 0 };

/** The objects of a manifest set: read and checked as for applying. */
async function ofManifests(
  job: Job,
  connect: () => Promise<Server>,
  reporter: Reporter,
  context: Context,
): Promise<Placed[]> {
  const manifests = await readAndCheck(job, {
    server: connect,
    emit: reporter.emit,
    seen: (read) => reporter.knowSecrets(read),
    warn: (warnings) => reporter.problems([], warnings),
    interrupted: context.interrupted,
  });
  const server = await connect();
  const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType, discover: server.discover };
  const { targets, problems } = await resolveTargets(manifests, sources, server.connection.namespace);
  refuse(problems);
  return targets.map(({ ref, type, manifest }) => ({
    wanted: { ref, type, goal: { is: "ready" }, isNamed: false },
    place: manifest.place,
  }));
}

function outcomeOf(end: Ended, { wanted: { ref, type }, place }: Placed): Outcome {
  const base = { ref, type, place, differences: [], warnings: [], requests: 0, milliseconds: 0 };
  switch (end.is) {
    case "ready":
      return { ...base, action: "unchanged" };
    case "failed":
      return { ...base, action: "failed", error: end.error };
    case "left":
      return { ...base, action: "not-attempted", reason: end.why };
  }
}
