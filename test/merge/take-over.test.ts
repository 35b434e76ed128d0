/** Ownership that moves to us, and what an apply does then. */
import { describe, expect, test } from "vitest";
import { cloneJson, getPath, type Json, type JsonObject } from "../../src/json.js";
import {
  applyManifest,
  isClientSide,
  managedFieldsPatch,
  takeOver,
  type Owner,
} from "../../src/merge/index.js";
import { withoutOwners } from "../../src/merge/managers.js";
import type { KubeObject } from "../../src/model.js";
import { newWorld, ownersOf, thing, writerOf } from "./world.js";

const record = "kubectl.kubernetes.io/last-applied-configuration";
const recordField = `.metadata.annotations.${record}`;

const byName =
  (...names: string[]) =>
  ({ manager }: Owner): boolean =>
    names.includes(manager);

interface Entry {
  manager: string;
  fields: JsonObject;
  operation?: "Apply" | "Update";
  apiVersion?: string;
  subresource?: string;
  time?: string;
}

/** An object of these entries, the fields of their specs. */
function owned(...entries: Entry[]): KubeObject {
  const managedFields = entries.map(({ fields, operation = "Update", apiVersion = "test/v1", ...rest }) => ({
    operation,
    apiVersion,
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: fields,
    ...rest,
  }));
  const metadata = {
    name: "it",
    uid: "u",
    resourceVersion: "7",
    annotations: { [record]: "{}" },
    managedFields,
  };
  return thing({ text: "a", number: 1, truth: true }, { metadata });
}

const spec = (...names: string[]): JsonObject => ({
  "f:spec": Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});
const recorded: JsonObject = { "f:metadata": { "f:annotations": { ".": {}, [`f:${record}`]: {} } } };

const entriesOf = (object: KubeObject | undefined) =>
  getPath(object, ["metadata", "managedFields"]) as JsonObject[];

