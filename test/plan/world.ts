/** A server for planning, in memory: it holds what it is given, and merges as the real one does. */
import type { StatusCause } from "../../src/model.js";
import { KapplyError } from "../../src/errors.js";
import type { Change, KubeObject } from "../../src/model.js";
import { predict } from "../../src/merge/index.js";
import { planChanges } from "../../src/plan/change.js";
import type { Planned, PlanOptions, PlanReads } from "../../src/plan/change.js";
import type { Attempt } from "../../src/plan/attempt.js";
import type { Applied } from "../../src/plan/preview.js";
import type { Target } from "../../src/plan/index.js";
import { semanticsOf } from "../../src/schema/index.js";

export const settling: PlanOptions = {
  fieldManager: "kapply",
  onConflict: "fail",
  takeOverFrom: [],
  preview: "server",
  concurrency: 1,
};

/** What a server merges for a manager: throws the 409 that it answers conflicts with. */
export function apply(
  found: KubeObject | undefined,
  { type, body }: Pick<Target, "type" | "body">,
  manager: string,
  force = false,
): KubeObject {
  const semantics = semanticsOf(type);
  if (semantics === undefined) throw new Error(`${type.kind} is not known`);
  const done = predict(found, body, { manager, force, semantics, time: "2026-02-01T00:00:00Z" });
  if (done.is === "unknown") throw new Error(done.why);
  if (done.is === "conflict") {
    const causes = done.conflicts.map(({ field, message }): StatusCause => ({
      reason: "FieldManagerConflict",
      field,
      message,
    }));
    throw new KapplyError("conflict", "no", {
      status: { code: 409, reason: "Conflict", message: "", causes },
    });
  }
  return done.object;
}

export interface Asked {
  planned: Planned;
  /** The dry runs that were sent. */
  attempts: Attempt[];
}

/** Plans one target against what is live. Reads and dry runs can be replaced. */
export async function planOne(
  target: Target,
  found: KubeObject | undefined,
  options: Partial<PlanOptions> = {},
  reads: Partial<PlanReads> = {},
): Promise<Asked> {
  const attempts: Attempt[] = [];
  const dryRun = (_: Target, attempt: Attempt): Promise<Applied> => {
    attempts.push(attempt);
    return Promise.resolve().then(() => ({
      object: apply(found, { type: target.type, body: attempt.body }, "kapply", attempt.force),
      created: found === undefined,
      warnings: [],
    }));
  };
  const [planned] = await planChanges(
    [target],
    {
      get: () => Promise.resolve(found),
      list: () => {
        throw new Error("one object is not listed");
      },
      semantics: (type) => Promise.resolve(semanticsOf(type)),
      dryRun: (_target, attempt) => dryRun(_target, attempt),
      ...reads,
    },
    { ...settling, ...options },
    () => undefined,
  );
  if (planned === undefined) throw new Error("nothing was planned");
  return { planned, attempts };
}

/** The change that was planned; throws what planning failed with. */
export function changeOf({ planned: { verdict } }: Asked): Change {
  if ("error" in verdict) throw verdict.error;
  return verdict.change;
}
