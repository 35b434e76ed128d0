/** `wait -f`: the objects of a manifest set, each as soon as its kind is served. */
import { typeName } from "../cluster/index.js";
import { KapplyError } from "../errors.js";
import { parseApiVersion } from "../group-version.js";
import { readAndCheck, refuse } from "../input.js";
import type { Job, World } from "../job.js";
import type { Manifest, Problem, Ref } from "../model.js";
import { knownType, resolveTargets } from "../plan/index.js";
import type { Reporter } from "../report/index.js";
import { bundledType, typesOfCrds } from "../schema/index.js";
import { waitForSearches } from "../waiting/index.js";
import type { Answer, Found, Item, Looked, Search } from "../waiting/index.js";
import type { Server } from "../server.js";
import { mayComeToBe } from "../wait/index.js";
import type { Goal } from "../wait/index.js";

export interface Surroundings extends Pick<World, "interrupted"> {
  connect: () => Promise<Server>;
  reporter: Reporter;
  once: boolean;
}

type TypeSources = Parameters<typeof resolveTargets>[1];

interface ManifestItem extends Item {
  manifest: Manifest;
}

/**
 * Reads and checks the manifests as for applying, and waits for their objects. Kinds that the server does not serve are
 * looked for one by one until it does; their objects are not checked against schemas.
 */
export async function waitForFiles(job: Job, goal: Goal, around: Surroundings): Promise<Answer> {
  const { connect, reporter, once } = around;
  const manifests = await readSet(job, around);
  const server = await connect();
  const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType, discover: server.discover };
  const items = manifests.map((manifest): ManifestItem => {
    const { ref, place } = manifest;
    return { manifest, ref, place };
  });
  const searches = groupsOf(items, sources).map((group): Search => ({
    what: nameOf(group),
    items: group,
    look: () => look(group, goal, sources, server, reporter),
  }));
  const { deadline, signal } = server;
  return waitForSearches(items, searches, goal, server, { emit: reporter.emit, deadline, signal, once });
}

/** The manifests, sound but for kinds that nobody serves yet, or of which the server can't be asked just now. */
async function readSet(job: Job, { connect, reporter, interrupted }: Surroundings): Promise<Manifest[]> {
  let read: readonly Manifest[] | undefined;
  try {
    return await readAndCheck(job, {
      server: connect,
      emit: reporter.emit,
      seen: (manifests) => {
        read = manifests;
        reporter.knowSecrets(manifests);
      },
      warn: (warnings) => reporter.problems([], warnings),
      interrupted,
    });
  } catch (error) {
    if (read === undefined || !(error instanceof KapplyError)) throw error;
    const { problems = [] } = error.details;
    const isOfKinds = problems.length > 0 && problems.every(mayBeServedLater);
    // The server is asked about nothing but kinds that are not built in, where all else is sound.
    if (isOfKinds || isOfServer(error)) return [...read];
    throw error;
  }
}

function isOfServer({ code }: KapplyError): boolean {
  return code === "unreachable" || code === "server-error" || code === "timeout";
}

/** What is known without the server, and each other kind by itself. */
function groupsOf(items: readonly ManifestItem[], sources: TypeSources): ManifestItem[][] {
  const groups = new Map<string, ManifestItem[]>();
  for (const item of items) {
    const { apiVersion, kind } = item.manifest.ref;
    const key = knownType(item.manifest.ref, sources) === undefined ? `${apiVersion} ${kind}` : "";
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

async function look(
  group: readonly ManifestItem[],
  goal: Goal,
  sources: TypeSources,
  { connection }: Server,
  reporter: Reporter,
): Promise<Looked<Found[]>> {
  const manifests = group.map(({ manifest }) => manifest);
  const { targets, problems } = await resolveTargets(manifests, sources, connection.namespace);
  if (problems.length > 0) {
    if (!problems.every(mayBeServedLater)) refuse(problems);
    if (goal.is === "delete") return { is: "gone" };
    return { is: "missing", what: nameOf(group), why: "the server does not serve this kind yet" };
  }
  // Names are told with their namespaces where there are several: before the first one is told.
  reporter.knowSecrets(targets.map(({ ref, body, manifest: { place } }) => ({ ref, body, place })));
  const itemOf = new Map(group.map((item) => [item.manifest, item]));
  const found = targets.flatMap(({ manifest, ref, type }): Found[] => {
    const item = itemOf.get(manifest);
    return item === undefined ? [] : [{ item, wanted: { ref, type, goal, isNamed: false } }];
  });
  return { is: "found", found, why: "the server serves this kind now" };
}

function nameOf(group: readonly ManifestItem[]): string {
  const [first, ...others] = group.map(({ manifest: { ref } }) => `${wordFor(ref)}/${ref.name}`);
  return `${first ?? ""}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}

function wordFor({ apiVersion, kind }: Ref): string {
  return typeName({ kind, group: parseApiVersion(apiVersion).group });
}

function mayBeServedLater({ code, ref }: Problem): boolean {
  return code === "unknown-kind" && ref !== undefined && mayComeToBe(wordFor(ref));
}
