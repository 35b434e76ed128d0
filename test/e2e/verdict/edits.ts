/** Random edits of a manifest: of those that change nothing as many as of those that change something. */
import { cloneJson, getKey, isObject, stringifyJson, type Json, type JsonObject } from "../../../src/json.js";
import type { Random } from "./random.js";

type Edit = () => void;

/** The manifest edited, and what was done. Never edits what names the object. */
export function edited(
  manifest: JsonObject,
  live: JsonObject,
  random: Random,
): { manifest: JsonObject; edits: string[] } {
  const edits: string[] = [];
  let copy = cloneJson(manifest);
  const times = random.oneIn(3) ? 0 : random.oneIn(4) ? 2 : 1;
  for (let time = 0; time < times; time++) {
    if (random.oneIn(4)) {
      copy = shuffled(copy, random);
      edits.push("keys in another order");
      continue;
    }
    const spots = random.oneIn(2) ? gentleSpots(copy, live) : roughSpots(copy);
    const [what, go] = random.pick(spots) ?? ["nothing", () => undefined];
    go();
    edits.push(what);
  }
  return { manifest: copy, edits };
}

function shuffled(value: JsonObject, random: Random): JsonObject {
  const shuffle = (given: Json): Json => {
    if (Array.isArray(given)) return given.map(shuffle);
    if (!isObject(given)) return given;
    const keys = Object.keys(given).map((key) => [random.below(1000), key] as const);
    return Object.fromEntries(
      keys.sort(([a], [b]) => a - b).map(([, key]) => [key, shuffle(given[key] as Json)]),
    );
  };
  return shuffle(value) as JsonObject;
}

/** What names an object, or a version of it: of what another one has it can't be told whether it is taken. */
const fixed = [".apiVersion", ".kind", ".metadata.name", ".metadata.namespace", ".metadata.resourceVersion"];

/** Every place below what names the object: its parent, and its key or index there. */
function places(manifest: JsonObject): { parent: JsonObject | Json[]; key: string; path: string }[] {
  const found: { parent: JsonObject | Json[]; key: string; path: string }[] = [];
  const visit = (value: Json, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      const at = `${path}.${key}`;
      if (fixed.includes(at)) continue;
      if (at !== ".metadata") found.push({ parent: value, key, path: at });
      visit((value as JsonObject)[key] as Json, at);
    }
  };
  visit(manifest, "");
  return found;
}

/** What often changes something: values, keys, items. */
function roughSpots(manifest: JsonObject): [string, Edit][] {
  return places(manifest).flatMap(({ parent, key, path }): [string, Edit][] => {
    const value = (parent as JsonObject)[key] as Json;
    const set = (what: string, next: Json): [string, Edit] => [
      `${path}: ${what}`,
      () => Reflect.set(parent, key, next),
    ];
    const spots: [string, Edit][] = [
      [
        `${path}: removed`,
        () => {
          if (Array.isArray(parent)) parent.splice(Number(key), 1);
          else Reflect.deleteProperty(parent, key);
        },
      ],
      set("null", null),
    ];
    if (typeof value === "string")
      spots.push(set("another text", value === "a" ? "b" : "a"), set("empty", ""));
    if (typeof value === "number") spots.push(set("another number", value + 1), set("zero", 0));
    if (typeof value === "boolean") spots.push(set("the opposite", !value));
    if (isObject(value))
      spots.push(set("emptied", {}), [`${path}: a key more`, () => (value["added"] = "x")]);
    if (Array.isArray(value))
      spots.push(
        set("emptied", []),
        [`${path}: turned round`, () => value.reverse()],
        [`${path}: the last item again`, () => value.push(cloneJson(value.at(-1) ?? "a"))],
      );
    return spots;
  });
}

const equals: Readonly<Record<string, Json>> = {
  "1": "1000m",
  "1000m": 1,
  "500m": 0.5,
  "0.5": "500m",
  "1Gi": "1024Mi",
  "1024Mi": "1Gi",
  "2": "2000m",
  "2000m": 2,
  "4Gi": "4096Mi",
  "2026-01-01T00:00:00Z": "2026-01-01T00:00:00.000000Z",
};

/** What often changes no value: quantities written otherwise, what is live written out, what is empty put in. */
function gentleSpots(manifest: JsonObject, live: JsonObject): [string, Edit][] {
  const spots: [string, Edit][] = [];
  for (const { parent, key, path } of places(manifest)) {
    const value = (parent as JsonObject)[key] as Json;
    const equal = typeof value === "string" || typeof value === "number" ? equals[String(value)] : undefined;
    if (equal !== undefined)
      spots.push([`${path}: an equal for ${stringifyJson(value)}`, () => Reflect.set(parent, key, equal)]);
  }
  adoptions(manifest, live, "", spots);
  const { metadata } = manifest;
  if (isObject(metadata)) {
    spots.push(
      ["creationTimestamp: null", () => (metadata["creationTimestamp"] = null)],
      ["labels: {}", () => (metadata["labels"] ??= {})],
      ["annotations: null", () => (metadata["annotations"] ??= null)],
      ["its uid", () => (metadata["uid"] = getKey(live["metadata"], "uid") ?? null)],
    );
  }
  const version = getKey(live["metadata"], "resourceVersion");
  if (isObject(metadata) && version !== undefined)
    spots.push(["its version", () => (metadata["resourceVersion"] = version)]);
  spots.push(["status: {}", () => (manifest["status"] ??= {})]);
  return spots;
}

/** Fields that are live and not in the manifest, written into it. */
function adoptions(manifest: Json, live: Json, path: string, spots: [string, Edit][]): void {
  if (Array.isArray(manifest) && Array.isArray(live)) {
    for (const [at, item] of manifest.entries()) adoptions(item, live[at] ?? null, `${path}[${at}]`, spots);
    return;
  }
  if (!isObject(manifest) || !isObject(live)) return;
  for (const [key, value] of Object.entries(live)) {
    const at = `${path}.${key}`;
    if (at === ".metadata.managedFields" || at === ".metadata.resourceVersion") continue;
    if (Object.hasOwn(manifest, key)) adoptions(manifest[key] as Json, value, at, spots);
    else {
      spots.push([`${at}: as it is live`, () => (manifest[key] = cloneJson(value))]);
      if (isObject(value)) spots.push([`${at}: {}`, () => (manifest[key] = {})]);
      spots.push([`${at}: null`, () => (manifest[key] = null)]);
    }
  }
}
