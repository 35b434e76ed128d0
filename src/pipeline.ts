/**
 * The whole flow on one screen: read, check, resolve, look, plan, apply. One path, stopped at three points; nothing
 * before the last step writes anything.
 */
import { apiVersionOf } from "./group-version.js";
import { execute, outcomeOf } from "./apply/index.js";
import { readAndCheck, refuse } from "./input.js";
import type { Job, World } from "./job.js";
import type { Result } from "./model.js";
import { planChanges, resolveTargets } from "./plan/index.js";
import { resultOf } from "./result.js";
import { bundledType, typesOfCrds } from "./schema/index.js";

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
  const { targets, problems } = await resolveTargets(manifests, sources, server.connection.namespace);
  refuse(problems);

  world.emit({ event: "planning", objects: targets.length });
  const planned = await planChanges(targets, server, job, (one) => {
    world.emit({ event: "planned", ref: one.target.ref, action: outcomeOf(one).action });
  });
  if (job.until === "planned")
    return resultOf(job, planned.map(outcomeOf), start, world.interrupted(), server);

  world.emit({ event: "applying", objects: targets.length });
  const outcomes = await execute(planned, server, {
    ...job,
    isBuiltIn: (type) => bundledType(apiVersionOf(type), type.kind) !== undefined,
    stopped: () => (world.interrupted() === undefined ? undefined : "interrupted"),
    emit: world.emit,
  });
  return resultOf(job, outcomes, start, world.interrupted(), server);
}
