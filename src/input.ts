/** The input of a run: read, selected, checked, with the server's second opinion where ours is not enough. */
import { errorAbout, KapplyError } from "./errors.js";
import type { Job, World } from "./job.js";
import type { JsonObject } from "./json.js";
import { asWritten, readManifests, selectManifests } from "./manifest/index.js";
import type { Manifest, Problem } from "./model.js";
import { checkManifests } from "./schema/index.js";
import type { CheckOptions, CheckResult } from "./schema/index.js";

/**
 * The manifests of a job, sound as far as can be told before the live objects are read. Throws `input` with all
 * problems of all manifests at once: those of reading and those of the schemas.
 */
export async function readAndCheck(job: Job, world: World): Promise<Manifest[]> {
  const reading = await readManifests(job.sources);
  const { manifests, problems: unselected } = selectManifests(reading.manifests, job.selector);
  const unread = [...reading.problems, ...unselected].filter(
    ({ code }) => !(job.allowEmpty && code === "empty"),
  );
  world.seen(manifests);
  for (const name of reading.unused)
    world.emit({ event: "warning", message: `--env-subst names ${name}, which no manifest refers to` });
  world.emit({ event: "started", command: job.command, manifests: manifests.length });
  const offline = await checkManifests(manifests, checkOptions(job));
  const asks = job.until !== "validated" && unread.length === 0 && offline.problems.some(mayBeNewer);
  const { problems, warnings } = asks ? await secondOpinion(manifests, offline, job, world) : offline;
  world.warn(asWritten(warnings, reading.filled));
  refuse([...unread, ...asWritten(problems, reading.filled)]);
  return manifests;
}

function checkOptions({ validate: mode, namespace }: Job): CheckOptions {
  return namespace === undefined ? { mode } : { mode, namespace: { name: namespace, explicit: true } };
}

/**
 * The server's own schemas decide about what the bundled ones do not know. Where it can't be asked, what they found
 * stands; kinds that they have never heard of are nothing to go by, so then the connection is what is wrong.
 */
async function secondOpinion(
  manifests: Manifest[],
  offline: CheckResult,
  job: Job,
  world: World,
): Promise<CheckResult> {
  const certain = offline.problems.filter(({ code }) => code !== "unknown-kind");
  if (!certain.every(mayBeNewer)) return { ...offline, problems: certain };
  try {
    const serverSchema = async (groupVersion: string): Promise<JsonObject | undefined> =>
      (await world.server()).schema(groupVersion);
    const checked = await checkManifests(manifests, { ...checkOptions(job), serverSchema });
    return { ...checked, problems: await withoutServed(checked.problems, world) };
  } catch (error) {
    if (certain.length === 0 || !(error instanceof KapplyError)) throw error;
    return { ...offline, problems: certain };
  }
}

/** A kind is served before its schema is published: then nobody can check it but the server, as it is applied. */
async function withoutServed(problems: readonly Problem[], world: World): Promise<Problem[]> {
  const unknown = problems.filter(({ code }) => code === "unknown-kind");
  if (unknown.length === 0) return [...problems];
  const { discover } = await world.server();
  const isServed = async ({ ref, place }: Problem): Promise<boolean> => {
    if (ref === undefined) return false;
    const type = await discover(ref.apiVersion, ref.kind).catch((error: unknown) => {
      throw errorAbout({ ref, place }, error);
    });
    return type !== undefined;
  };
  const served = await Promise.all(unknown.map(isServed));
  const dropped = new Set(unknown.filter((_, at) => served[at]));
  return problems.filter((problem) => !dropped.has(problem));
}

/** What another version of Kubernetes may have: a kind, a field, a value. */
function mayBeNewer({ code }: Problem): boolean {
  return code === "unknown-kind" || code === "unknown-field" || code === "bad-value";
}

/** Throws all problems as one error, if there are any. */
export function refuse(problems: Problem[]): void {
  if (problems.length === 0) return;
  const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new KapplyError("input", `${many} in the manifests; nothing was sent`, { problems });
}
