/**
 * Objects named on the command line, as kubectl takes them: `deploy/web`, `deployments.apps/web`, `svc db cache`.
 *
 * Source: cli-runtime pkg/resource/builder.go, client-go restmapper/{shortcut,discovery}.go, apimachinery
 * pkg/api/meta/{restmapper,priority}.go, pkg/version/helpers.go.
 */
import { KapplyError } from "../errors.js";
import { getKey } from "../json.js";
import type { JsonObject } from "../json.js";
import type { ResourceType } from "../model.js";
import { textOf } from "./readiness.js";

/** A kind's word, still to be looked up by `findKind`, and an object's name. */
export interface NamedTarget {
  word: string;
  name: string;
}

/**
 * What `wait` is asked for on the command line: objects of a kind by their names, or by their labels: all of them where
 * the selector is empty.
 */
export type Asked =
  { word: string; by: "name"; name: string } | { word: string; by: "labels"; selector: string };

/** A kind that is served, with the names that it goes by. */
export interface KindRow extends ResourceType {
  singular: string;
  shortNames: readonly string[];
}

/**
 * Reads `KIND/NAME ...`, `KIND NAME ...` or `KIND,KIND NAME ...`; with a selector, or for all objects, `KIND` or
 * `KIND,KIND`.
 * @throws KapplyError `usage` for anything else.
 */
export function parseAsked(args: readonly string[], selector?: string, all = false): Asked[] {
  if (selector === undefined && !all) return parseTargets(args).map((target) => ({ by: "name", ...target }));
  const [kinds = "", ...names] = args;
  const kind = kinds.split("/", 1)[0] ?? "";
  if (selector !== undefined && all)
    throw new KapplyError("usage", "--all chooses all objects of a kind, and -l only some", {
      hint: `say either, as in ${kind} --all, or ${kind} -l ${selector}`,
    });
  if (selector?.trim() === "")
    throw new KapplyError("usage", "-l is empty, and chooses no objects", {
      hint: `say which labels they have, as in ${kind} -l app=web, or ${kind} --all`,
    });
  const by = "labels" as const;
  if (names.length === 0 && !kinds.includes("/"))
    return wordsOf(kinds).map((word) => ({ word: checkedWord(word, kinds), by, selector: selector ?? "" }));
  const what = all ? "--all chooses all objects of a kind" : "-l chooses objects by their labels";
  throw new KapplyError("usage", `${what}, and ${args.join(" ")} names them`, {
    hint: `say either, as in ${kind} ${all ? "--all" : `-l ${selector ?? ""}`}, or ${kind}/NAME`,
  });
}

function parseTargets(args: readonly string[]): NamedTarget[] {
  const slashed = args.filter((arg) => arg.includes("/"));
  if (slashed.length === args.length) return args.map((arg) => parseTarget(arg));
  if (slashed.length > 0)
    throw new KapplyError(
      "usage",
      `${slashed.join(" ")} stands beside a kind of its own: ${args.join(" ")}`,
      {
        hint: "write either KIND/NAME for each, or KIND NAME NAME",
      },
    );
  const [kinds = "", ...names] = args;
  if (names.length === 0)
    throw new KapplyError("usage", `${kinds} names no object`, {
      hint: `say which: ${kinds}/NAME, ${kinds} -l SELECTOR, or ${kinds} --all`,
    });
  return wordsOf(kinds).flatMap((word) => names.map((name) => checked({ word, name }, args.join(" "))));
}

function wordsOf(kinds: string): string[] {
  return [...new Set(kinds.split(","))];
}

/** Reads `KIND/NAME`, or `KIND NAME` in one text; `flag` is where it stands. Throws `usage` for anything else. */
export function parseTarget(text: string, flag?: string): NamedTarget {
  const parts = text.trim().split(/\/|\s+/);
  const [word = "", name = ""] = parts;
  if (parts.length !== 2) throw notATarget(text, flag);
  return checked({ word, name }, text, flag);
}

