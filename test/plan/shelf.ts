/** A server of a few collections for tests: lists page by page as the real one does, and notes what it is asked. */
import { getPath } from "../../src/json.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import type { Found, Live, Reads } from "../../src/plan/live.js";
import { readLive } from "../../src/plan/live.js";
import type { Target } from "../../src/plan/target.js";

export interface Shelf extends Reads {
  asked: string[];
  /** How many bytes it sent, those of pages that were not taken included. */
  sent: () => number;
}

export interface ShelfOptions {
  /** The order of its lists; by name without it. */
  order?: ((a: string, b: string) => number) | undefined;
  /** Whether it tells how many objects follow a page. */
  tells?: boolean | undefined;
  /** The size of an object; of 1 KiB without it. */
  bytes?: ((name: string) => number) | undefined;
  /** Fewer objects per page than is asked for. */
  mostPerPage?: number | undefined;
}

export const nameOf = (object: KubeObject): string => getPath(object, ["metadata", "name"]) as string;

/** One that holds these objects; overridden where a test says so. */
export function shelf(
  held: readonly KubeObject[],
  { order = byName, tells = true, bytes = () => 1024, mostPerPage = Infinity }: ShelfOptions = {},
  overrides: Partial<Reads> = {},
): Shelf {
  const asked: string[] = [];
  let sent = 0;
  const byKind = new Map<unknown, Map<string, KubeObject>>();
  for (const one of held) {
    const shelved = byKind.get(one["kind"]) ?? new Map<string, KubeObject>();
    byKind.set(one["kind"], shelved.set(nameOf(one), one));
  }
  const of = (type: ResourceType): Map<string, KubeObject> =>
    byKind.get(type.kind) ?? new Map<string, KubeObject>();
  return {
    asked,
    sent: () => sent,
    get: (type, namespace, name) => {
      asked.push(`get ${type.plural} ${namespace ?? ""}/${name}`);
      const found = of(type).get(name);
      sent += found === undefined ? 0 : bytes(name);
      return Promise.resolve(found);
    },
    list: async function* (type, namespace, { limit, maxBytes }) {
      const all = [...of(type).values()].sort((a, b) => order(nameOf(a), nameOf(b)));
      for (let from = 0; ;) {
        const most = limit();
        asked.push(`list ${type.plural} ${namespace ?? ""} limit=${most}`);
        await Promise.resolve();
        const items = all.slice(from, from + Math.min(most, mostPerPage));
        const size = items.reduce((sum, one) => sum + bytes(nameOf(one)), 0);
        sent += Math.min(size, maxBytes);
        if (size > maxBytes) {
          yield { is: "too-large", limit: most, bytes: maxBytes };
          continue;
        }
        from += items.length;
        const remaining = tells ? all.length - from : undefined;
        yield { is: "page", items, more: from < all.length, remaining, bytes: size };
        if (from === all.length) return;
      }
    },
    ...overrides,
  };
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All that is found of the targets; fails where one is told twice. */
export async function readAll(
  targets: readonly Target[],
  reads: Reads,
  also: Found = () => undefined,
): Promise<Map<Target, Live>> {
  const found = new Map<Target, Live>();
  await readLive(targets, reads, 4, (target, live) => {
    if (found.has(target)) throw new Error(`${target.ref.name} is told twice`);
    found.set(target, live);
    return also(target, live);
  });
  return found;
}
