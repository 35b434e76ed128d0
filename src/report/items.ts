/** Which item of a list became which: by their keys where they have some, else by how much they have in common. */
import { getPath, isObject, stringifyJson, type Json } from "../json.js";
import { blocksOf, type Effort } from "./sequence.js";

/** An item on both sides, or on one: `before` is absent for what is new, `after` for what goes. */
export interface Matched {
  before?: Json;
  after?: Json;
}

/**
 * The items of both lists in an order that has each list's own. An item that is elsewhere on the other side is not
 * matched: it goes here and comes there, as a whole.
 */
export function matchItems(before: readonly Json[], after: readonly Json[], effort: Effort): Matched[] {
  const keys = identityOf(before, after);
  const nameOf = (item: Json): string => stringifyJson(keys === undefined ? item : valuesOf(item, keys));
  const [oldNames, newNames] = [before.map(nameOf), after.map(nameOf)];
  const isIn = (names: readonly string[]): ((item: Json) => boolean) => {
    const known = new Set(names);
    return (item) => known.has(nameOf(item));
  };
  const matched: Matched[] = [];
  for (const block of blocksOf(oldNames, newNames, effort)) {
    const old = before.slice(...block.before);
    const now = after.slice(...block.after);
    if (block.same) {
      old.forEach((item, at) => matched.push({ before: item, after: now[at] ?? null }));
      continue;
    }
    const pairs =
      keys === undefined
        ? similar(old, now, effort)
        : renamed(old, now, keys, isIn(newNames), isIn(oldNames));
    for (const one of inTurns(old, now, pairs)) matched.push(one);
  }
  return matched;
}

/**
 * What tells items apart, the most telling first: keys of built-in types' associative lists (OpenAPI
 * `x-kubernetes-list-map-keys`), and what plainly names an item elsewhere (rules by host, templates by their metadata).
 * No schema is asked: this is about what to print, and a custom resource's lists are read the same way.
 */
const identities: readonly (readonly string[])[] = [
  ["mountPath"],
  ["devicePath"],
  ["name"],
  ["name", "kind", "namespace"],
  ["metadata.name", "metadata.namespace", "kind"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["ip"],
  ["host"],
  ["path"],
  ["topologyKey", "whenUnsatisfiable"],
  ["uid"],
  ["id"],
  ["type"],
  ["key"],
];

/** The first of these keys that tell all items of each list apart; undefined where none do. */
function identityOf(before: readonly Json[], after: readonly Json[]): readonly string[] | undefined {
  return identities.find((keys) => [before, after].every((items) => tellsApart(keys, items)));
}

function tellsApart(keys: readonly string[], items: readonly Json[]): boolean {
  const names = new Set<string>();
  for (const item of items) {
    const values = isObject(item) ? valuesOf(item, keys) : [null];
    if (values[0] === null || values.some((value) => typeof value === "object" && value !== null))
      return false;
    names.add(stringifyJson(values));
  }
  return names.size === items.length;
}

function valuesOf(item: Json, keys: readonly string[]): Json[] {
  return keys.map((key) => getPath(item, key.split(".")) ?? null);
}

type Pair = readonly [before: number, after: number];

/** Items of which nothing but the keys changed, in the same place: shown as renamed. What only moved is none of them. */
function renamed(
  before: readonly Json[],
  after: readonly Json[],
  keys: readonly string[],
  stays: (item: Json) => boolean,
  was: (item: Json) => boolean,
): Pair[] {
  const without = new Set(keys);
  const rest = (item: Json): string => JSON.stringify(leaves(item, "", without));
  const rests = after.map((item) => (was(item) ? undefined : rest(item)));
  const pairs: Pair[] = [];
  before.forEach((item, at) => {
    if (stays(item)) return;
    const to = rests.indexOf(rest(item), (pairs.at(-1)?.[1] ?? -1) + 1);
    if (to >= 0) pairs.push([at, to]);
  });
  return pairs;
}

/** More than this, and what goes and what comes are paired in their order. */
const mostCompared = 10_000;

/** Of all ways to pair items in order, the one whose pairs have the most in common; less than half is no pair. */
function similar(before: readonly Json[], after: readonly Json[], effort: Effort): Pair[] {
  if (before.length === 1 && after.length === 1) return [[0, 0]];
  if (![...before, ...after].some(hasParts)) return []; // single lines: one is as like another as any
  const [old, now] = [before.map((item) => leaves(item)), after.map((item) => leaves(item))];
  const size = (items: readonly string[][]): number => items.reduce((sum, { length }) => sum + length, 0);
  const steps = 4 * (now.length * size(old) + old.length * size(now));
  if (old.length * now.length > mostCompared || steps > effort.left) return inOrder(before, after);
  effort.left -= steps;
  return bestPairs(old.map((a) => now.map((b) => shareInCommon(a, b))));
}

function hasParts(item: Json): boolean {
  return typeof item === "string" ? item.includes("\n") : typeof item === "object" && item !== null;
}

/** The pairs in order whose sum is the greatest, of those with a likeness of a half or more. */
function bestPairs(likeness: readonly (readonly number[])[]): Pair[] {
  const [rows, columns] = [likeness.length, likeness[0]?.length ?? 0];
  // best[i][j]: the greatest sum of the items from i and from j on.
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  const paired = (i: number, j: number): number => {
    const share = likeness[i]?.[j] ?? 0;
    return share < 0.5 ? -1 : share + at(i + 1, j + 1);
  };
  for (let i = rows - 1; i >= 0; i--) {
    const row = best[i] ?? new Float64Array();
    for (let j = columns - 1; j >= 0; j--) row[j] = Math.max(at(i + 1, j), at(i, j + 1), paired(i, j));
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (paired(i, j) === at(i, j)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function inOrder(before: readonly Json[], after: readonly Json[]): Pair[] {
  return Array.from({ length: Math.min(before.length, after.length) }, (_, at) => [at, at]);
}

/** From 0 (nothing) to 1 (all). */
function shareInCommon(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const leaf of a) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  let common = 0;
  for (const leaf of b) {
    const left = counts.get(leaf) ?? 0;
    if (left > 0) common++;
    counts.set(leaf, left - 1);
  }
  return a.length + b.length === 0 ? 0 : (2 * common) / (a.length + b.length);
}

/** A text for every value in a value, without those at paths to leave out; a text of several lines is as many. */
function leaves(value: Json, path = "", without: ReadonlySet<string> = new Set()): string[] {
  if (without.has(path)) return [];
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}[]`));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      leaves(item, path === "" ? key : `${path}.${key}`, without),
    );
  }
  if (typeof value === "string" && value.includes("\n")) return value.split("\n");
  return [`${path}=${stringifyJson(value)}`];
}

/** Both lists in their orders, pairs together; between two pairs what goes stands before what comes. */
function inTurns(before: readonly Json[], after: readonly Json[], pairs: readonly Pair[]): Matched[] {
  const matched: Matched[] = [];
  let [old, now] = [0, 0];
  for (const [oldEnd, newEnd] of [...pairs, [before.length, after.length] as const]) {
    for (const item of before.slice(old, oldEnd)) matched.push({ before: item });
    for (const item of after.slice(now, newEnd)) matched.push({ after: item });
    if (oldEnd < before.length && newEnd < after.length)
      matched.push({ before: before[oldEnd] ?? null, after: after[newEnd] ?? null });
    [old, now] = [oldEnd + 1, newEnd + 1];
  }
  return matched;
}
