/** Waiting for objects that are asked for by a kind and names, or labels: as soon as that kind is served, and they match. */
import { readSnapshot } from "../cluster/index.js";
import { apiVersionOf } from "../group-version.js";
import { getPath } from "../json.js";
import type { ResourceType } from "../model.js";
import { lookUpKind, noSuchKind, unservedKind } from "../kinds/index.js";
import { mapParallel } from "../parallel.js";
import { waitForSearches } from "./searches.js";
import type { Answer, Found, Item, Search } from "./searches.js";
import type { Looked } from "./seek.js";
import type { Server } from "../server.js";
import { mayComeToBe } from "../wait/index.js";
import type { Asked, Goal } from "../wait/index.js";
import type { WaitWorld } from "./wait-for-all.js";

/** What one look finds: those of one kind that were named, or have the labels. */
type Group = [AskedItem, ...AskedItem[]];

interface AskedItem extends Item {
  asked: Asked;
}

/**
 * Waits until all are what they are to become, or one of them never will be. A kind that is not served is looked for
 * again and again where its name says its group, and so is the first object that has the labels.
 * @throws KapplyError `usage` for a word that means no kind, or several.
 */
export async function waitForAsked(
  asked: readonly Asked[],
  goal: Goal,
  server: Server,
  world: WaitWorld,
): Promise<Answer> {
  const items = asked.map(itemOf);
  const searches = groupsOf(items).map((group): Search => ({
    what: nameOf(group),
    items: group,
    look: () => look(group, goal, server),
    isOpen: group[0].asked.by === "labels" && goal.is !== "delete",
  }));
  return waitForSearches(items, searches, goal, server, world);
}

function groupsOf(items: readonly AskedItem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const { asked } = item;
    const key = asked.by === "labels" ? `${asked.word} ${asked.selector}` : asked.word;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** The command line is no place that could be named. */
const nowhere: Item["place"] = { source: "", line: 0, column: 0 };

function itemOf(asked: Asked): AskedItem {
  const type = asked.by === "name" ? unservedKind(asked.word) : undefined;
  if (asked.by !== "name" || type === undefined) return { asked, place: nowhere };
  const { group, version, kind } = type;
  const apiVersion = [group, version].filter((part) => part !== "").join("/");
  return { asked, place: nowhere, type, ref: { apiVersion, kind, name: asked.name } };
}

async function look(group: Group, goal: Goal, server: Server): Promise<Looked<Found[]>> {
  const [{ asked: first }] = group;
  const { word } = first;
  const kind = await lookUpKind(word, () => Promise.resolve(server.transport));
  if (kind.is === "missing") {
    const { silent } = kind;
    if (!mayComeToBe(word)) throw noSuchKind(word, silent, hintFor(goal));
    if (goal.is === "delete" && silent.length === 0) return { is: "gone" };
    const unknown =
      silent.length === 0 ? "" : `, unless it is of ${silent.join(", ")}, which does not answer`;
    const yet = goal.is === "delete" ? "" : " yet";
    return missingFrom(group, `the server does not serve this kind${yet}${unknown}`);
  }
  const { type } = kind;
  const namespace = type.namespaced ? server.connection.namespace : undefined;
  const found = await mapParallel(group, 8, async (item): Promise<Found[]> => {
    const { asked } = item;
    const mayGo = asked.by === "labels" && goal.is !== "delete";
    const names =
      asked.by === "name" ? [asked.name] : await matching(asked.selector, type, namespace, server);
    const ref = { apiVersion: apiVersionOf(type), kind: type.kind, namespace };
    return names.map((name) => ({
      item,
      wanted: { ref: { ...ref, name }, type, goal, isNamed: true, mayGo },
    }));
  });
  const all = found.flat();
  if (all.length === 0 && goal.is !== "delete") return missingFrom(group, "no object matches yet");
  const matches = all.length === 1 ? "1 object matches" : `${all.length} objects match`;
  const why = first.by === "labels" ? matches : "the server serves this kind now";
  return { is: "found", found: all, why };
}

async function matching(
  selector: string,
  type: ResourceType,
  namespace: string | undefined,
  { transport }: Server,
): Promise<string[]> {
  const selection = { by: "labels", selector } as const;
  const { objects } = await readSnapshot(transport, type, namespace, selection, { hasOtherWay: false });
  return objects
    .map((object) => getPath(object, ["metadata", "name"]))
    .filter((name) => typeof name === "string");
}

function hintFor(goal: Goal): string {
  return goal.is === "delete"
    ? "with its whole group, a kind that is not served counts as gone"
    : "with its whole group, a kind is waited for until it is served";
}

function missingFrom(group: Group, why: string): Looked<never> {
  return { is: "missing", what: nameOf(group), why };
}

function nameOf([{ asked }, ...others]: Group): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  if (asked.by === "name") return `${asked.word}/${asked.name}${more}`;
  return asked.selector === "" ? `${asked.word} --all` : `${asked.word} -l ${asked.selector}`;
}
