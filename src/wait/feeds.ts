/** What is followed, and for whom: a collection that nobody needs any more is let go. */
import type { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import { oneByOne } from "./collections.js";
import type { Needed, Waiting } from "./collections.js";
import { follow } from "./follow.js";
import type { Collection, Listener } from "./follow.js";
import { openPools } from "./pools.js";
import type { Pools, RelatedAudience } from "./pools.js";
import type { WaitReads } from "./types.js";

/** What is told to those who wait. */
export interface Audience<T extends Waiting> {
  /** The item's object; undefined where there is none. */
  own: (waiting: T, object: KubeObject | undefined) => void;
  /** There is none, since its kind is not served. */
  unserved: (waiting: T, error: KapplyError) => void;
  /** The item's object can't be read just now. */
  troubled: (waiting: T, error: KapplyError) => void;
  /** It can't be read at all. */
  denied: (waiting: T, error: KapplyError) => void;
  related: RelatedAudience<T>;
  /** A defect. */
  failed: (error: unknown) => void;
}

export interface Feeds<T extends Waiting> extends Pools<T> {
  /** Follows the objects of items. */
  open(needed: Needed<T>): void;
  /** Follows nothing that is related to an item any more. */
  unrelate(waiting: T): void;
}

interface Feed<T> {
  users: Set<T>;
  stop: AbortController;
}

/** Each watch holds a connection, and costs the server some memory. What gets none is asked for again and again. */
const mostWatches = 64;

/** `later` as of `openPools`. */
export function openFeeds<T extends Waiting>(
  reads: WaitReads,
  audience: Audience<T>,
  random: () => number,
  later: (work: () => void) => void,
): Feeds<T> {
  const watches = { left: mostWatches };
  const feeds = new Set<Feed<T>>();

  function start(
    stop: AbortController,
    collection: Collection,
    listener: Listener,
    onTooWide?: () => void,
  ): void {
    follow(collection, reads, listener, { signal: stop.signal, watches, random }).then((how) => {
      if (how === "too-wide") onTooWide?.();
    }, audience.failed);
  }

  function open({ collection, by }: Needed<T>): void {
    const feed: Feed<T> = { users: new Set(by), stop: new AbortController() };
    feeds.add(feed);
    const users = (): T[] => [...feed.users];
    start(
      feed.stop,
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
        feeds.delete(feed);
        oneByOne(users()).forEach(open);
      },
    );
  }

  const pools = openPools<T>(start, audience.related, later);
  const relating = new Set<T>();
  function unrelate(waiting: T): void {
    if (relating.delete(waiting)) pools.leave(waiting);
  }

  return {
    ...pools,
    open,
    relate(waiting, related) {
      relating.add(waiting);
      pools.relate(waiting, related);
    },
    unrelate,
    leave(waiting) {
      for (const feed of feeds) {
        feed.users.delete(waiting);
        if (feed.users.size > 0) continue;
        feeds.delete(feed);
        feed.stop.abort();
      }
      unrelate(waiting);
    },
  };
}
