/** Waiting for objects that are asked for by a kind and names, or labels: as soon as that kind is served, and they match. */
import { setMaxListeners } from "node:events";
import { apiVersionOf } from "./group-version.js";
import { getPath } from "./json.js";
import type { ResourceType } from "./model.js";
import { lookUpKind, noSuchKind } from "./named.js";
import { mapParallel } from "./parallel.js";
import { seek } from "./seek.js";
import type { Looked, Missing } from "./seek.js";
import type { Server } from "./server.js";
import { mayComeToBe } from "./wait/index.js";
import type { Asked, Goal } from "./wait/index.js";
import { waitForAll } from "./waiting.js";
import type { Ended, Wanted, WaitWorld } from "./waiting.js";

/** How it ended for those that were found, in the order they were asked for; and what was never found. */
export interface Answer {
  reached: Reached[];
  missing: Missing[];
}

export interface Reached {
  wanted: Wanted;
  end: Ended;
}

/** Objects that are found by one look: those of one kind that were named, or have the labels. */
type Search = [Asked, ...Asked[]];

interface Found {
  asked: Asked;
  wanted: Wanted;
}

/**
 * Waits until all are what they are to become, or one of them never will be. A kind that is not served is looked for
 * again and again where its name says its group, and so is the first object that has the labels.
 * @throws KapplyError `usage` for a word that means no kind, or several, and what every request throws.
 */
export async function waitForAsked(
  asked: readonly Asked[],
  goal: Goal,
  server: Server,
  world: WaitWorld,
): Promise<Answer> {
  const over = new AbortController();
  const signal = AbortSignal.any(
    [over.signal, world.signal].filter((one): one is AbortSignal => one !== undefined),
  );
  setMaxListeners(0, signal);
  const reached = new Map<Asked, Reached[]>();
  const missing: Missing[] = [];

  const waitFor = async (found: readonly Found[]): Promise<void> => {
    const ended = await waitForAll(
      found.map(({ wanted }) => wanted),
      server,
      { ...world, signal },
    );
    found.forEach(({ asked: one, wanted }, at) => {
      const end = ended[at];
      if (end !== undefined) reached.set(one, [...(reached.get(one) ?? []), { wanted, end }]);
    });
    // When the time is over the others end by themselves, and each says why.
    const isInTime = (world.deadline ?? Infinity) - Date.now() > 100;
    if (isInTime && ended.some(({ is }) => is === "failed")) over.abort();
  };
  const seekAndWait = async (search: Search, first: Missing): Promise<void> => {
    const sought = await seek(first, () => look(search, goal, server), { ...world, signal });
    if (sought.is === "found") await waitFor(sought.found);
    if (sought.is === "missing") missing.push(sought);
  };

  const searches = searchesOf(asked);
  const looked = await mapParallel(searches, 8, (search) => look(search, goal, server));
  try {
    await Promise.all([
      waitFor(looked.flatMap((one) => (one.is === "found" ? one.found : []))),
      ...looked.map((one, at) =>
        one.is === "missing" ? seekAndWait(searches[at] as Search, one) : undefined,
      ),
    ]);
  } finally {
    over.abort();
  }
  return { reached: asked.flatMap((one) => reached.get(one) ?? []), missing };
}

function searchesOf(asked: readonly Asked[]): Search[] {
  const searches = new Map<string, Search>();
  for (const one of asked) {
    const key = one.by === "labels" ? `${one.word} ${one.selector}` : one.word;
    const search = searches.get(key);
    if (search === undefined) searches.set(key, [one]);
    else search.push(one);
  }
  return [...searches.values()];
}

async function look(search: Search, goal: Goal, server: Server): Promise<Looked<Found[]>> {
  const [first] = search;
  const { word } = first;
  const kind = await lookUpKind(word, () => Promise.resolve(server.transport));
  if (kind.is === "missing") {
    const { silent } = kind;
    if (goal.is === "delete" || !mayComeToBe(word)) throw noSuchKind(word, silent, hintFor(goal));
    const unknown =
      silent.length === 0 ? "" : `, unless it is of ${silent.join(", ")}, which does not answer`;
    return missingFrom(search, `the server does not serve this kind yet${unknown}`);
  }
  const { type } = kind;
  const namespace = type.namespaced ? server.connection.namespace : undefined;
  const found = await mapParallel(search, 8, async (asked): Promise<Found[]> => {
    const names =
      asked.by === "name" ? [asked.name] : await matching(asked.selector, type, namespace, server);
    const ref = { apiVersion: apiVersionOf(type), kind: type.kind, namespace };
    return names.map((name) => ({ asked, wanted: { ref: { ...ref, name }, type, goal, isNamed: true } }));
  });
  const all = found.flat();
  if (all.length === 0 && goal.is !== "delete") return missingFrom(search, "no object matches yet");
  const matches = all.length === 1 ? "1 object matches" : `${all.length} objects match`;
  const why = first.by === "labels" ? matches : "the server serves this kind now";
  return { is: "found", found: all, why };
}

async function matching(
  selector: string,
  type: ResourceType,
  namespace: string | undefined,
  { waitReads }: Server,
): Promise<string[]> {
  const { objects } = await waitReads.list(type, namespace, { by: "labels", selector });
  return objects
    .map((object) => getPath(object, ["metadata", "name"]))
    .filter((name) => typeof name === "string");
}

function hintFor(goal: Goal): string {
  return goal.is === "delete"
    ? "a kind that is not served has no objects"
    : "with its whole group, a kind is waited for until it is served";
}

function missingFrom([first, ...others]: Search, why: string): Missing {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const what =
    first.by === "labels" ? `${first.word} -l ${first.selector}` : `${first.word}/${first.name}${more}`;
  return { is: "missing", what, why };
}