function checked(target: NamedTarget, text: string, flag?: string): NamedTarget {
  // A name is one segment of a path: what can't be one names nothing.
  const sound = !["", ".", ".."].includes(target.name) && !/[/%?#\s]/.test(target.name);
  if (!sound) throw notATarget(text, flag);
  checkedWord(target.word, text, flag);
  return target;
}

function checkedWord(word: string, text: string, flag?: string): string {
  if (!/^[A-Za-z][A-Za-z0-9.-]*$/.test(word)) throw notATarget(text, flag);
  return word;
}

function notATarget(text: string, flag?: string): KapplyError {
  return new KapplyError(
    "usage",
    `${flag === undefined ? "" : `${flag}: `}${JSON.stringify(text)} is not KIND/NAME`,
    {
      hint: "write it as deployment/web, svc/db or certificates.cert-manager.io/web",
    },
  );
}

/** A row of `schemas/resources.json`, or an `APIResource` of discovery; undefined for a subresource. */
export function kindRow(group: string, version: string, kind: string, row: JsonObject): KindRow | undefined {
  const plural = textOf(getKey(row, "plural")) ?? textOf(getKey(row, "name"));
  if (plural === undefined || plural.includes("/")) return undefined;
  const singular = textOf(getKey(row, "singular")) ?? textOf(getKey(row, "singularName"));
  const short = getKey(row, "shortNames");
  return {
    group,
    version,
    kind,
    plural,
    // Servers of old did not tell singular names.
    singular: singular ?? kind.toLowerCase(),
    shortNames: Array.isArray(short) ? short.filter((name) => typeof name === "string") : [],
    namespaced: getKey(row, "namespaced") === true,
  };
}

/** What a word may mean: `certificates.v1.cert-manager.io` may name a version, or a group that begins like one. */
interface Reading {
  resource: string;
  group?: string | undefined;
  version?: string | undefined;
}

function readings(word: string): Reading[] {
  const [resource = "", ...rest] = word.toLowerCase().split(".");
  if (rest.length === 0) return [{ resource }];
  const group = { resource, group: rest.join(".") };
  const [version, ...groupParts] = rest;
  return groupParts.length === 0 ? [group] : [{ resource, version, group: groupParts.join(".") }, group];
}

/**
 * The kind that a word means among those given, as kubectl reads it: plural, singular, short name or kind, in any case
 * of letters, with a group or its beginning, and with a version. The core group comes first, and of a group's versions
 * the newest stable one.
 * @throws KapplyError `usage` for a word that several groups have, none of which is the core group.
 */
export function findKind(word: string, rows: readonly KindRow[]): KindRow | undefined {
  for (const reading of readings(word)) {
    const found = matching(reading, rows);
    if (found.length > 0) return preferred(word, found);
  }
  return undefined;
}

function matching({ resource, group, version }: Reading, rows: readonly KindRow[]): KindRow[] {
  const named = (row: KindRow): boolean => row.plural === resource || row.singular === resource;
  const shortened = (row: KindRow): boolean =>
    row.shortNames.includes(resource) || row.kind.toLowerCase() === resource;
  const grouped: ((row: KindRow) => boolean)[] =
    group === undefined
      ? [() => true]
      : [(row) => row.group === group, (row) => version === undefined && row.group.startsWith(group)];
  for (const inGroup of grouped)
    for (const isCalled of [named, shortened]) {
      const found = rows.filter(
        (row) => inGroup(row) && isCalled(row) && (version === undefined || row.version === version),
      );
      if (found.length > 0) return found;
    }
  return [];
}

function preferred(word: string, found: readonly KindRow[]): KindRow | undefined {
  const core = found.filter((row) => row.group === "");
  const rows = core.length > 0 ? core : found;
  const names = [
    ...new Set(rows.map((row) => (row.group === "" ? row.plural : `${row.plural}.${row.group}`))),
  ];
  if (names.length > 1)
    throw new KapplyError("usage", `${word} may be any of ${names.join(", ")}`, {
      hint: `say which: ${names[0] ?? word}/NAME`,
    });
  return [...rows].sort((a, b) => compareVersions(b.version, a.version))[0];
}

/** Orders versions as Kubernetes prefers them, the least first: `foo`, `v1alpha1`, `v1beta2`, `v1`, `v2`. */
function compareVersions(a: string, b: string): number {
  const [first, second] = [rankOf(a), rankOf(b)];
  for (const [at, rank] of first.entries()) {
    const order = rank - (second[at] ?? 0);
    if (order !== 0) return order;
  }
  return a < b ? 1 : a > b ? -1 : 0;
}

function rankOf(version: string): number[] {
  const [all, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (all === undefined) return [0, 0, 0];
  return [stage === undefined ? 3 : stage === "beta" ? 2 : 1, Number(major), Number(minor ?? 0)];
}

/** What to ask a server about, when no built-in kind goes by a word. */
export type KindQuestion =
  /** `GET /apis/GROUP/VERSION`, of which a 404 is no answer. */
  | { ask: "version"; group: string; version: string }
  /** `GET /apis/GROUP` for its versions, then each of these; a 404 is no answer. */
  | { ask: "group"; group: string }
  /** All groups: `GET /apis`, at best as an `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`. */
  | { ask: "all" };

/** The questions for a word, cheapest first: ask until `findKind` finds it in the rows of the answers. */
export function questionsFor(word: string): KindQuestion[] {
  const questions = readings(word).flatMap(({ group, version }): KindQuestion[] => {
    if (group === undefined) return [];
    return [version === undefined ? { ask: "group", group } : { ask: "version", group, version }];
  });
  return [...questions.filter(isLikely), { ask: "all" }];
}

/** `widgets.shop.example` has no version, though it could: its second part does not look like one. */
function isLikely(question: KindQuestion): boolean {
  return question.ask !== "version" || looksLikeVersion(question.version);
}

function looksLikeVersion(text: string): boolean {
  return /^v\d/.test(text);
}

/** Whether a word may mean a kind of that group. */
export function mayBeOf(word: string, group: string): boolean {
  return readings(word).some((reading) => reading.group === undefined || group.startsWith(reading.group));
}

/**
 * Whether a word says clearly enough what it means to be waited for while no server serves it: it has the group of a
 * CRD, which is never without a dot (apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go).
 */
export function mayComeToBe(word: string): boolean {
  const [, ...rest] = word.split(".");
  const group = looksLikeVersion(rest[0] ?? "") ? rest.slice(1) : rest;
  return group.length > 1;
}
