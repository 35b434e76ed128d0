/** Which collections must be followed so that every item is known. */
import { apiVersionOf } from "../group-version.js";
import type { ResourceType } from "../model.js";
import type { Collection } from "./follow.js";
import type { WaitItem } from "./types.js";

/** Who waits for an item. */
export interface Waiting {
  item: WaitItem;
}

/** A collection that holds the objects of some items. */
export interface Needed<T extends Waiting> {
  collection: Collection;
  by: readonly T[];
}

/**
 * One collection for each resource and namespace. Where a single object of a resource is waited for, its collection is
 * that object: permission to list and watch it alone will do.
 */
export function collectionsFor<T extends Waiting>(all: readonly T[]): Needed<T>[] {
  return groupBy(all, ({ item }) => keyOf(placeOf(item, item.type))).flatMap((group) => {
    const names = new Set(group.map(({ item }) => item.name));
    if (names.size === 1) return oneByOne(group);
    const { item } = group[0];
    return [{ collection: { ...placeOf(item, item.type), selection: { by: "names", names } }, by: group }];
  });
}

/** A collection for each object. */
export function oneByOne<T extends Waiting>(all: readonly T[]): Needed<T>[] {
  return groupBy(all, ({ item }) => `${keyOf(placeOf(item, item.type))} ${item.name}`).map((group) => {
    const { item } = group[0];
    return {
      collection: { ...placeOf(item, item.type), selection: { by: "name", name: item.name } },
      by: group,
    };
  });
}

/** All objects of a resource, or those in one namespace. */
export type Place = Pick<Collection, "type" | "namespace">;

/** Where the objects of a kind are that belong to an item. */
export function placeOf({ namespace }: WaitItem, type: ResourceType): Place {
  return { type, namespace: type.namespaced ? namespace : undefined };
}

/** The same for the same place. */
export function keyOf({ type, namespace }: Place): string {
  return `${apiVersionOf(type)} ${type.plural} ${namespace ?? ""}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
