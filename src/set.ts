/** A manifest set by its name: its label, who owns it, and whose turn it is to apply it. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { KapplyError } from "./errors.js";
import { isObject, setKey } from "./json.js";
import type { JsonObject } from "./json.js";
import type { Job, SetOptions, World } from "./job.js";
import { hashOf, holdLease, leaseName, parseRevision } from "./lease/index.js";
import type { Ending, Wanted } from "./lease/index.js";
import type { Outcome, Problem } from "./model.js";
import { findNamedKind } from "./named.js";
import type { Target } from "./plan/index.js";
import { findControllers, ownerOf, ownerOfPod, ownPodName, revisionOf, withOwner } from "./pod/index.js";
import type { Controlled, Owner } from "./pod/index.js";
import type { Server } from "./server.js";
import { parseTarget } from "./wait/index.js";

/** The label of a set's objects. */
const setLabel = "kapply.dev/set";

/**
 * Targets as members of their set, and owned by whom `--owner` names.
 * @throws KapplyError `usage` for a name that is none, `forbidden` and others where the owner can't be read.
 */
export async function asMembers(
  targets: readonly Target[],
  job: Job,
  server: Server,
): Promise<{ targets: Target[]; problems: Problem[] }> {
  if (job.set !== undefined) leaseName(job.set.name);
  const owner = job.owner === undefined ? undefined : await findOwner(job.owner, job, server);
  const problems: Problem[] = [];
  const members = targets.map((target) => {
    const labelled = job.set === undefined ? target : withLabel(target, job.set.name);
    if (owner === undefined) return labelled;
    const owned = withOwner(labelled, owner);
    if (owned.is === "owned") return { ...labelled, body: owned.body };
    problems.push(owned.problem);
    return labelled;
  });
  return { targets: members, problems };
}

function withLabel(target: Target, name: string): Target {
  const metadata = isObject(target.body["metadata"]) ? target.body["metadata"] : {};
  const labels: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(metadata["labels"]) ? metadata["labels"] : {}))
    setKey(labels, key, value);
  labels[setLabel] = name;
  return { ...target, body: { ...target.body, metadata: { ...metadata, labels } } };
}

async function findOwner(text: string, job: Job, server: Server): Promise<Owner> {
  if (text === "self") return ownerOfPod(await ownControllers(job, server));
  const { word, name } = parseTarget(text);
  const type = await findNamedKind(word, () => Promise.resolve(server.transport));
  const namespace = type.namespaced ? server.connection.namespace : undefined;
  const object = await server.get(type, namespace, name);
  if (object !== undefined) return ownerOf(object);
  throw new KapplyError("usage", `--owner=${text}: there is no such object in namespace ${namespace ?? ""}`, {
    hint: "create it first, or name another",
  });
}

function ownControllers(job: Job, server: Server): Promise<Controlled> {
  return findControllers(server.connection.namespace, ownPodName(job.env), server.get);
}

/** Our turn to apply the set, or why there is nothing to do for us. */
export type Turn =
  | {
      is: "ours";
      /** Why nothing may be written any more. */
      lost: () => string | undefined;
      /** Gives the turn back, with what became of it. */
      end: (outcomes: readonly Outcome[] | undefined) => Promise<void>;
    }
  | { is: "skipped"; why: string };

const unlimited: Turn = { is: "ours", lost: () => undefined, end: () => Promise.resolve() };

/**
 * Waits for our turn. A revision needs the Lease as `--lock` does: one that is only compared can be overtaken on its way.
 * @throws KapplyError as `holdLease` does.
 */
export async function takeTurn(
  targets: readonly Target[],
  job: Job,
  server: Server,
  world: Pick<World, "emit">,
): Promise<Turn> {
  const { set } = job;
  if (set === undefined || (!set.lock && set.revision === undefined)) return unlimited;
  const at = { namespace: server.connection.namespace, name: leaseName(set.name) };
  const wanted: Wanted = {
    hash: hashOf(targets.map(({ body }) => body)),
    revision: await revisionFor(set, job, server),
  };
  const what = `lease.coordination.k8s.io/${at.name}`;
  const held = await holdLease(at, await server.lease(at), {
    holder: `${hostname()}_${randomUUID()}`,
    wanted,
    allowDowngrade: set.allowDowngrade,
    deadline: server.deadline,
    signal: server.signal,
    waiting: ({ holder, since }) =>
      world.emit({ event: "waiting", what, why: `${holder} applies this set since ${since}` }),
  });
  if (held.is === "skipped") return held;
  held.signal.addEventListener("abort", server.stop);
  return {
    is: "ours",
    lost: held.isLost,
    end: async (outcomes) => {
      held.signal.removeEventListener("abort", server.stop);
      await held.release(endingOf(outcomes)).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        world.emit({ event: "warning", message: `${what} could not be given back: ${why}` });
      });
    },
  };
}

async function revisionFor(set: SetOptions, job: Job, server: Server): Promise<Wanted["revision"]> {
  if (set.revision === undefined) return undefined;
  if (set.revision !== "auto") return parseRevision(set.revision);
  return revisionOf(await ownControllers(job, server), server.get);
}

/** What is recorded: a run that failed may have written some of the set. */
function endingOf(outcomes: readonly Outcome[] | undefined): Ending {
  if (outcomes === undefined) return "failed";
  const wrote = outcomes.some(({ action }) => action !== "unchanged" && action !== "not-attempted");
  const allDone = outcomes.every(({ error, action }) => error === undefined && action !== "not-attempted");
  return allDone ? "applied" : wrote ? "failed" : "untouched";
}

/** The outcome of each object of a set that is not applied. */
export function skippedOutcomes(targets: readonly Target[], why: string): Outcome[] {
  return targets.map(({ ref, type, manifest: { place } }) => ({
    ref,
    type,
    place,
    action: "skipped",
    reason: why,
    differences: [],
    warnings: [],
    requests: 0,
    milliseconds: 0,
  }));
}
