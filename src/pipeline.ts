/**
 * The whole flow on one screen: read, check, resolve, look, plan, apply. One path, stopped at three points; nothing
 * before the last step writes anything.
 */
import { apiVersionOf } from "./group-version.js";
import { execute, outcomeOf } from "./apply/index.js";
import { KapplyError } from "./errors.js";
import { readAndCheck, refuse } from "./input.js";
import type { Job, World } from "./job.js";
import type { Ending } from "./lease/index.js";
import type { Outcome, Result } from "./model.js";
import { planChanges, resolveTargets } from "./plan/index.js";
import type { Planned, Target } from "./plan/index.js";
import { resultOf } from "./result.js";
import { bundledType, typesOfCrds } from "./schema/index.js";
import type { Server } from "./server.js";
import { asMembers } from "./set.js";
import { endingOf, leftOutcomes, takeTurn, whyNoTurn } from "./turn.js";
import type { Ours } from "./turn.js";
import { waitForOutcomes } from "./waiting/index.js";

/**
 * Runs a job. Throws `input` with all problems of all manifests when nothing may be sent, and whatever connecting
 * throws; what happens to single objects is in the result.
 */
export async function run(job: Job, given: World): Promise<Result> {
  const start = performance.now();
  let connecting: Promise<Server> | undefined;
  const world: World = { ...given, server: () => (connecting ??= given.server()) };
  const manifests = await readAndCheck(job, world);
  if (job.until === "validated") return resultOf(job, [], start, world.interrupted());

  const server = await world.server();
  const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType, discover: server.discover };
  const resolved = await resolveTargets(manifests, sources, server.connection.namespace);
  refuse(resolved.problems);
  const { targets, problems } = await asMembers(resolved.targets, job, server);
  refuse(problems);

  const turn = await takeTurn(targets, job, server, world).catch((error: unknown) => {
    tellLeft(targets, error, world);
    throw error;
  });
  const skipped = turn.is === "skipped" ? turn : undefined;
  const done =
    turn.is === "skipped"
      ? leftOutcomes(targets, "skipped", turn.why)
      : await inTurn(turn, targets, server, job, world);
  const lost = turn.is === "ours" ? turn.lost() : undefined;
  // What another run applied is waited for like our own; of what is older, nothing may be left.
  const waits = job.wait && job.until === "applied" && skipped?.because !== "older" && lost === undefined;
  const outcomes = waits ? await waitForOutcomes(done, server, world.emit) : done;
  return resultOf(job, outcomes, start, world.interrupted(), server, { skipped: skipped?.why, lost });
}

/** What becomes of each object where the error ends the run before there is a result. */
function tellLeft(targets: readonly Target[], error: unknown, { emit }: World): void {
  if (!(error instanceof KapplyError)) return;
  for (const outcome of leftOutcomes(targets, "not-attempted", whyNoTurn(error)))
    emit({ event: "outcome", outcome });
}

async function inTurn(
  turn: Ours,
  targets: readonly Target[],
  server: Server,
  job: Job,
  world: World,
): Promise<Outcome[]> {
  let ending: Ending = "untouched";
  try {
    const planned = await plan(targets, server, job, world);
    if (job.until === "planned") return planned.map(outcomeOf);
    ending = "failed";
    world.emit({ event: "applying", objects: targets.length });
    const outcomes = await execute(planned, server, {
      ...job,
      isBuiltIn: (type) => bundledType(apiVersionOf(type), type.kind) !== undefined,
      stopped: () => turn.lost() ?? (world.interrupted() === undefined ? undefined : "interrupted"),
      emit: world.emit,
    });
    ending = endingOf(outcomes, server.writes());
    return outcomes;
  } finally {
    await turn.end(ending);
  }
}

function plan(targets: readonly Target[], server: Server, job: Job, { emit }: World): Promise<Planned[]> {
  emit({ event: "planning", objects: targets.length });
  return planChanges(targets, server, job, (one) => {
    const outcome = outcomeOf(one);
    emit({ event: "planned", ref: one.target.ref, action: outcome.action, outcome });
  });
}
