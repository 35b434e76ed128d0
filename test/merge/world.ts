/** One object and those who write it, one operation after another. */
import type { Json, JsonObject } from "../../src/json.js";
import { applyManifest, recordUpdate, type Applied, type Writer } from "../../src/merge/index.js";
import { pathsOf } from "../../src/merge/field-set.js";
import { readOwners } from "../../src/merge/managers.js";
import { pathText } from "../../src/merge/path.js";
import type { KubeObject } from "../../src/model.js";
import type { Shape } from "../../src/shape.js";
import { kindOf, sampler } from "./shapes.js";

export const firstTime = "2026-01-01T00:00:00Z";

export const thing = (spec: Json | undefined, more: JsonObject = {}): KubeObject => ({
  apiVersion: "test/v1",
  kind: "Thing",
  metadata: { name: "it" },
  ...(spec === undefined ? {} : { spec }),
  ...more,
});

/** A write of things by a manager; `changes` as the test needs. */
export function writerOf(manager: string, changes: Partial<Writer> = {}, spec: Shape = sampler): Writer {
  const shape = kindOf(spec);
  return {
    manager,
    apiVersion: "test/v1",
    time: firstTime,
    shapeOf: (version) => (version.startsWith("test/") ? shape : undefined),
    ...changes,
  };
}

/** Who owns what, as paths: `{ "ann": [".spec.text"], "eve updates": [".spec.number"] }`. */
export function ownersOf(object: KubeObject | undefined): Record<string, string[]> {
  const owners = [...readOwners(object).values()].map(({ manager, operation, subresource, fields }) => {
    const who = [
      manager,
      ...(operation === "Update" ? ["updates"] : []),
      ...(subresource === "" ? [] : [subresource]),
    ];
    return [who.join(" "), pathsOf(fields).map(pathText)];
  });
  return Object.fromEntries(owners) as Record<string, string[]>;
}

/** The live object through a series of writes. Stored objects have a UID. */
export interface World {
  live: () => KubeObject | undefined;
  /** The spec of the live object. */
  spec: () => Json | undefined;
  owners: () => Record<string, string[]>;
  /** Applies a spec. A conflict leaves the object as it is, and gives its message. */
  apply: (manager: string, spec: Json | undefined, changes?: Partial<Writer>) => string | undefined;
  /** Applies, taking over what others own. */
  force: (manager: string, spec: Json | undefined, changes?: Partial<Writer>) => void;
  /** Puts a spec in the place of the live one. */
  update: (manager: string, spec: Json | undefined, changes?: Partial<Writer>) => void;
  /** Goes on with another schema. */
  schema: (spec: Shape) => void;
}

export function newWorld(spec: Shape = sampler, live?: KubeObject): World {
  let shape = spec;
  let held = live;
  let tick = 0;
  const writer = (manager: string, changes: Partial<Writer> = {}): Writer =>
    writerOf(manager, { time: `2026-01-01T00:00:${String(tick++).padStart(2, "0")}Z`, ...changes }, shape);
  const store = (object: KubeObject): void => {
    held = { ...object, metadata: { ...(object["metadata"] as JsonObject), uid: "u" } };
  };
  const apply = (
    manager: string,
    body: Json | undefined,
    force: boolean,
    changes?: Partial<Writer>,
  ): Applied => {
    const by = writer(manager, changes);
    const applied = applyManifest(held, thing(body, { apiVersion: by.apiVersion }), { ...by, force });
    if (applied.is === "applied") store(applied.object);
    return applied;
  };
  return {
    live: () => held,
    spec: () => held?.["spec"],
    owners: () => ownersOf(held),
    apply: (manager, body, changes) => {
      const applied = apply(manager, body, false, changes);
      return applied.is === "conflict" ? applied.message : undefined;
    },
    force: (manager, body, changes) => {
      apply(manager, body, true, changes);
    },
    update: (manager, body, changes) => {
      const by = writer(manager, changes);
      const metadata = (held ?? thing(undefined))["metadata"] as JsonObject;
      store(recordUpdate(held, thing(body, { apiVersion: by.apiVersion, metadata }), by));
    },
    schema: (next) => {
      shape = next;
    },
  };
}
