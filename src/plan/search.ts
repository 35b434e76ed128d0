/** Looking for names in a list that comes page by page. */
import { getPath } from "../json.js";
import type { ListedPage, Live } from "./reads.js";
import type { Target } from "./target.js";

/** A search for the targets of one resource and namespace. */
export interface Search {
  /** What a page holds of them. */
  take: (page: ListedPage) => [Target, Live][];
  /** How many may still come. */
  left: () => number;
  /** Whether the list came by name so far. */
  ordered: () => boolean;
  /** How many objects came so far. */
  seen: () => number;
  /** The targets that were not found: those that are not there, and those that might have come later. */
  missing: () => { absent: Target[]; open: Target[] };
}

/** So many objects that came by name did not do so by chance. */
const noChance = 10;

/**
 * Starts one. Servers list a namespace in the order of the names' bytes: that of the keys in etcd, which their paging
 * rests on (k8s.io/apiserver pkg/storage: a continue token is a key to go on from; btree in pkg/storage/cacher/store).
 * So what sorts before the last name that came, and did not come, is not there. An aggregated API may keep its objects
 * elsewhere: once names come out of order, only the end of the list tells what is not there.
 */
export function searchFor(targets: readonly Target[]): Search {
  const wanted = new Map(targets.map((target) => [target.ref.name, target]));
  const names = [...wanted.keys()].sort();
  let passed = 0;
  let last: string | undefined;
  let byName = !names.some(hasSurrogate);
  let seen = 0;
  let ended = false;

  const ordered = (): boolean => byName && seen >= noChance;
  const left = (): number => {
    if (ended) return 0;
    return ordered() ? names.length - passed : wanted.size;
  };
  return {
    ordered,
    left,
    seen: () => seen,
    take: ({ items, more }) => {
      const found = items.flatMap((object): [Target, Live][] => {
        const name = getPath(object, ["metadata", "name"]);
        if (typeof name !== "string") return [];
        byName &&= (last === undefined || last < name) && !hasSurrogate(name);
        last = name;
        const target = wanted.get(name);
        if (target === undefined) return [];
        wanted.delete(name);
        return [[target, { state: "present", object }]];
      });
      seen += items.length;
      ended = !more;
      while (passed < names.length && isPassed(names[passed] as string, last)) passed++;
      return found;
    },
    missing: () => {
      const later = ended ? [] : ordered() ? names.slice(passed) : names;
      const open = later.flatMap((name) => wanted.get(name) ?? []);
      const isOpen = new Set(open);
      return { open, absent: [...wanted.values()].filter((target) => !isOpen.has(target)) };
    },
  };
}

function isPassed(name: string, last: string | undefined): boolean {
  return last !== undefined && name <= last;
}

/** Strings compare by UTF-16 here and by UTF-8 there, which is the same order for all but these. */
function hasSurrogate(name: string): boolean {
  return /[\ud800-\udfff]/.test(name);
}
