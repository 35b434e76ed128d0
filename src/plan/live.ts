/** What is live of what we would apply: read in as few requests as we can, and nothing written. */
import { apiVersionOf } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getPath } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { mapParallel } from "../parallel.js";
import type { Target } from "./target.js";

/** The reads that planning is handed. */
export interface Reads {
  /** The live object, undefined where there is none. `count` is called for each request sent. */
  get: (
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    count?: () => void,
  ) => Promise<KubeObject | undefined>;
  /** The live objects of a resource, page by page, with how many are still to come where the server tells. */
  list: (
    type: ResourceType,
    namespace: string | undefined,
  ) => AsyncIterable<{ items: KubeObject[]; remaining?: number | undefined }>;
}

/** What was found of a target. */
export type Live =
  | { state: "present"; object: KubeObject }
  | { state: "absent" }
  /** Not there, since its namespace or its type is only about to exist. */
  | { state: "pending"; why: "namespace-pending" | "type-pending" }
  | { state: "failed"; error: unknown };

/** From this many objects of one resource in one namespace, a LIST is asked for instead of GETs. */
const listFrom = 9;
/** A LIST is given up for GETs once it has this many times more to come than we still look for. */
const foreignRatio = 10;

/**
 * Reads the live object of every target. Namespaces and CRDs of the set come first: what lies in a namespace, or is
 * of a type, that is only about to exist is not asked for.
 */
export async function readLive(
  targets: readonly Target[],
  reads: Reads,
  concurrency: number,
): Promise<Map<Target, Live>> {
  const founders = targets.filter((target) => isNamespace(target) || isCrd(target));
  const found = await readAll(founders, reads, concurrency);
  const absent = founders.filter((target) => found.get(target)?.state === "absent");
  const namespaces = new Set(absent.filter(isNamespace).map(({ ref }) => ref.name));
  const newCrds = absent.filter(isCrd);
  const others: Target[] = [];
  for (const target of targets) {
    if (found.has(target)) continue;
    if (newCrds.some((crd) => defines(crd, target.type))) {
      found.set(target, { state: "pending", why: "type-pending" });
    } else if (target.ref.namespace !== undefined && namespaces.has(target.ref.namespace)) {
      found.set(target, { state: "pending", why: "namespace-pending" });
    } else others.push(target);
  }
  const rest = await readAll(others, reads, concurrency);
  for (const [target, live] of rest) found.set(target, notServedYet(target, live, founders));
  return found;
}

/** A version that the set's CRD adds to a live CRD is not served yet: that is no failure. */
function notServedYet(target: Target, live: Live, founders: readonly Target[]): Live {
  if (live.state !== "failed") return live;
  const notServed = live.error instanceof KapplyError && live.error.code === "not-served";
  return notServed && founders.some((crd) => isCrd(crd) && defines(crd, target.type))
    ? { state: "pending", why: "type-pending" }
    : live;
}

async function readAll(
  targets: readonly Target[],
  reads: Reads,
  concurrency: number,
): Promise<Map<Target, Live>> {
  const found = new Map<Target, Live>();
  const lists = byCollection(targets).filter((group) => group.length >= listFrom);
  await mapParallel(lists, concurrency, (group) => readByList(group, reads, found));
  const single = targets.filter((target) => !found.has(target));
  await mapParallel(single, concurrency, async (target) => {
    found.set(target, await readOne(target, reads));
  });
  return found;
}

/** Targets that one LIST would find: of one resource in one namespace. */
function byCollection(targets: readonly Target[]): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const id = `${apiVersionOf(target.type)} ${target.type.plural} ${target.ref.namespace ?? ""}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [target]);
    else group.push(target);
  }
  return [...groups.values()];
}

/** Notes what a LIST finds. What it leaves open, refused or given up, is for GETs. */
async function readByList(group: readonly Target[], reads: Reads, found: Map<Target, Live>): Promise<void> {
  const wanted = new Map(group.map((target) => [target.ref.name, target]));
  const [{ type, ref }] = group as [Target];
  try {
    for await (const { items, remaining = 0 } of reads.list(type, ref.namespace)) {
      for (const object of items) {
        const name = getPath(object, ["metadata", "name"]);
        const target = typeof name === "string" ? wanted.get(name) : undefined;
        if (target === undefined) continue;
        wanted.delete(target.ref.name);
        found.set(target, { state: "present", object });
      }
      if (wanted.size === 0 || remaining > foreignRatio * wanted.size) return;
    }
    for (const target of wanted.values()) found.set(target, { state: "absent" });
  } catch (error) {
    if (error instanceof KapplyError && error.code === "forbidden") return;
    for (const target of wanted.values()) found.set(target, { state: "failed", error });
  }
}

async function readOne({ type, ref }: Target, reads: Reads): Promise<Live> {
  try {
    const object = await reads.get(type, ref.namespace, ref.name);
    return object === undefined ? { state: "absent" } : { state: "present", object };
  } catch (error) {
    return { state: "failed", error };
  }
}

export function isNamespace({ type }: Target): boolean {
  return type.group === "" && type.kind === "Namespace";
}

export function isCrd({ type }: Target): boolean {
  return type.group === "apiextensions.k8s.io" && type.kind === "CustomResourceDefinition";
}

/** Whether a CRD is the one that makes a type. */
export function defines({ body }: Target, type: ResourceType): boolean {
  const is = (path: string[], value: string): boolean => getPath(body, ["spec", ...path]) === value;
  return is(["group"], type.group) && is(["names", "kind"], type.kind);
}
