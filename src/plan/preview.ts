/** What would become of an object that changes: asked of the server's dry run, or predicted. */
import { KapplyError } from "../errors.js";
import { predict } from "../merge/index.js";
import type { Contested } from "../merge/index.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { plainAttempt } from "./attempt.js";
import type { Attempt, Settling } from "./attempt.js";
import { compare, createdAs, isSameVersion, unchanged, unknown } from "./compare.js";
import type { Previewed } from "./compare.js";
import { conflictError, predictedContests, refusedContests, yielding } from "./contest.js";
import { applierOf, judge } from "./judge.js";
import type { Judged } from "./judge.js";
import type { Target } from "./target.js";

/** What the server answers to an apply, dry run or not. */
export interface Applied {
  object: KubeObject;
  created: boolean;
  warnings: string[];
}

/** Who says what would become of what changes. */
export type PreviewBy =
  | "before-writing" // the server, but of what is created: the write itself is the question
  | "server"
  | "if-permitted" // the server where it lets us, else we
  | "predicted"; // we: nothing but reads is sent

export interface PreviewOptions extends Settling {
  preview: PreviewBy;
}

/** The questions that previewing is handed, bound to one target. */
export interface Questions {
  /** Undefined where something in the way can't do dry runs. */
  dryRun: (attempt: Attempt) => Promise<Applied | undefined>;
  /** The live object, read anew. */
  get: () => Promise<KubeObject | undefined>;
}

/** How often an object that others keep writing is looked at anew before what was seen has to do. */
const looks = 3;

/**
 * Previews the change of a live object.
 * @throws KapplyError `conflict` for fields of others that are not given way to, and what the server refuses.
 */
export async function previewChange(
  first: Judged,
  ask: Questions,
  options: PreviewOptions,
): Promise<Previewed> {
  if (options.preview === "predicted") return predictChange(first, "--read-only", options);
  let judged = first;
  for (let look = 1; ; look++) {
    const answer = await askServer(judged, ask, options);
    if (answer === "forbidden") return predictChange(judged, mayNotPatch, options);
    if (answer === "unsupported") return unknown(judged, dryRunUnsupported);
    if ("contested" in answer) {
      const attempt = look < looks ? yielding(judged, answer.contested) : undefined;
      if (attempt === undefined) throw conflictError(answer.contested, judged, answer.error);
      judged = { ...judged, attempt };
      continue;
    }
    const { object, created } = answer;
    if (judged.attempt.moved !== undefined) return predictChange(judged, ownershipFirst, options);
    if (created) return { change: createdAs(object, judged.target, "server"), attempt: judged.attempt };
    if (isSameVersion(judged.live, object) || look >= looks) return compare(judged, object, options);
    // Somebody wrote between our read and the dry run: what the two saw can't be compared.
    const { target, semantics } = judged;
    const live = (await ask.get()) ?? judged.live;
    if (isSameVersion(live, object)) return compare({ ...judged, live }, object, options);
    judged = judge(target, live, semantics, options);
    if (judged.unchanged) return unchanged(judged);
  }
}

/** Previews what is not there yet. */
export async function previewCreation(
  target: Target,
  semantics: () => Promise<Semantics | undefined>,
  ask: Questions,
  options: PreviewOptions,
): Promise<Previewed> {
  const attempt = plainAttempt(target, options);
  const { preview } = options;
  if (preview === "before-writing") return { change: { action: "create", preview: "not-asked" }, attempt };
  const asked = preview === "predicted" ? "forbidden" : await askPermitted(attempt, ask, options);
  if (asked === "forbidden") {
    const why = preview === "predicted" ? "--read-only" : mayNotPatch;
    const change = createdAs(
      predictCreation(target, attempt, await semantics(), options),
      target,
      "predicted",
    );
    return { change: { ...change, why }, attempt };
  }
  // Somebody made it between our read and the dry run.
  const found = asked === "unsupported" || asked.created ? undefined : await ask.get();
  if (found !== undefined)
    return previewChange(judge(target, found, await semantics(), options), ask, options);
  // Where nobody can say what the server would make of it, the manifest is what is known.
  if (asked === "unsupported") return { change: createdAs(target.body, target, "not-asked"), attempt };
  return { change: createdAs(asked.object, target, "server"), attempt };
}

type Answer = Applied | "forbidden" | "unsupported" | { contested: Contested[]; error: unknown };

async function askServer(judged: Judged, ask: Questions, options: PreviewOptions): Promise<Answer> {
  const { attempt } = judged;
  // Until they are moved, fields that are taken over are those of others.
  const asked = attempt.moved === undefined ? attempt : { ...attempt, force: true };
  try {
    return await askPermitted(asked, ask, options);
  } catch (error) {
    const contested = refusedContests(error, judged);
    if (contested.length === 0) throw error;
    if (options.onConflict === "yield") return { contested, error };
    throw conflictError(contested, judged, error);
  }
}

async function askPermitted(
  attempt: Attempt,
  ask: Questions,
  { preview }: PreviewOptions,
): Promise<Applied | "forbidden" | "unsupported"> {
  try {
    return (await ask.dryRun(attempt)) ?? "unsupported";
  } catch (error) {
    const isForbidden = error instanceof KapplyError && error.code === "forbidden";
    if (isForbidden && preview === "if-permitted") return "forbidden";
    throw error;
  }
}

/** The change as we would have it. @throws KapplyError `conflict`. */
function predictChange(judged: Judged, why: string, options: PreviewOptions): Previewed {
  const { attempt, semantics, live } = judged;
  if (semantics === undefined)
    return unknown(judged, `${noSemantics}, and the server was not asked (${why})`);
  const prediction = predict(live, attempt.body, applierOf(attempt, semantics, options));
  switch (prediction.is) {
    case "conflict":
      throw conflictError(predictedContests(prediction.conflicts, judged), judged);
    case "unknown":
      return unknown(judged, `${prediction.why}, and the server was not asked (${why})`);
    case "applied":
      return compare(judged, prediction.object, options, why);
  }
}

function predictCreation(
  { body }: Target,
  attempt: Attempt,
  semantics: Semantics | undefined,
  options: PreviewOptions,
): KubeObject {
  if (semantics === undefined) return body;
  const prediction = predict(undefined, body, applierOf(attempt, semantics, options));
  return prediction.is === "applied" ? prediction.object : body;
}

const dryRunUnsupported = "an admission webhook does not support dry run, so what would change can't be told";
const mayNotPatch = "patch is not permitted";
const ownershipFirst = "its ownership moves first";
const noSemantics = "how its kind is merged is not known";
