/** What planning asks of a server, and what it learns. */
import type { KubeObject, ResourceType } from "../model.js";
import type { Target } from "./target.js";

/** The reads that planning is handed. */
export interface Reads {
  /** The live object, undefined where there is none. `count` is called for each request sent. */
  get: (
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    count?: () => void,
  ) => Promise<KubeObject | undefined>;
  /** The live objects of a resource, page by page: all at one resource version, as far as the server can. */
  list: (type: ResourceType, namespace: string | undefined, asked: ListAsked) => AsyncIterable<Listed>;
}

/** How a list is read. */
export interface ListAsked {
  /** How many objects the page may hold; called before each page. */
  limit: () => number;
  /** The largest page that is taken. */
  maxBytes: number;
}

/** A step of a list. */
export type Listed =
  | ListedPage
  /** A page was not taken, since it is larger than allowed: going on asks for a smaller one. */
  | { is: "too-large"; limit: number; bytes: number };

export interface ListedPage {
  is: "page";
  items: KubeObject[];
  /** Whether another page follows. */
  more: boolean;
  /** How many objects follow, where the server tells. */
  remaining: number | undefined;
  /** The size of the page as it came. */
  bytes: number;
}

/** What was found of a target. */
export type Live =
  | { state: "present"; object: KubeObject }
  | { state: "absent" }
  /** Not there, since its namespace or its type is only about to exist. */
  | { state: "pending"; why: "namespace-pending" | "type-pending" }
  | { state: "failed"; error: unknown };

/** Is told what was found of a target as soon as it is known. What it gives back is waited for. */
export type Found = (target: Target, live: Live) => void | Promise<void>;

/** Tells of several targets at once, and resolves when all that it leads to is done. */
export async function tellAll(entries: readonly (readonly [Target, Live])[], found: Found): Promise<void> {
  await Promise.all(
    entries.map(async ([target, live]) => {
      await found(target, live);
    }),
  );
}
