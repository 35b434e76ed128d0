/** Waiting for objects that must be found first: what is found at once, the rest as soon as it is. */
import { setMaxListeners } from "node:events";
import { KapplyError, toFailure } from "../errors.js";
import type { Place, Ref, ResourceType } from "../model.js";
import { waitForMatches } from "./matches.js";
import type { Matched } from "./matches.js";
import { lookOnce, notFound, seek } from "./seek.js";
import type { Look, Missing, Sought } from "./seek.js";
import type { Server } from "../server.js";
import { pause, steadyNow } from "../time.js";
import { openTogether } from "../wait/index.js";
import type { Goal, Member } from "../wait/index.js";
import { waitForAll } from "./wait-for-all.js";
import type { Ended, Wanted, WaitWorld } from "./wait-for-all.js";

/** What was asked for: an object, or all that have some labels. */
export interface Item {
  place: Place;
  /** What is known of an object while it is missing; undefined for labels. */
  ref?: Ref | undefined;
  type?: ResourceType | undefined;
}

/** Items that one look finds. */
export interface Search {
  /** As progress names it. */
  what: string;
  items: readonly Item[];
  look: Look<Found[]>;
  /** Others may be found later: what matches when all that was found is as asked for is to be so, too. */
  isOpen?: boolean | undefined;
}

export interface Found {
  item: Item;
  wanted: Wanted;
}

/** What became of an object. */
export interface Reached extends Pick<Wanted, "ref"> {
  type?: ResourceType | undefined;
  place: Place;
  end: Exclude<Ended, { is: "gone" }>;
}

/** What became of what was never found, and has no name that a result could have. */
export interface Unnamed {
  is: "failed" | "left";
  error: KapplyError;
}

export interface Answer {
  /** In the order they were asked for. */
  reached: Reached[];
  unnamed: Unnamed[];
}

/** Looks that are answered by then are waited for together: by one list and one watch of each kind. */
const momentMs = 1_000;

/** Of what fails this shortly before the end, the end is the reason. */
const lastMs = 100;

/**
 * Waits until all items are what they are to become, or one of them never will be; each is of one search. What becomes
 * of one is told of it alone.
 * @throws KapplyError `usage` and `input`, where a first look finds that what was asked for makes no sense.
 */
export async function waitForSearches(
  items: readonly Item[],
  searches: readonly Search[],
  goal: Goal,
  server: Pick<Server, "waitReads">,
  world: WaitWorld,
): Promise<Answer> {
  const began = performance.now();
  const over = new AbortController();
  const signal = AbortSignal.any(
    [over.signal, world.signal].filter((one): one is AbortSignal => one !== undefined),
  );
  setMaxListeners(0, signal);
  const within: WaitWorld = { ...world, signal };
  const reached = new Map<Item, Reached[]>();
  const unnamed = new Map<Item, Unnamed>();

  const newMember = openTogether();

  const add = (item: Item, one: Reached): void => {
    reached.set(item, [...(reached.get(item) ?? []), one]);
  };
  const failed = (): void => {
    // When the time is over the others end by themselves, and each says why.
    const isInTime = (world.deadline ?? Infinity) - steadyNow() > lastMs;
    if (isInTime && world.once !== true) over.abort();
  };
  const endsOf = (found: readonly Found[], member: Member): Promise<Ended[]> =>
    waitForAll(
      found.map(({ wanted }) => wanted),
      server,
      world.once === true ? within : { ...within, member },
    );
  const addAll = (found: readonly Found[], ended: readonly Ended[]): void => {
    found.forEach(({ item, wanted: { ref, type } }, at) => {
      const end = ended[at];
      if (end !== undefined && end.is !== "gone") add(item, { ref, type, place: item.place, end });
    });
    if (ended.some(({ is }) => is === "failed")) failed();
  };
  /** What became of a search that found nothing to wait for. */
  const end = ({ what, items: missed }: Search, sought: Exclude<Sought<unknown>, { is: "found" }>): void => {
    const milliseconds = Math.round(performance.now() - began);
    for (const item of missed) {
      const { ref, type, place } = item;
      if (ref !== undefined) add(item, { ref, type, place, end: { ...endOf(sought, goal), milliseconds } });
      else if (sought.is !== "gone") unnamed.set(item, unnamedOf(sought, what, goal));
      if (ref !== undefined && sought.is === "gone") world.emit({ event: "ready", ref, milliseconds });
    }
  };
  const goOn = async (search: Search, first: Sought<Found[]>, member: Member): Promise<void> => {
    const { what, look, isOpen } = search;
    const waitFor = async (found: readonly Found[]): Promise<Ended[]> => {
      const ended = await endsOf(found, member);
      member.tell(false);
      return ended;
    };
    let sought: Sought<Found[]> | Matched<Found> =
      first.is === "missing" ? await seek(first, look, within) : first;
    if (sought.is === "found")
      sought =
        isOpen === true
          ? await waitForMatches(sought.found, { what, look, nameOf: nameOfFound, waitFor }, within)
          : { is: "ended", found: sought.found, ended: await waitFor(sought.found) };
    if (sought.is === "ended") {
      addAll(sought.found, sought.ended);
      return;
    }
    end(search, sought);
    if (sought.is !== "failed") return;
    // Something is to be known of the others, too.
    await pause(momentMs, signal);
    failed();
  };
  const asMember = async (work: (member: Member) => Promise<void>): Promise<void> => {
    const member = newMember();
    await work(member).finally(() => member.leave());
  };

  const looks = searches.map((search) => lookOnce(search.what, search.look, signal).then(sensible));
  try {
    const atOnce = await answeredAtOnce(looks, signal);
    const isTogether = (at: number): boolean => atOnce[at]?.is === "found" && searches[at]?.isOpen !== true;
    const together = atOnce.flatMap((one, at) => (one?.is === "found" && isTogether(at) ? one.found : []));
    const others = [...searches.keys()].filter((at) => !isTogether(at));
    await Promise.all([
      asMember(async (member) => addAll(together, await endsOf(together, member))),
      ...others.map((at) =>
        asMember(async (member) => {
          const [search, first] = [searches[at], atOnce[at] ?? (await looks[at])];
          if (search !== undefined && first !== undefined) await goOn(search, first, member);
        }),
      ),
    ]);
  } finally {
    over.abort();
  }
  return {
    reached: items.flatMap((one) => reached.get(one) ?? []),
    unnamed: items.flatMap((one) => unnamed.get(one) ?? []),
  };
}

