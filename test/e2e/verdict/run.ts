/** Many rounds over many kinds, a few at a time, and what they came to. */
import { getKey, getPath, isObject, stringifyJson, type JsonObject } from "../../../src/json.js";
import { parseApiVersion } from "../../../src/group-version.js";
import { isUnchanged } from "../../../src/merge/index.js";
import { semanticsOf } from "../../../src/schema/index.js";
import type { Semantics } from "../../../src/shape.js";
import { define, must, type Side } from "../differential/side.js";
import type { Subject } from "./subject.js";
import { differences } from "../differential/compare.js";
import { playRound, predictionDifferences, type Judged, type Verdict } from "./round.js";

export interface RunOptions {
  /** Of the first round; each that follows has the next one. */
  seed: number;
  rounds: number;
  /** No new round is begun after that long. */
  seconds: number;
  edits: number;
  concurrency: number;
  /** Another verdict than ours. */
  verdict?: Verdict;
}

export interface Tally {
  rounds: number;
  verdicts: number;
  /** Verdicts on what the server changes nothing of: right, and needlessly asked. */
  unchanged: number;
  needless: Judged[];
  /** "Unchanged" where the server changes something, or writes. */
  wrong: Judged[];
  /** "Unchanged" where the server refuses. */
  refused: Judged[];
  /**
   * "Unchanged" where the server writes, and nothing can be seen of it but the resourceVersion: what it had stored was
   * written in other bytes. Its dry run does not tell either.
   */
  unseen: Judged[];
  /** Predictions of what is changed or conflicts, and those that were not what the server says. */
  predicted: number;
  inexact: Judged[];
}

const versionPath = "metadata / resourceVersion";
const seedOf = new WeakMap<Judged, number>();

