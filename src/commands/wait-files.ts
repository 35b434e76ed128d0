/** `wait -f`: the objects of a manifest set, as soon as their kinds are served. */
import { KapplyError } from "../errors.js";
import { parseApiVersion } from "../group-version.js";
import { readAndCheck, refuse } from "../input.js";
import type { Job, World } from "../job.js";
import type { Outcome, Problem } from "../model.js";
import { resolveTargets } from "../plan/index.js";
import type { Target } from "../plan/index.js";
import type { Reporter } from "../report/index.js";
import { bundledType, typesOfCrds } from "../schema/index.js";
import { seek } from "../seek.js";
import type { Looked, Missing } from "../seek.js";
import type { Server } from "../server.js";
import { mayComeToBe } from "../wait/index.js";
import type { Goal } from "../wait/index.js";
import { waitForAll } from "../waiting.js";
import type { Ended, Wanted } from "../waiting.js";

export interface WaitedFor {
  ended: Placed[];
  missing: Missing[];
}

/** What became of an object, and where it stands among the manifests. */
export interface Placed {
  wanted: Wanted;
  end: Ended;
  place: Outcome["place"];
}

export interface Surroundings extends Pick<World, "interrupted"> {
  connect: () => Promise<Server>;
  reporter: Reporter;
  once: boolean;
}

/**
 * Reads and checks the manifests as for applying, and waits for their objects. Where the server does not serve a kind yet,
 * all of it is done again until it does.
 */
export async function waitForFiles(job: Job, goal: Goal, around: Surroundings): Promise<WaitedFor> {
  const { connect, reporter, once } = around;
  const again = { ...job, sources: { ...job.sources, readStdin: remembered(job.sources.readStdin) } };
  const first = await lookAt(again, goal, around, "aloud");
  const server = await connect();
  const { deadline, signal } = server;
  const world = { emit: reporter.emit, deadline, signal, once };
  const sought =
    first.is === "missing" ? await seek(first, () => lookAt(again, goal, around, "quietly"), world) : first;
  if (sought.is === "missing") return { ended: [], missing: [sought] };
  const targets = sought.is === "found" ? sought.found : [];
  // Names are told with their namespaces where there are several: before the first one is told.
  reporter.knowSecrets(targets.map(({ ref, body, manifest: { place } }) => ({ ref, body, place })));
  const wanted = targets.map(({ ref, type }): Wanted => ({ ref, type, goal, isNamed: false }));
  const ended = await waitForAll(wanted, server, world);
  const placed = targets.flatMap(({ manifest: { place } }, at): Placed[] => {
    const [one, end] = [wanted[at], ended[at]];
    return one === undefined || end === undefined ? [] : [{ wanted: one, end, place }];
  });
  return { ended: placed, missing: [] };
}

/** What was read and warned of is said once. */
async function lookAt(
  job: Job,
  goal: Goal,
  { connect, reporter, interrupted }: Surroundings,
  how: "aloud" | "quietly",
): Promise<Looked<Target[]>> {
  const isAloud = how === "aloud";
  try {
    const manifests = await readAndCheck(job, {
      server: connect,
      emit: isAloud ? reporter.emit : () => undefined,
      seen: (read) => reporter.knowSecrets(read),
      warn: (warnings) => (isAloud ? reporter.problems([], warnings) : undefined),
      interrupted,
    });
    const server = await connect();
    const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType, discover: server.discover };
    const { targets, problems } = await resolveTargets(manifests, sources, server.connection.namespace);
    refuse(problems);
    return { is: "found", found: targets, why: "the server serves these kinds now" };
  } catch (error) {
    const unserved = error instanceof KapplyError ? unservedKinds(error.details.problems ?? []) : [];
    if (goal.is === "delete" || unserved.length === 0) throw error;
    return { is: "missing", what: unserved.join(", "), why: "the server does not serve this kind yet" };
  }
}

/** The kinds that problems are about, where all are about kinds that may be served later. */
function unservedKinds(problems: readonly Problem[]): string[] {
  const kinds = problems.map(({ code, ref }) => {
    if (code !== "unknown-kind" || ref === undefined) return undefined;
    const kind = `${ref.kind.toLowerCase()}.${parseApiVersion(ref.apiVersion).group}`;
    return mayComeToBe(kind) ? `${kind}/${ref.name}` : undefined;
  });
  const known = kinds.filter((kind) => kind !== undefined);
  return known.length === kinds.length ? known : [];
}

/** Standard input can be read only once. */
function remembered(read: Job["sources"]["readStdin"]): Job["sources"]["readStdin"] {
  let answer: ReturnType<typeof read> | undefined;
  return (mostBytes) => (answer ??= read(mostBytes));
}
