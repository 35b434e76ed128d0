/** Who owns what, since when, and who changed it: words for field managers, contests and drift. */
import { stringifyJson, type Json } from "../json.js";
import type { Contest, Difference, FieldOwner, Outcome, Ref } from "../model.js";
import { escapeLine } from "./escape.js";
import { ageText, count, dateText, fit } from "./names.js";
import type { Secrets } from "./secrets.js";

export interface OwnerWords {
  now: () => Date;
  secrets: Secrets;
}

/** `"kube-controller-manager" (Update of scale, since 2026-11-22 09:12 UTC, 3 h ago)`. */
export function ownerText(owner: FieldOwner, words: OwnerWords): string {
  const { operation, subresource, since } = owner;
  const how = `${operation}${subresource === undefined ? "" : ` of ${escapeLine(subresource)}`}`;
  if (since === undefined) return `${quoted(owner)} (${how})`;
  const age = ageText(since, words.now());
  return `${quoted(owner)} (${how}, since ${dateText(since)}${age === "" ? "" : `, ${age}`})`;
}

/** `"kubectl-edit" 12 min ago`. */
function briefOwner(owner: FieldOwner, { now }: OwnerWords): string {
  return `${quoted(owner)} ${owner.since === undefined ? "" : ageText(owner.since, now())}`.trimEnd();
}

function quoted({ manager }: FieldOwner): string {
  return `"${escapeLine(manager)}"`;
}

/** `owned by "kubectl-scale" (Update of scale, ...): live 5, manifest 3`, without the path. */
export function contestText(ref: Ref | undefined, contest: Contest, words: OwnerWords): string {
  return `owned by ${ownerText(contest.owner, words)}${after(": ", valuesText(ref, contest, words))}`;
}

/** `live 5, manifest 3`; values of Secrets are masked, long ones cut. */
function valuesText(ref: Ref | undefined, contest: Contest, { secrets }: OwnerWords): string {
  const { live, wanted } = maskedContest(ref, contest, secrets);
  return [
    ...(live === undefined ? [] : [`live ${valueText(live)}`]),
    ...(wanted === undefined ? [] : [`manifest ${valueText(wanted)}`]),
  ].join(", ");
}

/** A contest as it may be shown: that of an object which is not named might be a Secret's. */
export function maskedContest(ref: Ref | undefined, contest: Contest, secrets: Secrets): Contest {
  const about = ref ?? { apiVersion: "v1", kind: "Secret", name: "" };
  const { path, before, after: wanted } = secrets.difference(about, contestedDifference(contest));
  return { ...contest, path, live: before, wanted };
}

/** The same values as a difference has them. */
export function contestedDifference({ path, live, wanted }: Contest): Difference {
  return {
    path,
    ...(live === undefined ? {} : { before: live }),
    ...(wanted === undefined ? {} : { after: wanted }),
  };
}

/** Longer values are cut: the diff has them whole. */
const longestValue = 60;

function valueText(value: Json): string {
  const text = escapeLine(stringifyJson(value));
  if (text.length <= longestValue) return text;
  const size = text.length.toLocaleString("en-US");
  return `${fit(text, longestValue)} (${size} characters)`;
}

function after(separator: string, text: string): string {
  return text === "" ? "" : separator + text;
}

/** `spec.replicas: left to "kube-controller-manager" (...): live 5, manifest 3`, a line per field. */
export function yieldedLines(outcome: Outcome, words: OwnerWords): string[] {
  return (outcome.yielded ?? []).map((contest) => {
    const values = after(": ", valuesText(outcome.ref, contest, words));
    return `${pathText(contest.path, words)}: left to ${ownerText(contest.owner, words)}${values}`;
  });
}

/** `fields of "kubectl-client-side-apply" (Update, ...) become kapply's`, a line per manager. */
export function takenOverLines(outcome: Outcome, fieldManager: string, words: OwnerWords): string[] {
  const ours = escapeLine(fieldManager);
  return (outcome.takenOver ?? []).map((owner) => `fields of ${ownerText(owner, words)} become ${ours}'s`);
}

/**
 * Why the fields of an object differ, a line per reason: the manifest, each manager who set them, and what can't be told
 * apart. Empty where nothing is known of it. Paths follow where there is more than one reason, or somebody else.
 */
export function driftLines(differences: readonly Difference[], words: OwnerWords): string[] {
  const { byManifest, unknown, byOthers } = reasonsOf(differences, words);
  const isOnly = unknown.length === 0 && byOthers.size === 0;
  return [
    ...(byManifest.length === 0
      ? []
      : [`the manifest changed${isOnly ? "" : `: ${pathsText(byManifest, words)}`}`]),
    ...[...byOthers].map(([owners, paths]) => `set by ${owners}: ${pathsText(paths, words)}`),
    ...(unknown.length === 0
      ? []
      : [`not there: new in the manifest, or removed by someone: ${pathsText(unknown, words)}`]),
  ];
}

interface Reasons {
  byManifest: string[];
  unknown: string[];
  /** Paths by the words for who set them. */
  byOthers: Map<string, string[]>;
}

function reasonsOf(differences: readonly Difference[], words: OwnerWords): Reasons {
  const reasons: Reasons = { byManifest: [], unknown: [], byOthers: new Map() };
  for (const { path, origin } of differences) {
    if (origin?.by === "manifest") reasons.byManifest.push(path);
    if (origin?.by === "unknown") reasons.unknown.push(path);
    if (origin?.by === "others") {
      const owners = origin.owners.map((owner) => briefOwner(owner, words)).join(" and ");
      const paths = reasons.byOthers.get(owners) ?? [];
      reasons.byOthers.set(owners, paths);
      paths.push(path);
    }
  }
  return reasons;
}

/**
 * What an apply did about other managers, in a line without the object's name; empty where it did nothing:
 * `left to "hpa" (Update, ...): spec.replicas (live 5, manifest 3); overwrote spec.paused, set by "kubectl-edit" 5 s ago`.
 */
export function ownershipText(outcome: Outcome, words: OwnerWords): string {
  const { action, ref } = outcome;
  if (action !== "configured" && action !== "unchanged" && action !== "created") return "";
  const wrote = action === "configured";
  const left = grouped(outcome.yielded ?? [], ({ owner }) => ownerText(owner, words)).map(
    ([owner, contests]) => `left to ${owner}: ${contests.map(fieldText).join(", ")}`,
  );
  const taken = wrote ? (outcome.takenOver ?? []).map(quoted) : [];
  const drift = wrote ? [...reasonsOf(outcome.differences, words).byOthers] : [];
  return [
    ...left,
    ...(taken.length === 0 ? [] : [`took over the fields of ${taken.join(" and ")}`]),
    ...drift.map(([owners, paths]) => `overwrote ${pathsText(paths, words)}, set by ${owners}`),
  ].join("; ");

  function fieldText(contest: Contest): string {
    const values = valuesText(ref, contest, words);
    return `${pathText(contest.path, words)}${values === "" ? "" : ` (${values})`}`;
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups];
}

const mostPaths = 3;

function pathsText(paths: readonly string[], words: OwnerWords): string {
  const named = paths.slice(0, mostPaths).map((path) => pathText(path, words));
  const more = paths.length - named.length;
  return named.join(", ") + (more === 0 ? "" : ` and ${count(more, "more field")}`);
}

/** A path may hold a value: that of an item of a set. */
export function pathText(path: string, { secrets }: Pick<OwnerWords, "secrets">): string {
  return escapeLine(secrets.content(path));
}
