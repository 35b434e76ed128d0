/**
 * The whole flow on one screen: read, check, resolve, look, plan, apply. One path, stopped at three points; nothing
 * before the last step writes anything.
 */
import { execute, outcomeOf } from "./apply/index.js";
import { KapplyError } from "./errors.js";
import { readManifests, selectManifests } from "./manifest/index.js";
import type { ReadOptions } from "./manifest/index.js";
import type { Emit, Manifest, Problem, Result } from "./model.js";
import { planChanges, readLive, resolveTargets } from "./plan/index.js";
import { resultOf } from "./result.js";
import type { Signal } from "./result.js";
import { bundledType, checkManifests, typesOfCrds } from "./schema/index.js";
import type { Server } from "./server.js";

/** What a run is to do. */
export interface Job {
  command: string;
  /** Where to stop: `validate`, `diff`, `apply`. */
  until: "validated" | "planned" | "applied";
  sources: ReadOptions;
  selector?: string | undefined;
  allowEmpty: boolean;
  namespace?: string | undefined;
  validate: "strict" | "warn" | "ignore";
  fieldManager: string;
  force: boolean;
  concurrency: number;
}

/** What a run is given of the world. */
export interface World {
  /** The server, connected at the first call; a run that stops early never calls. */
  server: () => Promise<Server>;
  emit: Emit;
  /** Manifests as they were read, before anything is said of them. */
  seen: (manifests: readonly Manifest[]) => void;
  warn: (warnings: readonly Problem[]) => void;
  /** The signal that asked us to stop, if any. */
  interrupted: () => Signal | undefined;
}

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
  const live = await readLive(targets, server, job.concurrency);
  const options = { ...job, previewCreates: job.until === "planned" };
  const planned = await planChanges(targets, live, server, options, (one) => {
    world.emit({ event: "planned", ref: one.target.ref, action: outcomeOf(one).action });
  });
  if (job.until === "planned")
    return resultOf(job, planned.map(outcomeOf), start, world.interrupted(), server);

  world.emit({ event: "applying", objects: targets.length });
  const outcomes = await execute(planned, server, {
    concurrency: job.concurrency,
    isBuiltIn: ({ group, version, kind }) =>
      bundledType(group === "" ? version : `${group}/${version}`, kind) !== undefined,
    stopped: () => (world.interrupted() === undefined ? undefined : "interrupted"),
    emit: world.emit,
  });
  return resultOf(job, outcomes, start, world.interrupted(), server);
}

/** All problems at once: those of reading and those of the schemas; the server is asked where ours know too little. */
async function readAndCheck(job: Job, world: World): Promise<Manifest[]> {
  const reading = await readManifests(job.sources);
  const { manifests, problems: unselected } = selectManifests(reading.manifests, job.selector);
  const unread = [...reading.problems, ...unselected].filter(
    ({ code }) => !(job.allowEmpty && code === "empty"),
  );
  world.seen(manifests);
  world.emit({ event: "started", command: job.command, manifests: manifests.length });
  const mayAsk = job.until !== "validated" && unread.length === 0;
  const { problems, warnings } = await checkManifests(manifests, {
    mode: job.validate,
    ...(job.namespace === undefined ? {} : { namespace: { name: job.namespace, explicit: true } }),
    ...(mayAsk ? { serverSchema: async (groupVersion) => (await world.server()).schema(groupVersion) } : {}),
  });
  world.warn(warnings);
  refuse([...unread, ...problems]);
  return manifests;
}

function refuse(problems: Problem[]): void {
  if (problems.length === 0) return;
  const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new KapplyError("input", `${many} in the manifests; nothing was sent`, { problems });
}