describe("taking over", () => {
  test("moves the fields of managers that update and that apply, and changes no value", () => {
    const live = owned(
      { manager: "helm", fields: spec("text") },
      { manager: "argo", operation: "Apply", fields: spec("number") },
      { manager: "eve", fields: spec("truth") },
    );
    const moved = takeOver(live, "kapply", byName("helm", "argo"));
    expect(ownersOf(moved?.object)).toEqual({
      kapply: [".spec.number", ".spec.text"],
      "eve updates": [".spec.truth"],
    });
    expect(withoutOwners(moved?.object ?? {})).toEqual(withoutOwners(live));
    expect(moved?.from.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      "argo Apply",
      "helm Update",
    ]);
  });
  test("adds to what we own, which keeps its version and time", () => {
    const live = owned(
      {
        manager: "kapply",
        operation: "Apply",
        apiVersion: "test/v2",
        fields: spec("text"),
        time: "2025-01-01T00:00:00Z",
      },
      { manager: "helm", fields: spec("text", "number") },
    );
    const [entry, ...others] = entriesOf(takeOver(live, "kapply", byName("helm"))?.object);
    expect(entry).toMatchObject({
      apiVersion: "test/v2",
      time: "2025-01-01T00:00:00Z",
      fieldsV1: spec("number", "text"),
    });
    expect(others).toEqual([]);
  });
  test.each<[string, string, Entry[]]>([
    [
      "the live object",
      "test/v1",
      [
        { manager: "helm", apiVersion: "test/v1", fields: spec("text"), time: "2020-01-01T00:00:00Z" },
        { manager: "helm", apiVersion: "test/v2", fields: spec("number") },
      ],
    ],
    [
      "the newest, where none has that of the live object",
      "test/v3",
      [
        { manager: "helm", apiVersion: "test/v2", fields: spec("text"), time: "2020-01-01T00:00:00Z" },
        { manager: "helm", apiVersion: "test/v3", fields: spec("number") },
      ],
    ],
  ])("makes an entry of the version of %s, with what moves from other versions", (_, version, entries) => {
    const [entry, ...others] = entriesOf(takeOver(owned(...entries), "kapply", byName("helm"))?.object);
    expect(entry).toMatchObject({
      apiVersion: version,
      time: "2026-01-01T00:00:00Z",
      fieldsV1: spec("number", "text"),
    });
    expect(others).toEqual([]);
  });
  test("leaves subresources to whoever writes them", () => {
    const live = owned({ manager: "helm", subresource: "scale", fields: spec("number") });
    expect(takeOver(live, "kapply", () => true)).toBeUndefined();
  });
  test("is nothing where nobody is named, where nobody is recorded, and for ourselves", () => {
    const ours = owned({ manager: "kapply", operation: "Apply", fields: spec("text") });
    expect(takeOver(ours, "kapply", () => true)).toBeUndefined();
    expect(
      takeOver(owned({ manager: "eve", fields: spec("text") }), "kapply", byName("helm")),
    ).toBeUndefined();
    expect(takeOver(thing({}), "kapply", () => true)).toBeUndefined();
  });
  test("takes what our own name updated", () => {
    const live = owned({ manager: "kapply", fields: spec("text") });
    expect(ownersOf(takeOver(live, "kapply", byName("kapply"))?.object)).toEqual({ kapply: [".spec.text"] });
  });
  test("leaves the record of kubectl with its owner, and is nothing the next time", () => {
    const live = owned({ manager: "kubectl-client-side-apply", fields: { ...recorded, ...spec("text") } });
    const once = takeOver(live, "kapply", isClientSide)?.object as KubeObject;
    expect(ownersOf(once)).toEqual({
      kapply: [".spec.text"],
      "kubectl-client-side-apply updates": [".metadata.annotations", recordField],
    });
    expect(takeOver(once, "kapply", isClientSide)).toBeUndefined();
  });
  test("never changes what it is given", () => {
    const live = owned({ manager: "helm", fields: { ...recorded, ...spec("text") } });
    const copy = cloneJson(live);
    takeOver(live, "kapply", () => true);
    expect(live).toEqual(copy);
  });
  test("lets an apply remove what the manifest has no more, and nothing else", () => {
    const world = newWorld();
    world.update("helm", { text: "a", map: { k: "x", l: "y" }, named: [{ name: "p" }, { name: "q" }] });
    world.update("eve", { ...(world.spec() as JsonObject), number: 5 });
    const manifest = thing({ map: { k: "z" }, named: [{ name: "p" }] });
    const apply = (live: KubeObject | undefined): Json | undefined => {
      const applied = applyManifest(live, manifest, { ...writerOf("kapply"), force: false });
      return applied.is === "applied" ? applied.object["spec"] : applied.message;
    };
    expect(apply(world.live())).toContain('conflict with "helm" using test/v1');
    const moved = takeOver(world.live() as KubeObject, "kapply", byName("helm"));
    expect(apply(moved?.object)).toEqual({ map: { k: "z" }, named: [{ name: "p" }], number: 5 });
  });
});

describe("kubectl apply on the client is", () => {
  const client = (entry: Entry): boolean => {
    let answer: boolean | undefined;
    takeOver(owned(entry), "kapply", (owner) => (answer = isClientSide(owner)));
    return answer ?? false;
  };
  const fields = { ...recorded, ...spec("text") };
  test("who has its name, annotated or not", () => {
    expect(client({ manager: "kubectl-client-side-apply", fields: spec("text") })).toBe(true);
  });
  test("whoever wrote the annotation", () => {
    for (const manager of ["kubectl", "ci", "kubectl-create", "kubectl-replace"])
      expect(client({ manager, fields })).toBe(true);
  });
  test("nobody who updates something else, applies, edits by hand, or stands for several", () => {
    expect(client({ manager: "kubectl", fields: spec("text") })).toBe(false);
    expect(client({ manager: "kubectl-edit", fields })).toBe(false);
    expect(client({ manager: "kubectl-last-applied", operation: "Apply", fields })).toBe(false);
    expect(client({ manager: "before-first-apply", fields })).toBe(false);
    expect(client({ manager: "ancient-changes", fields })).toBe(false);
  });
});

describe("the patch of managed fields", () => {
  test("puts them all in place, where the object is still the one that was read", () => {
    const live = owned({ manager: "helm", fields: spec("text") });
    const moved = takeOver(live, "kapply", byName("helm"))?.object as KubeObject;
    expect(managedFieldsPatch(live, moved)).toEqual([
      { op: "replace", path: "/metadata/managedFields", value: entriesOf(moved) },
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    ]);
  });
  test("is none for an object that was never stored", () => {
    expect(() => managedFieldsPatch(thing({}), thing({}))).toThrow(TypeError);
  });
});
