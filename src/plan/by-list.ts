/** Reading the objects of one resource in one namespace by LIST. */
import { KapplyError } from "../errors.js";
import { firstLimit, listGoesOn, mostPageBytes, nextLimit, smallerLimit } from "./list-cost.js";
import { tellAll } from "./reads.js";
import type { Found, Listed, ListedPage, Reads } from "./reads.js";
import { searchFor } from "./search.js";
import type { Search } from "./search.js";
import type { Space } from "../parallel.js";
import type { Target } from "./target.js";

/** What a step of the list leads to. */
type Next = { is: "on"; limit: number } | { is: "over" };

/**
 * Tells what a LIST finds of targets that share their resource and namespace, page by page, and gives those that it
 * leaves open: where LIST is not permitted, or would cost more than GETs. A page is let go before the next but one is
 * asked for, and takes its part of `space`, counted in objects, until then.
 */
export async function readByList(
  targets: readonly [Target, ...Target[]],
  reads: Reads,
  space: Space,
  found: Found,
): Promise<Target[]> {
  const [{ type, ref }] = targets;
  const search = searchFor(targets);
  const decide = decider(targets.length, search);
  let limit = firstLimit(targets.length);
  const maxBytes = mostPageBytes(targets.length);
  let list: AsyncIterator<Listed> | undefined;

  const ask = async (): Promise<{ step: IteratorResult<Listed>; letGo: () => void }> => {
    const letGo = await space.take(limit);
    try {
      list ??= reads.list(type, ref.namespace, { limit: () => limit, maxBytes })[Symbol.asyncIterator]();
      return { step: await list.next(), letGo };
    } catch (error) {
      letGo();
      throw error;
    }
  };

  let asked = ask();
  for (;;) {
    const answer = await asked.catch((error: unknown) => ({ error }));
    if ("error" in answer) return failed(answer.error, search, found);
    const { step, letGo } = answer;
    try {
      const listed: Listed = step.done === true ? nothingMore : step.value;
      const hits = listed.is === "page" ? search.take(listed) : [];
      const next = decide(listed, hits.length);
      if (next.is === "on") {
        limit = next.limit;
        asked = ask();
        // Where `found` fails first, nobody waits for it any more.
        asked.catch(() => undefined);
      }
      await tellAll(hits, found);
      if (next.is === "over") break;
    } finally {
      letGo();
    }
  }
  await list?.return?.();
  const { absent, open } = search.missing();
  await tellAll(
    absent.map((target) => [target, { state: "absent" }]),
    found,
  );
  return open;
}

const nothingMore: ListedPage = { is: "page", items: [], more: false, remaining: 0, bytes: 0 };

/** Decides after each step of a list whether another one is worth it. */
function decider(wanted: number, search: Search): (listed: Listed, ours: number) => Next {
  let wasted = 0;
  return (listed, ours) => {
    const left = search.left();
    if (left === 0) return { is: "over" };
    if (listed.is === "too-large") {
      wasted += listed.bytes;
      const limit = smallerLimit(wanted, listed, wasted);
      return limit === undefined ? { is: "over" } : { is: "on", limit };
    }
    const { items, bytes, remaining } = listed;
    const seen = { objects: items.length, bytes, ours, remaining, seen: search.seen() };
    return listGoesOn(seen, left, search.ordered())
      ? { is: "on", limit: nextLimit(seen, left, search.ordered()) }
      : { is: "over" };
  };
}

/** Where LIST is not permitted, GETs may be. Any other failure would be theirs too. */
async function failed(error: unknown, search: Search, found: Found): Promise<Target[]> {
  const { absent, open } = search.missing();
  const rest = [...absent, ...open];
  if (error instanceof KapplyError && error.code === "forbidden") return rest;
  await tellAll(
    rest.map((target) => [target, { state: "failed", error }]),
    found,
  );
  return [];
}
