/** Desired and live, compared: what applying would do. Where what is recorded leaves a doubt, the server's dry run tells. */
import { KapplyError } from "../errors.js";
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
  /** What server-side apply would make of a target. Writes nothing. */
  dryRun: (target: Target, count: () => void) => Promise<Applied>;
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
  const preview = async (): Promise<Applied> => {
    const applied = await reads.dryRun(target, count);
    planned.warnings.push(...applied.warnings);
    return applied;
  };
  switch (live.state) {
    case "failed":
      throw live.error;
    case "pending":
      return { action: "create", preview: live.why, after: withoutNoise(target.body) };
    case "absent":
      if (!options.previewCreates) return { action: "create", preview: "not-asked" };
      return { action: "create", preview: "server", after: shownObject((await preview()).object, target) };
    case "present":
      if (isUnchanged(target.body, live.object, options.fieldManager)) {
        return { action: "unchanged", live: shownObject(live.object, target) };
      }
      return comparePreview(target, live.object, preview, reads, options, count);
  }
}

async function comparePreview(
  target: Target,
  live: KubeObject,
  preview: () => Promise<Applied>,
  reads: PlanReads,
  { fieldManager }: PlanOptions,
  count: () => void,
): Promise<Change> {
  let applied: Applied;
  try {
    applied = await preview();
  } catch (error) {
    if (isDryRunUnsupported(error)) return { action: "unknown", live, why: dryRunUnsupported };
    throw error;
  }
  const { object, created } = applied;
  if (created) return { action: "create", preview: "server", after: shownObject(object, target) };
  // Somebody wrote between our read and the dry run: only a read of what the dry run saw can be compared with it.
  const moved = version(live) !== version(object);
  const { type, ref } = target;
  const base = moved ? ((await reads.get(type, ref.namespace, ref.name, count)) ?? live) : live;
  const before = shownObject(base, target);
  const after = shownObject(object, target);
  const found = differences(before, after);
  const owned = equalJson(ownership(base, fieldManager), ownership(object, fieldManager));
  if (found.length === 0 && owned) return { action: "unchanged", live: before };
  return { action: "configure", before, after, differences: found };
}

const dryRunUnsupported = "an admission webhook does not support dry run, so what would change can't be told";

/** 400 for an admission webhook with side effects (apiserver, pkg/admission/plugin/webhook/errors). */
function isDryRunUnsupported(error: unknown): boolean {
  if (!(error instanceof KapplyError)) return false;
  const { status } = error.details;
  return status?.code === 400 && /does not support dry run/i.test(status.message);
}

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