function nameOfFound({ wanted: { ref } }: Found): string {
  return ref.name;
}

/** What makes no sense ends the whole. */
function sensible(first: Sought<Found[]>): Sought<Found[]> {
  if (first.is === "failed" && ["usage", "input"].includes(first.error.code)) throw first.error;
  return first;
}

/** What was answered when all were, or after a moment. */
async function answeredAtOnce<T>(
  looks: readonly Promise<T>[],
  signal: AbortSignal,
): Promise<(T | undefined)[]> {
  const answers = looks.map((): T | undefined => undefined);
  const all = Promise.all(
    looks.map(async (look, at) => {
      answers[at] = await look;
    }),
  );
  const answered = new AbortController();
  const moment = pause(momentMs, AbortSignal.any([signal, answered.signal]));
  await Promise.race([all, moment]).finally(() => answered.abort());
  return [...answers];
}

type NotFound = Exclude<Sought<unknown>, { is: "found" } | { is: "gone" }>;
type End =
  | { is: "ready" }
  | Omit<Extract<Ended, { is: "failed" }>, "milliseconds">
  | Omit<Extract<Ended, { is: "left" }>, "milliseconds">;

function endOf(sought: NotFound | { is: "gone" }, goal: Goal): End {
  switch (sought.is) {
    case "gone":
      return { is: "ready" };
    case "missing":
      return { is: "failed", error: toFailure(notFound(sought, { isNamed: true, goal: wordOf(goal) })) };
    case "failed":
      return { is: "failed", error: toFailure(plain(sought.error)) };
    case "left":
      return { is: "left", why: notYet(sought.seen, goal) };
  }
}

function unnamedOf(sought: NotFound, what: string, goal: Goal): Unnamed {
  switch (sought.is) {
    case "missing":
      return { is: "failed", error: notFound(sought, { goal: wordOf(goal) }) };
    case "failed":
      return { is: "failed", error: sought.error };
    case "left":
      return {
        is: "left",
        error: new KapplyError("not-ready", `${what} is ${notYet(sought.seen, goal)}`),
      };
  }
}

function notYet({ why }: Missing, goal: Goal): string {
  return `not ${wordOf(goal)} yet: ${why}`;
}

function wordOf(goal: Goal): string {
  return goal.is === "delete" ? "gone" : "there";
}

/** An error of many problems, of which one object's result tells the first. */
function plain(error: KapplyError): KapplyError {
  const [problem] = error.details.problems ?? [];
  return problem === undefined ? error : new KapplyError(error.code, problem.message, { hint: problem.hint });
}
