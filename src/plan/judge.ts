/** What can be said of a live object without asking: pure. */
import { getPath, isObject } from "../json.js";
import { isClientSide, isUnchanged, predict, takeOver } from "../merge/index.js";
import type { Applier, Owner } from "../merge/index.js";
import type { KubeObject } from "../model.js";
import type { Semantics } from "../shape.js";
import { plainAttempt } from "./attempt.js";
import type { Attempt, Settling } from "./attempt.js";
import { predictedContests, yielding } from "./contest.js";
import type { Meeting } from "./contest.js";
import type { Target } from "./target.js";

/** An attempt and what it meets. */
export interface Judged extends Meeting {
  /** The live object, fields of others moved to us where they are taken over. */
  live: KubeObject;
  /** Whether applying changes nothing at all. */
  unchanged: boolean;
}

/**
 * Settles who owns what, and decides whether anything is left to do (KEP-555). Never says "unchanged" of an object
 * that the server would change.
 */
export function judge(
  target: Target,
  found: KubeObject,
  semantics: Semantics | undefined,
  settling: Settling,
): Judged {
  const moved = takeOver(found, settling.fieldManager, (owner) => isTaken(owner, settling));
  const live = moved?.object ?? found;
  const plain: Meeting = { target, attempt: { ...plainAttempt(target, settling), moved }, live, semantics };
  const judged = (meeting: Meeting): Judged => ({
    ...meeting,
    live,
    unchanged: isDone(meeting, live, settling),
  });
  const first = judged(plain);
  if (first.unchanged || settling.onConflict !== "yield" || semantics === undefined) return first;
  const prediction = predict(live, target.body, applierOf(plain.attempt, semantics, settling));
  if (prediction.is !== "conflict") return first;
  const attempt = yielding(plain, predictedContests(prediction.conflicts, plain));
  return attempt === undefined ? first : judged({ ...plain, attempt });
}

function isTaken(owner: Owner, { takeOverFrom }: Settling): boolean {
  return isClientSide(owner) || takeOverFrom.includes(owner.manager);
}

function isDone({ attempt, semantics }: Meeting, live: KubeObject, settling: Settling): boolean {
  if (attempt.moved !== undefined) return false;
  if (saysNothing(attempt.body) && isNobodys(live)) return true;
  if (semantics === undefined) return false;
  return isUnchanged(attempt.body, live, applierOf(attempt, semantics, settling));
}

/**
 * A manifest of a name alone, as that of a Namespace often is: applying it says that the object is to be there, and it is.
 * Where managers were never recorded, a server would write down that it was there before: nothing that anybody asked for.
 */
function saysNothing({ apiVersion: _version, kind: _kind, metadata, ...rest }: KubeObject): boolean {
  const named = ["name", "namespace"];
  return (
    Object.keys(rest).length === 0 &&
    isObject(metadata) &&
    Object.keys(metadata).every((key) => named.includes(key))
  );
}

function isNobodys(live: KubeObject): boolean {
  const entries = getPath(live, ["metadata", "managedFields"]);
  return !Array.isArray(entries) || entries.length === 0;
}

/** Who applies an attempt. */
export function applierOf({ force }: Attempt, semantics: Semantics, { fieldManager }: Settling): Applier {
  return { manager: fieldManager, force, semantics, time: noTime };
}

// What is predicted is never shown with its managed fields.
const noTime = "1970-01-01T00:00:00Z";
