/** From what was planned, or went wrong, to outcomes. */
import { exitStatusOf, KapplyError, toFailure } from "../errors.js";
import type { Outcome } from "../model.js";
import type { Planned, Target } from "../plan/index.js";
import { locateField } from "./fields.js";

/** What planning found, as an outcome: the end for `diff` and dry runs. */
export function outcomeOf({ target, verdict, warnings, requests, milliseconds }: Planned): Outcome {
  const { type, ref, manifest } = target;
  const base = { ref, type, place: manifest.place, warnings, requests, milliseconds, differences: [] };
  if ("error" in verdict) return { ...base, ...failureOf(verdict.error, target) };
  const { change } = verdict;
  switch (change.action) {
    case "create":
      return {
        ...base,
        action: "created",
        after: change.after,
        preview: change.preview,
        reason: change.why,
      };
    case "configure":
      return {
        ...base,
        action: "configured",
        before: change.before,
        after: change.after,
        preview: change.preview,
        reason: change.why,
        differences: change.differences,
        drift: change.drift,
        yielded: change.yielded,
        takenOver: change.takenOver,
      };
    case "unchanged":
      return { ...base, action: "unchanged", yielded: change.yielded };
    case "unknown":
      return { ...base, action: "unknown", reason: change.why };
  }
}

/** The outcome of a target whose planning or writing failed. */
export function failed({ target, ...planned }: Planned, error: unknown): Outcome {
  return outcomeOf({ ...planned, target, verdict: { error } });
}

/** A failure, told apart: a write whose answer was lost is unknown; what was kept from being sent is neither. */
function failureOf(error: unknown, target: Target): Pick<Outcome, "action" | "error" | "reason"> {
  const lost = error instanceof KapplyError && error.details.answerLost === true;
  if (!lost && error instanceof KapplyError) {
    if (error.code === "interrupted") return { action: "not-attempted", reason: "interrupted" };
    if (error.code === "lease-lost") return { action: "not-attempted", reason: error.message };
  }
  return { action: lost ? "unknown" : "failed", error: toFailure(locate(error, target)) };
}

/** Gives the server's causes the places of the fields that they name. */
function locate(error: unknown, { manifest, ref }: Target): unknown {
  if (!(error instanceof KapplyError)) return error;
  const causes = (error.details.causes ?? []).map((cause) =>
    cause.path === undefined || cause.place !== undefined
      ? cause
      : { ...cause, place: manifest.placeOf(locateField(cause.path, manifest.body)) },
  );
  const exitStatus = exitStatusOf(error);
  return new KapplyError(error.code, error.message, { ...error.details, ref, causes, exitStatus });
}
