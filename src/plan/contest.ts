/** Conflicts with other field managers: left to their owners, or told so that a person can act on them. */
import { KapplyError } from "../errors.js";
import { getPath } from "../json.js";
import { contestsOf, contestsOfCauses, yieldFields } from "../merge/index.js";
import type { Conflict, Contested } from "../merge/index.js";
import type { Contest, FailureCause, KubeObject, Path } from "../model.js";
import type { Semantics, Shape } from "../shape.js";
import type { Attempt } from "./attempt.js";
import { placeInManifest } from "./target.js";
import type { Target } from "./target.js";

/** What an attempt is about: the object that it meets, and what is known of its kind. */
export interface Meeting {
  target: Target;
  attempt: Attempt;
  live: KubeObject | undefined;
  semantics: Semantics | undefined;
}

/** The contested fields of a prediction. */
export function predictedContests(conflicts: readonly Conflict[], meeting: Meeting): Contested[] {
  const shape = shapeFor(meeting);
  const { attempt, live = {} } = meeting;
  return shape === undefined ? [] : contestsOf(conflicts, attempt.body, live, shape);
}

/** The contested fields that a refusal names; none for any other error. */
export function refusedContests(error: unknown, meeting: Meeting): Contested[] {
  if (!(error instanceof KapplyError) || error.code !== "conflict") return [];
  const causes = error.details.status?.causes ?? [];
  return contestsOfCauses(causes, meeting.attempt.body, meeting.live, shapeFor(meeting));
}

/** The attempt without what is contested; undefined where that can't be taken out of the manifest. */
export function yielding(meeting: Meeting, contested: readonly Contested[]): Attempt | undefined {
  const shape = shapeFor(meeting);
  const { attempt, target } = meeting;
  const fields = contested.map(({ field }) => field).filter((field) => field !== undefined);
  if (shape === undefined || fields.length === 0 || fields.length < contested.length) return undefined;
  const yielded = [...attempt.yielded, ...contested.map((one) => placed(one, target))];
  return { ...attempt, body: yieldFields(attempt.body, fields, shape), yielded };
}

/** The error of a conflict that is not given way to: each field with its owner, its values and its place. */
export function conflictError(
  contested: readonly Contested[],
  { target }: Meeting,
  cause?: unknown,
): KapplyError {
  const fields = contested.length === 1 ? "a field" : `${contested.length} fields`;
  const status = cause instanceof KapplyError ? cause.details.status : undefined;
  return new KapplyError(
    "conflict",
    `another field manager owns ${fields} that the manifest sets otherwise`,
    {
      hint: waysOut(contested.map(({ at }) => flagBehind(at, target)).find((flag) => flag !== undefined)),
      causes: contested.map((one) => causeOf(placed(one, target))),
      status,
      cause,
    },
  );
}

function waysOut(flag: string | undefined): string {
  const dropIt =
    flag === undefined
      ? "drop the field from the manifest (--on-conflict=yield leaves it out), or"
      : `leave ${flag} out, which sets the field, or`;
  return [dropIt, "take it with --force-conflicts, or", "make the other manager give it up"].join("\n");
}

/** The flag that has put a field there which the manifest does not have. */
function flagBehind(path: Path, { manifest }: Target): string | undefined {
  const [top, field] = path;
  if (top !== "metadata" || getPath(manifest.body, path) !== undefined) return undefined;
  if (field === "ownerReferences") return "--owner";
  return field === "labels" ? "--set" : undefined;
}

function causeOf(contest: Contest): FailureCause {
  const { path, place, owner } = contest;
  return { message: `owned by "${owner.manager}"`, path, place, contest };
}

function placed({ at, field: _field, ...contest }: Contested, target: Target): Contest {
  return { ...contest, place: placeInManifest(target, at) };
}

/** The shape of what is sent, where it is known. */
export function shapeFor({ attempt, semantics }: Meeting): Shape | undefined {
  const { apiVersion } = attempt.body;
  return typeof apiVersion === "string" ? semantics?.shapeOf(apiVersion) : undefined;
}
