/**
 * The whole flow on one screen: read, check, resolve, look, plan, apply. One path, stopped at three points; nothing
 * before the last step writes anything.
 */
import { apiVersionOf } from "./group-version.js";
import { execute, outcomeOf } from "./apply/index.js";
import { readAndCheck, refuse } from "./input.js";
import type { Job, World } from "./job.js";
import type { Outcome, Result } from "./model.js";
import { planChanges, resolveTargets } from "./plan/index.js";
import type { Planned, Target } from "./plan/index.js";
import { resultOf } from "./result.js";
import { bundledType, typesOfCrds } from "./schema/index.js";
import type { Server } from "./server.js";
import { asMembers, skippedOutcomes, takeTurn } from "./set.js";
import { waitForOutcomes } from "./waiting.js";

/**
 * Runs a job. Throws `input` with all problems of all manifests when nothing may be sent, and whatever connecting
 * throws; what happens to single objects is in the result.
 */
export async function run(job: Job, world: World): Promise<Result> {
  const start = performance.now();
  const manifests = await readAndCheck(job, world);
  if (job.until === "validated") return resultOf(job, [], start, world.interrupted());

  const server = await world.server();
  const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType, discover: server.discover };
  const resolved = await resolveTargets(manifests, sources, server.connection.namespace);
  refuse(resolved.problems);
  const { targets, problems } = await asMembers(resolved.targets, job, server);
  refuse(problems);

  if (job.until === "planned") {
    const planned = await plan(targets, server, job, world);
    return resultOf(job, planned.map(outcomeOf), start, world.interrupted(), server);
  }

  const turn = await takeTurn(targets, job, server, world);
  if (turn.is === "skipped")
    return resultOf(job, skippedOutcomes(targets, turn.why), start, world.interrupted(), server, turn.why);
  let outcomes: Outcome[] | undefined;
  try {
    const planned = await plan(targets, server, job, world);
    world.emit({ event: "applying", objects: targets.length });
    outcomes = await execute(planned, server, {
      ...job,
      isBuiltIn: (type) => bundledType(apiVersionOf(type), type.kind) !== undefined,
      stopped: () => turn.lost() ?? (world.interrupted() === undefined ? undefined : "interrupted"),
      emit: world.emit,
    });
  } finally {
    await turn.end(outcomes);
  }
  const ended = job.wait ? await waitForOutcomes(outcomes, server, world.emit) : outcomes;
  return resultOf(job, ended, start, world.interrupted(), server);
}

function plan(targets: readonly Target[], server: Server, job: Job, { emit }: World): Promise<Planned[]> {
  emit({ event: "planning", objects: targets.length });
  return planChanges(targets, server, job, (one) => {
    const outcome = outcomeOf(one);
    emit({ event: "planned", ref: one.target.ref, action: outcome.action, outcome });
  });
}
