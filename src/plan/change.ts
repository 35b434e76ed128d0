/** Desired and live, compared: what applying would do. Where what is recorded leaves a doubt, the server's dry run tells. */
import { equalJson, getKey, getPath } from "../json.js";
import type { Json } from "../json.js";
import { isUnchanged } from "../merge/index.js";
import type { Change, KubeObject } from "../model.js";
import { mapParallel } from "../parallel.js";
import { differences, withoutNoise } from "./differences.js";
import type { Live, Reads } from "./live.js";
import type { Target } from "./target.js";

/** What the server answers to an apply, dry run or not. */
export interface Applied {
  object: KubeObject;
  created: boolean;
  warnings: string[];
}

export interface PlanReads extends Reads {
  /** What server-side apply would make of a target; undefined where something in its way can't do dry runs. */
  dryRun: (target: Target, count: () => void) => Promise<Applied | undefined>;
}

export interface PlanOptions {
  fieldManager: string;
  /** Whether objects to be created are asked for in advance: a diff shows them, an apply just creates them. */
  previewCreates: boolean;
  concurrency: number;
}

/** A target with what would become of it, or with why that could not be found out. */
export interface Planned {
  target: Target;
  verdict: { change: Change } | { error: unknown };
  warnings: string[];
  requests: number;
  milliseconds: number;
}

/** Plans every target, in their order; `each` is told as they are done. */
export async function planChanges(
  targets: readonly Target[],
  live: ReadonlyMap<Target, Live>,
  reads: PlanReads,
  options: PlanOptions,
  each: (planned: Planned) => void,
): Promise<Planned[]> {
  return mapParallel(targets, options.concurrency, async (target) => {
    const planned: Planned = {
      target,
      verdict: { error: undefined },
      warnings: [],
      requests: 0,
      milliseconds: 0,
    };
    const start = performance.now();
    try {
      const change = await planOne(target, live.get(target) ?? { state: "absent" }, reads, options, planned);
      planned.verdict = { change };
    } catch (error) {
      planned.verdict = { error };
    }
    planned.milliseconds = performance.now() - start;
    each(planned);
    return planned;
  });
}

async function planOne(
  target: Target,
  live: Live,
  reads: PlanReads,
  options: PlanOptions,
  planned: Planned,
): Promise<Change> {
  const count = (): void => {
    planned.requests++;
  };
  const preview = async (): Promise<Applied | undefined> => {
    const applied = await reads.dryRun(target, count);
    planned.warnings.push(...(applied?.warnings ?? []));
    return applied;
  };
  switch (live.state) {
    case "failed":
      throw live.error;
    case "pending":
      return { action: "create", preview: live.why, after: withoutNoise(target.body) };
    case "absent":
      return options.previewCreates
        ? previewCreate(target, await preview())
        : { action: "create", preview: "not-asked" };
    case "present":
      if (isUnchanged(target.body, live.object, options.fieldManager)) {
        return { action: "unchanged", live: shownObject(live.object, target) };
      }
      return comparePreview(target, live.object, preview, reads, options, count);
  }
}

/** Where nobody can say what the server would make of it, the manifest is what is known. */
function previewCreate(target: Target, applied: Applied | undefined): Change {
  if (applied === undefined)
    return { action: "create", preview: "not-asked", after: withoutNoise(target.body) };
  return { action: "create", preview: "server", after: shownObject(applied.object, target) };
}

/** How often an object that others keep writing is looked at anew before what was seen has to do. */
const looks = 3;

async function comparePreview(
  target: Target,
  found: KubeObject,
  preview: () => Promise<Applied | undefined>,
  reads: PlanReads,
  { fieldManager }: PlanOptions,
  count: () => void,
): Promise<Change> {
  let live = found;
  for (let look = 1; ; look++) {
    const applied = await preview();
    if (applied === undefined) return { action: "unknown", live, why: dryRunUnsupported };
    const { object, created } = applied;
    if (created) return { action: "create", preview: "server", after: shownObject(object, target) };
    if (version(live) === version(object) || look === looks)
      return compare(live, object, target, fieldManager);
    // Somebody wrote between our read and the dry run: what the two saw can't be compared.
    const { type, ref } = target;
    live = (await reads.get(type, ref.namespace, ref.name, count)) ?? live;
    if (version(live) === version(object)) return compare(live, object, target, fieldManager);
  }
}

function compare(live: KubeObject, applied: KubeObject, target: Target, fieldManager: string): Change {
  const before = shownObject(live, target);
  const after = shownObject(applied, target);
  const found = differences(before, after);
  const owned = equalJson(ownership(live, fieldManager), ownership(applied, fieldManager));
  if (found.length === 0 && owned) return { action: "unchanged", live: before };
  return { action: "configure", before, after, differences: found };
}

const dryRunUnsupported = "an admission webhook does not support dry run, so what would change can't be told";

/** An object as a change shows it: without what only a server sets, with `status` where the manifest has one. */
export function shownObject(object: KubeObject, { body }: Target): KubeObject {
  return withoutNoise(object, getKey(body, "status") !== undefined);
}

function version(object: KubeObject): Json | undefined {
  return getPath(object, ["metadata", "resourceVersion"]);
}

/** The field set that we own by apply: an apply that changes nothing but this still writes. */
function ownership(object: KubeObject, fieldManager: string): Json {
  const entries = getPath(object, ["metadata", "managedFields"]);
  const ours = (Array.isArray(entries) ? entries : []).find(
    (entry) =>
      getKey(entry, "manager") === fieldManager &&
      getKey(entry, "operation") === "Apply" &&
      getKey(entry, "subresource") === undefined,
  );
  return [getKey(ours, "apiVersion") ?? null, getKey(ours, "fieldsV1") ?? null];
}
