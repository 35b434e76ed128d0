/** What is followed, and for whom: a collection that nobody needs any more is let go. */
import type { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { oneByOne, relatedTo } from "./collections.js";
import type { Needed, Waiting } from "./collections.js";
import { follow } from "./follow.js";
import type { Collection, Listener } from "./follow.js";
import type { Related, WaitReads } from "./types.js";

/** What is told to those who wait. */
export interface Audience<T extends Waiting> {
  /** The item's object; undefined where there is none. */
  own: (waiting: T, object: KubeObject | undefined) => void;
  /** There is none, since its kind is not served. */
  unserved: (waiting: T, error: KapplyError) => void;
  /** What is related to the item has changed. */
  related: (waiting: T) => void;
  /** The item's object, or what it needs, can't be read just now. */
  troubled: (waiting: T, error: KapplyError) => void;
  /** It can't be read at all. */
  denied: (waiting: T, error: KapplyError) => void;
  /** A defect. */
  failed: (error: unknown) => void;
}

export interface Feeds<T extends Waiting> {
  /** Follows the objects of items. */
  open(needed: Needed<T>): void;
  /** What was found of what is related; undefined where it was not read, or is not followed. */
  found(waiting: T, related: Related): readonly KubeObject[] | undefined;
  /** Follows what is related to an item, unless it does so already. */
  relate(waiting: T, related: Related): void;
  /** Follows nothing for it any more. */
  leave(waiting: T): void;
}

interface Feed<T> {
  users: Map<T, { needed: boolean }>;
  stop: AbortController;
  /** Of what is related: what is there. */
  objects?: readonly KubeObject[] | undefined;
}

/** Each watch holds a connection, and costs the server some memory. What gets none is asked for again and again. */
const mostWatches = 64;

export function openFeeds<T extends Waiting>(
  reads: WaitReads,
  audience: Audience<T>,
  random: () => number,
): Feeds<T> {
  const watches = { left: mostWatches };
  const own = new Set<Feed<T>>();
  const related = new Map<string, Feed<T>>();

  function start(feed: Feed<T>, collection: Collection, listener: Listener, onTooWide?: () => void): void {
    follow(collection, reads, listener, { signal: feed.stop.signal, watches, random }).then((how) => {
      if (how === "too-wide") onTooWide?.();
    }, audience.failed);
  }

  function open({ collection, by }: Needed<T>): void {
    const feed = feedOf(by);
    const users = (): T[] => [...feed.users.keys()];
    own.add(feed);
    start(
      feed,
      collection,
      {
        seen(objects, changed) {
          const names = new Set(changed);
          for (const user of users())
            if (names.has(user.item.name)) audience.own(user, objects.get(user.item.name));
        },
        troubled(error) {
          const tell = error.code === "not-served" ? audience.unserved : audience.troubled;
          users().forEach((user) => tell(user, error));
        },
        denied: (error) => users().forEach((user) => audience.denied(user, error)),
      },
      () => {
        own.delete(feed);
        oneByOne(users()).forEach(open);
      },
    );
  }

  function relate(waiting: T, to: Related): void {
    const { key, collection } = relatedTo(waiting.item, to);
    const known = related.get(key);
    if (known !== undefined) {
      known.users.set(waiting, to);
      return;
    }
    const feed: Feed<T> = { users: new Map([[waiting, to]]), stop: new AbortController() };
    related.set(key, feed);
    const needing = (): T[] => [...feed.users].filter(([, { needed }]) => needed).map(([user]) => user);
    start(feed, collection, {
      seen(objects) {
        feed.objects = [...objects.values()];
        for (const user of [...feed.users.keys()]) audience.related(user);
      },
      troubled: (error) => needing().forEach((user) => audience.troubled(user, error)),
      denied: (error) => needing().forEach((user) => audience.denied(user, error)),
    });
  }

  function letGo(feed: Feed<T>, waiting: T): boolean {
    feed.users.delete(waiting);
    if (feed.users.size > 0) return false;
    feed.stop.abort();
    return true;
  }

  return {
    open,
    relate,
    found: (waiting, to) => related.get(relatedTo(waiting.item, to).key)?.objects,
    leave(waiting) {
      for (const feed of own) if (letGo(feed, waiting)) own.delete(feed);
      for (const [key, feed] of related) if (letGo(feed, waiting)) related.delete(key);
    },
  };
}

function feedOf<T>(users: readonly T[]): Feed<T> {
  return { users: new Map(users.map((user) => [user, { needed: true }])), stop: new AbortController() };
}
