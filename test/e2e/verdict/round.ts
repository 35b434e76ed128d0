/** A round: an object that several have written, and our verdicts on edits of its manifest beside the server's dry runs. */
import {
  cloneJson,
  equalJson,
  getPath,
  isObject,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../../src/json.js";
import { predict, type Applier, type Prediction } from "../../../src/merge/index.js";
import type { Semantics } from "../../../src/shape.js";
import { differences, type Difference } from "../differential/compare.js";
import type { Answer, Side } from "../differential/side.js";
import { edited } from "./edits.js";
import type { Subject } from "./subject.js";
import { randomOf, type Random } from "./random.js";
import { Remote } from "./remote.js";

/** What a verdict came to. `changed` and `exact` are the server's word and whether the prediction was that object. */
export interface Judged {
  title: string;
  edits: string[];
  verdict: "unchanged" | "ask";
  server: "unchanged" | "changed" | "conflict" | "refused";
  exact: boolean | undefined;
  force: boolean;
  manifest: JsonObject;
  live: JsonObject;
  answer: JsonObject;
  prediction: Prediction;
  /** What the write itself changed, where we would have left it. */
  written: Difference[];
  history: string[];
}

export interface Play {
  side: Side;
  subject: Subject;
  semantics: (apiVersion: string) => Semantics;
  seed: number;
  /** How many edits are tried of each object. */
  edits: number;
  verdict: Verdict;
}

export type Verdict = (manifest: JsonObject, live: JsonObject, applier: Applier) => boolean;

/** Plays a round. None where no manifest was taken. */
export async function playRound(play: Play): Promise<Judged[]> {
  const { side, subject, seed } = play;
  const random = randomOf(seed);
  const name = `it-${String(seed)}-${String(Math.floor(Math.random() * 1e6))}`;
  const at = random.below(subject.apiVersions.length);
  const apiVersion = subject.apiVersions[at] ?? "";
  const object = new Remote(side, subject, name);
  let manifest = await object.make(apiVersion, random);
  if (manifest === undefined) return [];
  for (let left = random.below(4); left > 0; left--)
    manifest = await object.disturb(manifest, apiVersion, random);
  const judged: Judged[] = [];
  for (let edit = 0; edit < play.edits; edit++) {
    const one = await judge(object, manifest, play, random, edit === 0);
    if (one !== undefined) judged.push(one);
  }
  await object.remove();
  return judged;
}

async function judge(
  object: Remote,
  base: JsonObject,
  play: Play,
  random: Random,
  isAsIs: boolean,
): Promise<Judged | undefined> {
  const force = !random.oneIn(3);
  const apiVersion = base["apiVersion"] as string;
  const semantics = play.semantics(apiVersion);
  for (let look = 0; look < 5; look++) {
    const live = await object.read(apiVersion);
    if (live === undefined) return undefined;
    await untilPast(live);
    const state = isAsIs ? { manifest: base, edits: [] } : edited(base, live, random);
    const applier = {
      manager: "kapply",
      force,
      semantics,
      time: `${new Date().toISOString().slice(0, 19)}Z`,
    };
    const verdict = play.verdict(state.manifest, live, applier) ? "unchanged" : "ask";
    const prediction = predict(live, state.manifest, applier);
    const answer = await object.apply(state.manifest, "kapply", { force, dryRun: true });
    const now = await object.read(apiVersion);
    // Controllers write too: then the two did not see the same object.
    if (now === undefined || !equalJson(now, live)) continue;
    const written = verdict === "unchanged" ? await object.write(state.manifest, force, live) : [];
    if (written === undefined) continue;
    const server = wordOf(answer, live);
    return {
      title: object.subject.title,
      ...state,
      verdict,
      server,
      exact: exactness(server, prediction, answer.body),
      force,
      live,
      answer: answer.body,
      prediction,
      written,
      history: object.history,
    };
  }
  return undefined;
}

/** Times are of whole seconds: what a write makes of one is seen only in a later second. */
async function untilPast(object: JsonObject): Promise<void> {
  const entries = getPath(object, ["metadata", "managedFields"]);
  const times = (Array.isArray(entries) ? entries : []).map((entry) => {
    const time = getPath(entry, ["time"]);
    return typeof time === "string" ? Date.parse(time) : 0;
  });
  const left = Math.max(0, ...times) + 1050 - Date.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

function wordOf({ status, body }: Answer, live: JsonObject): Judged["server"] {
  if (status === 200) return equalJson(body, live) ? "unchanged" : "changed";
  const causes = getPath(body, ["details", "causes"]);
  const isConflict =
    Array.isArray(causes) && causes.some((cause) => getPath(cause, ["reason"]) === "FieldManagerConflict");
  return isConflict ? "conflict" : "refused";
}

/** Whether the prediction is what the server said; undefined where that refused. */
function exactness(
  server: Judged["server"],
  prediction: Prediction,
  answer: JsonObject,
): boolean | undefined {
  if (server === "refused") return undefined;
  if (server === "conflict") {
    if (prediction.is !== "conflict") return false;
    const told = (field: Json | undefined, message: Json | undefined): string =>
      stringifyJson([field, message]);
    const causes = (getPath(answer, ["details", "causes"]) as JsonObject[]).map(({ field, message }) =>
      told(field, message),
    );
    // Those of several managers come in any order.
    return equalJson(
      causes.sort(),
      prediction.conflicts.map(({ field, message }) => told(field, message)).sort(),
    );
  }
  return prediction.is === "applied" && predictionDifferences(prediction.object, answer).length === 0;
}

/** Where the predicted object differs from the server's, times of entries aside. */
export function predictionDifferences(object: JsonObject, answer: JsonObject): Difference[] {
  return differences(timeless(object), timeless(answer));
}

function timeless(object: JsonObject): JsonObject {
  const copy = cloneJson(object);
  const entries = getPath(copy, ["metadata", "managedFields"]);
  if (Array.isArray(entries)) for (const entry of entries) if (isObject(entry)) delete entry["time"];
  return copy;
}