export async function runRounds(
  side: Side,
  subjects: readonly Subject[],
  { seed, rounds, seconds, edits, concurrency, verdict = isUnchanged }: RunOptions,
): Promise<Tally> {
  const tally: Tally = {
    rounds: 0,
    verdicts: 0,
    unchanged: 0,
    needless: [],
    wrong: [],
    refused: [],
    unseen: [],
    predicted: 0,
    inexact: [],
  };
  const semantics = await semanticsFor(side, subjects);
  const deadline = Date.now() + seconds * 1000;
  let next = seed;
  const work = async (): Promise<void> => {
    while (next < seed + rounds && Date.now() < deadline) {
      const own = next++;
      const subject = subjects[own % subjects.length];
      if (subject === undefined) return;
      const of = semantics(subject);
      for (const judged of await playRound({ side, subject, semantics: of, seed: own, edits, verdict })) {
        seedOf.set(judged, own);
        count(tally, judged);
      }
      tally.rounds++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return tally;
}

function count(tally: Tally, judged: Judged): void {
  const { verdict, server, exact, written } = judged;
  tally.verdicts++;
  if (server === "unchanged") tally.unchanged++;
  if (server === "unchanged" && verdict === "ask") tally.needless.push(judged);
  if (verdict === "unchanged") {
    if (server === "refused") tally.refused.push(judged);
    else if (server !== "unchanged" || written.some(({ path }) => path !== versionPath))
      tally.wrong.push(judged);
    else if (written.length > 0) tally.unseen.push(judged);
  }
  if (server !== "unchanged" && exact !== undefined) {
    tally.predicted++;
    if (!exact) tally.inexact.push(judged);
  }
}

/** By kind: the built-in ones from what is bundled, the others from what the server publishes. */
async function semanticsFor(
  side: Side,
  subjects: readonly Subject[],
): Promise<(subject: Subject) => (apiVersion: string) => Semantics> {
  const documents = new Map<string, JsonObject>();
  for (const { definition } of subjects) if (definition !== undefined) await define(side, definition);
  for (const { apiVersions, definition, kind } of subjects) {
    if (definition === undefined) continue;
    for (const apiVersion of apiVersions) {
      const known = documents.get(apiVersion);
      if (known === undefined || !publishes(known, kind))
        documents.set(apiVersion, await published(side, apiVersion, kind));
    }
  }
  return ({ apiVersions, kind, plural, title, clusterScoped }) => {
    const made = apiVersions.map((apiVersion) => {
      const type = { ...parseApiVersion(apiVersion), kind, plural, namespaced: clusterScoped !== true };
      const all = [apiVersion, ...apiVersions.filter((other) => other !== apiVersion)];
      const known = all.map((version) => documents.get(version)).filter((one) => one !== undefined);
      const semantics = semanticsOf(type, ...known);
      if (semantics === undefined) throw new Error(`${title} has no semantics`);
      return [apiVersion, semantics] as const;
    });
    const byVersion = new Map(made);
    return (apiVersion) => byVersion.get(apiVersion) as Semantics;
  };
}

function publishes(document: JsonObject, kind: string): boolean {
  const schemas = getPath(document, ["components", "schemas"]);
  return isObject(schemas) && Object.keys(schemas).some((name) => name.endsWith(`.${kind}`));
}

/** The document of a version, once it has the kind: the server makes it a moment after it serves that. */
async function published(side: Side, apiVersion: string, kind: string): Promise<JsonObject> {
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const { body: index } = await must(side, { method: "GET", path: "/openapi/v3" });
    const url = getPath(index, ["paths", `apis/${apiVersion}`, "serverRelativeURL"]);
    // A hash that is out of date by now is answered by a redirect.
    const [path] = typeof url === "string" ? url.split("?") : [];
    const { body } = path === undefined ? { body: {} } : await must(side, { method: "GET", path });
    if (isObject(body) && publishes(body, kind)) return body;
    if (Date.now() > deadline) throw new Error(`${apiVersion} publishes no ${kind}`);
  }
}

/** The shares that count, in a line, and where predictions are not exact. */
export function summary(tally: Tally, seed: number): string {
  const percent = (part: number, all: number): string => ((100 * part) / Math.max(1, all)).toFixed(2);
  const byKind = new Map<string, number>();
  for (const { title } of tally.inexact) byKind.set(title, (byKind.get(title) ?? 0) + 1);
  const lines = [
    `${tally.rounds} rounds, ${tally.verdicts} verdicts, seed ${seed}`,
    `${tally.wrong.length} wrong; ${tally.refused.length} "unchanged" that are refused; ${tally.unseen.length} written unseen`,
    `${tally.needless.length} of ${tally.unchanged} needlessly asked (${percent(tally.needless.length, tally.unchanged)} %)`,
    `${tally.predicted - tally.inexact.length} of ${tally.predicted} predictions exact (${percent(tally.predicted - tally.inexact.length, tally.predicted)} %)`,
  ];
  for (const [title, times] of byKind) lines.push(`  not exact: ${times} x ${title}`);
  return lines.join("\n");
}

/** The story of a verdict, to be read from the end. */
export function tell(judged: Judged): string {
  const { title, edits, verdict, server, force, manifest, live, answer, prediction, history, written } =
    judged;
  const predicted =
    prediction.is === "applied"
      ? predictionDifferences(prediction.object, answer)
      : [prediction.is === "conflict" ? prediction.conflicts.map(({ field }) => field) : prediction.why];
  return [
    `${title}, seed ${seedOf.get(judged) ?? 0}: our verdict is "${verdict}", the server's "${server}"; edited: ${edits.join(", ")}`,
    ...history.map((line) => `  ${line}`),
    `  applied${force ? " by force" : ""}: ${stringifyJson(manifest)}`,
    `  live: ${stringifyJson(live)}`,
    `  after: ${server === "refused" || server === "conflict" ? stringifyJson(getKey(answer, "message")) : stringifyJson(differences(live, answer))}`,
    `  written: ${stringifyJson(written)}`,
    `  predicted (${prediction.is}): ${stringifyJson(predicted)}`,
  ].join("\n");
}
