/** A manifest set: the label of its name, and who owns its objects. */
import { KapplyError } from "./errors.js";
import { getPath, isObject, setKey } from "./json.js";
import type { JsonObject } from "./json.js";
import type { Job } from "./job.js";
import { leaseName } from "./lease/index.js";
import type { KubeObject, Problem } from "./model.js";
import { findNamedKind } from "./kinds/index.js";
import type { Target } from "./plan/index.js";
import { findControllers, ownerOf, ownerOfPod, ownPodName, withOwner } from "./pod/index.js";
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
  const set = setNameOf(job);
  const problems = set === undefined ? [] : targets.flatMap((target) => ofAnotherSet(target, set) ?? []);
  const owner = job.owner === undefined ? undefined : await findOwner(job.owner, job, server);
  const members = targets.map((target): Target => {
    const member = { ...target, body: asMember(target.body, set) };
    if (owner === undefined) return member;
    const owned = withOwner(member, owner);
    if (owned.is === "owned") return { ...member, body: owned.body };
    problems.push(owned.problem);
    return member;
  });
  return { targets: members, problems };
}

/**
 * The name that `--set` gives.
 * @throws KapplyError `usage` for one that can't be a label's value and part of an object's name.
 */
export function setNameOf({ set }: Pick<Job, "set">): string | undefined {
  if (set !== undefined) leaseName(set.name);
  return set?.name;
}

/** An object with the label of its set. */
export function asMember(body: KubeObject, set: string | undefined): KubeObject {
  if (set === undefined) return body;
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  const labels: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(metadata["labels"]) ? metadata["labels"] : {}))
    setKey(labels, key, value);
  labels[setLabel] = set;
  return { ...body, metadata: { ...metadata, labels } };
}

function ofAnotherSet({ manifest, ref, body }: Target, set: string): Problem | undefined {
  const path = ["metadata", "labels", setLabel];
  const given = getPath(body, path);
  if (given === undefined || given === set) return undefined;
  return {
    code: "bad-metadata",
    message: `${ref.kind} ${ref.name} is labelled as of the set ${JSON.stringify(given)}, and --set is ${JSON.stringify(set)}`,
    place: manifest.placeOf(path),
    path: path.join("."),
    ref,
    hint: "leave the label out of the manifest: --set puts it there",
  };
}

async function findOwner(text: string, job: Job, server: Server): Promise<Owner> {
  if (text === "self") return ownerOfPod(await ownControllers(job, server));
  const { word, name } = parseTarget(text, "--owner");
  const type = await findNamedKind(word, () => Promise.resolve(server.transport));
  const namespace = type.namespaced ? server.connection.namespace : undefined;
  const object = await server.lookUp(type, namespace, name);
  if (object !== undefined) return ownerOf(object);
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  throw new KapplyError("usage", `--owner=${text}: there is no such object${where}`, {
    hint: "create it first, or name another",
  });
}

/** What controls the pod that we run in. */
export async function ownControllers(job: Job, server: Server): Promise<Controlled> {
  const name = ownPodName(job.env);
  return findControllers(await server.podNamespace(), name, server.lookUp);
}
