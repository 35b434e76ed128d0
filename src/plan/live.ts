/** What is live of what we would apply: read in as few requests as we can, and nothing written. */
import { apiVersionOf } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getPath } from "../json.js";
import type { ResourceType } from "../model.js";
import { mapParallel, openGate, openSpace } from "../parallel.js";
import { readByList } from "./by-list.js";
import { listPays } from "./list-cost.js";
import { tellAll } from "./reads.js";
import type { Found, Live, Reads } from "./reads.js";
import type { Target } from "./target.js";

export type { Found, ListedPage, Live, Reads } from "./reads.js";

/** How many objects the pages that are held at once may have: so that memory does not grow with the set. */
const objectsAtOnce = 4000;

/**
 * Reads the live object of every target, and tells of each as soon as it is known: once per target, in no order. A page
 * of a list, and a GET's turn, end when what `found` gave back for them is done. Namespaces and CRDs of the set come
 * first: what lies in a namespace, or is of a type, that is only about to exist is not asked for. What a read throws is
 * told as `failed`; rejects with what `found` throws.
 */
export async function readLive(
  targets: readonly Target[],
  reads: Reads,
  concurrency: number,
  found: Found,
): Promise<void> {
  const founders = targets.filter((target) => isNamespace(target) || isCrd(target));
  const absent: Target[] = [];
  const read = reader(reads, concurrency);
  await read(founders, (target, live) => {
    if (live.state === "absent") absent.push(target);
    return found(target, live);
  });
  const namespaces = new Set(absent.filter(isNamespace).map(({ ref }) => ref.name));
  const newKinds = kindsOf(absent);
  const ownKinds = kindsOf(founders);
  const others: Target[] = [];
  const pending: [Target, Live][] = [];
  for (const target of targets) {
    const { namespace } = target.ref;
    if (isNamespace(target) || isCrd(target)) continue;
    if (newKinds.has(kindOf(target.type))) pending.push([target, typePending]);
    else if (namespace !== undefined && namespaces.has(namespace)) pending.push([target, namespacePending]);
    else others.push(target);
  }
  await tellAll(pending, found);
  await read(others, (target, live) =>
    found(target, ownKinds.has(kindOf(target.type)) && isNotServed(live) ? typePending : live),
  );
}

const typePending: Live = { state: "pending", why: "type-pending" };
const namespacePending: Live = { state: "pending", why: "namespace-pending" };

/** A version that the set's CRD adds to a live CRD is not served yet: that is no failure. */
function isNotServed(live: Live): boolean {
  return live.state === "failed" && live.error instanceof KapplyError && live.error.code === "not-served";
}

/** Reads targets by LIST where that pays, else by GET, `concurrency` at once of each. */
function reader(
  reads: Reads,
  concurrency: number,
): (targets: readonly Target[], found: Found) => Promise<void> {
  const space = openSpace(objectsAtOnce);
  const turns = openGate(concurrency);

  async function getEach(targets: readonly Target[], found: Found): Promise<void> {
    await mapParallel(targets, concurrency, async (target) => {
      const leave = await turns.enter();
      try {
        await found(target, await readOne(target, reads));
      } finally {
        leave();
      }
    });
  }
  return async (targets, found) => {
    const groups = byCollection(targets);
    const lists = groups.filter(({ length }) => listPays(length));
    const singles = groups.filter(({ length }) => !listPays(length)).flat();
    await Promise.all([
      getEach(singles, found),
      mapParallel(lists, concurrency, async (group) =>
        getEach(await readByList(group, reads, space, found), found),
      ),
    ]);
  };
}

/** Targets that one LIST would find: of one resource in one namespace. */
function byCollection(targets: readonly Target[]): [Target, ...Target[]][] {
  const groups = new Map<string, [Target, ...Target[]]>();
  for (const target of targets) {
    const id = `${apiVersionOf(target.type)} ${target.type.plural} ${target.ref.namespace ?? ""}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [target]);
    else group.push(target);
  }
  return [...groups.values()];
}

async function readOne({ type, ref }: Target, reads: Reads): Promise<Live> {
  try {
    const object = await reads.get(type, ref.namespace, ref.name);
    return object === undefined ? { state: "absent" } : { state: "present", object };
  } catch (error) {
    return { state: "failed", error };
  }
}

function isNamespace({ type }: Target): boolean {
  return type.group === "" && type.kind === "Namespace";
}

export function isCrd({ type }: Target): boolean {
  return type.group === "apiextensions.k8s.io" && type.kind === "CustomResourceDefinition";
}

/** The kinds that the CRDs among the targets make. */
export function kindsOf(targets: readonly Target[]): Set<string> {
  const kinds = targets.filter(isCrd).map(({ body }) => {
    const [group, kind] = [getPath(body, ["spec", "group"]), getPath(body, ["spec", "names", "kind"])];
    return typeof group === "string" && typeof kind === "string" ? [kindOf({ group, kind })] : [];
  });
  return new Set(kinds.flat());
}

/** What tells kinds apart, whatever their version. */
export function kindOf({ group, kind }: Pick<ResourceType, "group" | "kind">): string {
  return `${group}/${kind}`;
}
