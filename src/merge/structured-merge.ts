/**
 * Merging what is applied into what is live. Nothing is removed by it.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/merge.go`.
 */
import { equalJson, setKey, type Json, type JsonObject } from "../json.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { filledList, filledMap, formOf, isWhole, itemsByStep, shapeOfKey, stepOf } from "./forms.js";
import type { Step } from "./path.js";

/**
 * The live value with all that the other says. Shares what did not change with `live`, and is `live` itself where
 * nothing did. Both fit the shape; only `live` may have items that repeat.
 */
export function structuredMerge(live: Json, applied: Json, shape: Shape): Json {
  const form = formOf(shape, applied);
  if (isWhole(form)) return equalJson(live, applied) ? live : applied;
  if (form.is === "map") {
    const [left, right] = [filledMap(live), filledMap(applied)];
    if (left !== undefined) return right === undefined ? live : mergeMaps(left, right, form);
  } else if (form.is === "list") {
    const [left, right] = [filledList(live), filledList(applied)];
    if (left !== undefined) return right === undefined ? live : mergeLists(left, right, form);
  }
  // Between an empty one and null, what is applied says which.
  return equalJson(live, applied) ? live : applied;
}

function mergeMaps(live: JsonObject, applied: JsonObject, form: MapShape): JsonObject {
  let merged = live;
  for (const key of Object.keys(applied)) {
    const value = applied[key] as Json;
    const before = Object.hasOwn(live, key) ? live[key] : undefined;
    const after = before === undefined ? value : structuredMerge(before, value, shapeOfKey(form, key));
    if (after === before) continue;
    if (merged === live) merged = { ...live };
    setKey(merged, key, after);
  }
  return merged;
}

function mergeLists(live: Json[], applied: Json[], form: ListShape): Json[] {
  const items = itemsByStep(form, live);
  const shape = form.item();
  const right = applied.map((item) => {
    const step = stepOf(form, item) ?? "";
    const same = items.get(step);
    // Of items that repeat none is merged with: the one that is applied takes their place.
    const [only] = same?.length === 1 ? same : [];
    return {
      step,
      item: only === undefined ? item : structuredMerge(only, item, shape),
      shared: same !== undefined,
    };
  });
  const left = live.map((item) => ({ step: stepOf(form, item) ?? "", item }));
  const merged = interleave(left, right);
  const isLive = merged.length === live.length && merged.every((item, at) => item === live[at]);
  return isLive ? live : merged;
}

interface Item {
  step: Step;
  item: Json;
}

/**
 * The items in the order of the applied list, those that are only live kept next to the shared ones that they stood
 * after.
 */
function interleave(live: readonly Item[], applied: readonly (Item & { shared: boolean })[]): Json[] {
  const places = new Map(applied.map(({ step }, at) => [step, at]));
  const sharedFrom = nextShared(applied);
  const merged: Json[] = [];
  let at = 0;
  let next = 0;
  while (at < live.length || next < applied.length) {
    const left = live[at];
    const right = applied[next];
    const place = left === undefined ? undefined : places.get(left.step);
    if (left !== undefined && place === undefined) {
      merged.push(left.item);
      at++;
      continue;
    }
    if (left !== undefined && place !== next) {
      const shared = sharedFrom[next];
      // It was merged before, or is merged when its turn comes.
      if (place !== shared) at++;
      if (place !== shared && shared !== undefined) continue;
    } else if (left !== undefined) at++;
    if (right === undefined) continue;
    merged.push(right.item);
    next++;
  }
  return merged;
}

/** For each place in a list, the place of the first shared item from there on. */
function nextShared(items: readonly { shared: boolean }[]): (number | undefined)[] {
  const places: (number | undefined)[] = [];
  let next: number | undefined;
  for (let at = items.length - 1; at >= 0; at--) {
    if (items[at]?.shared === true) next = at;
    places[at] = next;
  }
  return places;
}
