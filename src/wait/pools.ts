/**
 * What is related to items: the Pods of Deployments, the EndpointSlices of Services. A few selectors of one kind and
 * namespace are followed one by one. Many would be as many lists and watches: for these the whole is followed, and what
 * nobody selects is not kept.
 */
import type { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { keyOf, placeOf } from "./collections.js";
import type { Place, Waiting } from "./collections.js";
import type { Collection, Listener } from "./follow.js";
import { isSelectedBy, selectorText } from "./selector.js";
import type { Selector } from "./selector.js";
import type { Related } from "./types.js";

/** What is told to those who wait. */
export interface RelatedAudience<T extends Waiting> {
  /** What is related to the item was read, has changed, or turned out not to be readable. */
  changed: (waiting: T) => void;
  /** What the item needs can't be read just now. */
  troubled: (waiting: T, error: KapplyError) => void;
  /** What the item needs can't be read at all. */
  denied: (waiting: T, error: KapplyError) => void;
}

export interface Pools<T extends Waiting> {
  /** Follows what is related to an item, unless it does so already. */
  relate(waiting: T, related: Related): void;
  /** What was found; undefined where it was not read, or is not followed. */
  found(waiting: T, related: Related): readonly KubeObject[] | undefined;
  /** Whether it may still be read for the first time. */
  isPending(waiting: T, related: Related): boolean;
  /** Follows nothing for it any more. */
  leave(waiting: T): void;
}

/** What one selector selects, and who waits for it. */
interface Shelf<T> {
  selector: Selector;
  users: Map<T, Related>;
  /** By their names; undefined until they were read. */
  objects?: Map<string, KubeObject> | undefined;
  isDenied: boolean;
}

/** A collection that is followed, for the sake of some shelves. */
interface Feed<T> {
  is: "alone" | "whole";
  shelves: Set<Shelf<T>>;
  stop: AbortController;
  /** What was told last: another map is that of another list. */
  told?: ReadonlyMap<string, KubeObject> | undefined;
}

/** The shelves of one kind and namespace. */
interface Pool<T> {
  place: Place;
  shelves: Map<string, Shelf<T>>;
  feeds: Set<Feed<T>>;
  wholeIsRefused: boolean;
}

/** With more selectors than these, one collection of all costs the server less. */
const mostAlone = 3;

/** `start` follows a collection until it is stopped. `later` does something when all that is known was told. */
export function openPools<T extends Waiting>(
  start: (stop: AbortController, collection: Collection, listener: Listener) => void,
  audience: RelatedAudience<T>,
  later: (work: () => void) => void,
): Pools<T> {
  const pools = new Map<string, Pool<T>>();

  function shelfOf(waiting: T, { type, selector }: Related): Shelf<T> | undefined {
    return pools.get(keyOf(placeOf(waiting.item, type)))?.shelves.get(selectorText(selector));
  }

  function relate(waiting: T, related: Related): void {
    const place = placeOf(waiting.item, related.type);
    const pool = pools.get(keyOf(place)) ?? newPool<T>(place);
    pools.set(keyOf(place), pool);
    const text = selectorText(related.selector);
    const known = pool.shelves.get(text);
    if (known !== undefined) {
      known.users.set(waiting, related);
      return;
    }
    const users = new Map([[waiting, related]]);
    pool.shelves.set(text, { selector: related.selector, users, isDenied: false });
    later(() => settle(pool));
  }

  /** Follows what nobody follows yet: one by one, or all of the pool at once. */
  function settle(pool: Pool<T>): void {
    const feeds = [...pool.feeds];
    const loose = [...pool.shelves.values()].filter(
      (shelf) => !shelf.isDenied && !feeds.some(({ shelves }) => shelves.has(shelf)),
    );
    if (loose.length === 0) return;
    const wholes = feeds.filter(({ is }) => is === "whole");
    const alone = [...pool.shelves.values()].filter(
      (shelf) => !wholes.some(({ shelves }) => shelves.has(shelf)),
    );
    if (!pool.wholeIsRefused && alone.length > mostAlone) openWhole(pool);
    else loose.forEach((shelf) => openAlone(pool, shelf));
  }

  function openAlone(pool: Pool<T>, shelf: Shelf<T>): void {
    const feed = openFeed(pool, "alone", [shelf]);
    const selector = selectorText(shelf.selector);
    start(
      feed.stop,
      { ...pool.place, selection: { by: "labels", selector } },
      {
        seen: (objects, changed) => tell(feed, objects, changed),
        troubled: (error) => needing(feed).forEach((user) => audience.troubled(user, error)),
        denied(error) {
          shelf.isDenied = true;
          const needed = needing(feed);
          const others = [...shelf.users.keys()].filter((user) => !needed.includes(user));
          needed.forEach((user) => audience.denied(user, error));
          others.forEach((user) => audience.changed(user));
        },
      },
    );
  }

  function openWhole(pool: Pool<T>): void {
    const feed = openFeed(pool, "whole", pool.shelves.values());
    const keeps = (object: KubeObject): boolean =>
      [...feed.shelves].some(({ selector }) => isSelectedBy(selector, object));
    start(
      feed.stop,
      { ...pool.place, selection: { by: "labels", selector: "" }, keeps },
      {
        seen(objects, changed) {
          for (const other of pool.feeds) if (other !== feed) drop(pool, other, feed.shelves);
          tell(feed, objects, changed);
        },
        troubled: (error) => needing(feed).forEach((user) => audience.troubled(user, error)),
        denied() {
          pool.wholeIsRefused = true;
          pool.feeds.delete(feed);
          settle(pool);
        },
      },
    );
  }

  /** Puts what was read on its shelves, and tells those whose shelf it changed. */
  function tell(feed: Feed<T>, objects: ReadonlyMap<string, KubeObject>, changed: Iterable<string>): void {
    const names = feed.told === objects ? [...changed] : undefined;
    feed.told = objects;
    for (const shelf of [...feed.shelves])
      if (update(shelf, objects, names)) [...shelf.users.keys()].forEach((user) => audience.changed(user));
  }

  function leave(waiting: T): void {
    for (const pool of pools.values())
      for (const [text, shelf] of pool.shelves)
        if (shelf.users.delete(waiting) && shelf.users.size === 0) {
          pool.shelves.delete(text);
          for (const feed of pool.feeds) drop(pool, feed, new Set([shelf]));
        }
  }

  return {
    relate,
    leave,
    found(waiting, related) {
      const objects = shelfOf(waiting, related)?.objects;
      return objects === undefined ? undefined : [...objects.values()];
    },
    isPending(waiting, related) {
      const shelf = shelfOf(waiting, related);
      return shelf === undefined || (shelf.objects === undefined && !shelf.isDenied);
    },
  };
}

function newPool<T>(place: Place): Pool<T> {
  return { place, shelves: new Map(), feeds: new Set(), wholeIsRefused: false };
}

function openFeed<T>(pool: Pool<T>, is: Feed<T>["is"], shelves: Iterable<Shelf<T>>): Feed<T> {
  const feed: Feed<T> = { is, shelves: new Set(shelves), stop: new AbortController() };
  pool.feeds.add(feed);
  return feed;
}

/** A feed fills these shelves no more; with none left it ends. */
function drop<T>(pool: Pool<T>, feed: Feed<T>, shelves: ReadonlySet<Shelf<T>>): void {
  for (const shelf of shelves) feed.shelves.delete(shelf);
  if (feed.shelves.size > 0) return;
  pool.feeds.delete(feed);
  feed.stop.abort();
}

/** Who can't be waited for without what a feed brings. */
function needing<T>({ shelves }: Feed<T>): T[] {
  return [...shelves].flatMap(({ users }) =>
    [...users].filter(([, { needed }]) => needed).map(([user]) => user),
  );
}

/** Whether that changes what is on a shelf: all anew, or what became of some names. */
function update<T>(
  shelf: Shelf<T>,
  objects: ReadonlyMap<string, KubeObject>,
  names: readonly string[] | undefined,
): boolean {
  const { selector, objects: before } = shelf;
  if (before === undefined || names === undefined) {
    shelf.objects = new Map([...objects].filter(([, object]) => isSelectedBy(selector, object)));
    return true;
  }
  let isChanged = false;
  for (const name of names) {
    const object = objects.get(name);
    if (before.delete(name)) isChanged = true;
    if (object === undefined || !isSelectedBy(selector, object)) continue;
    before.set(name, object);
    isChanged = true;
  }
  return isChanged;
}
