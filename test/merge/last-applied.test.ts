import { describe, expect, test } from "vitest";
import { getPath, parseJson, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest, recordUpdate, type Applied } from "../../src/merge/index.js";
import { ownersOf, thing, writerOf } from "./world.js";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What `kubectl apply` on the client leaves: an annotation of what was applied, fields that an update owns. */
function appliedByClient(
  spec: Json,
  live: Json = spec,
  applied: string = JSON.stringify(thing(spec)),
): JsonObject {
  const metadata = { name: "it", annotations: { [annotation]: applied } };
  const created = recordUpdate(undefined, thing(live, { metadata }), writerOf("kubectl-client-side-apply"));
  return { ...created, metadata: { ...(created["metadata"] as JsonObject), uid: "u" } };
}

const apply = (live: JsonObject, spec: Json, manager = "kubectl", force = false): Applied =>
  applyManifest(live, thing(spec), { ...writerOf(manager), force });
const annotationIn = (applied: Applied): Json | undefined =>
  applied.is === "applied"
    ? getPath(applied.object, ["metadata", "annotations", annotation])
    : applied.message;

describe("kubectl's first server-side apply", () => {
  test("takes over what it applied from the client and is live as it was applied", () => {
    const applied = apply(appliedByClient({ text: "x", number: 1 }), { text: "y" });
    if (applied.is === "conflict") throw new Error(applied.message);
    expect(applied.object["spec"]).toEqual({ text: "y", number: 1 });
    expect(ownersOf(applied.object)["kubectl"]).toEqual([".spec.text"]);
  });
  test("conflicts where the live value is another, and tells of that alone", () => {
    const live = appliedByClient({ text: "x", number: 1 }, { text: "changed", number: 1 });
    expect(apply(live, { text: "y", number: 2 })).toMatchObject({
      is: "conflict",
      message:
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using test/v1: .spec.text',
    });
  });
  test.each<[string, string]>([
    ["is of another version", JSON.stringify({ ...thing({ text: "x" }), apiVersion: "test/v0" })],
    ["can't be read", "{"],
    ["has no kind", '{"apiVersion":"test/v1"}'],
    ["does not fit", JSON.stringify(thing({ text: "x", nope: 1 }))],
    ["is empty", ""],
  ])("conflicts where the annotation %s", (_why, text) => {
    expect(apply(appliedByClient({ text: "x" }, { text: "x" }, text), { text: "y" }).is).toBe("conflict");
  });
  test("is only kubectl's to take over", () => {
    expect(apply(appliedByClient({ text: "x" }), { text: "y" }, "kapply").is).toBe("conflict");
  });
});

describe("the annotation", () => {
  test("follows what kubectl applies, sorted and on a line, without itself", () => {
    const live = appliedByClient({ text: "x" });
    const manifest = thing({ text: "x", map: { b: "<&>", a: "1" } });
    const metadata = { name: "it", annotations: { other: "y", [annotation]: "old" } };
    const applied = applyManifest(live, { ...manifest, metadata }, { ...writerOf("kubectl"), force: true });
    const text = annotationIn(applied);
    expect(text).toBe(
      '{"apiVersion":"test/v1","kind":"Thing","metadata":{"annotations":{"other":"y"},"name":"it"},"spec":{"map":{"a":"1","b":"\\u003c\\u0026\\u003e"},"text":"x"}}\n',
    );
    expect(parseJson(text as string)).toMatchObject({ spec: { map: { b: "<&>" } } });
  });
  test("is not another manager's to change", () => {
    const live = appliedByClient({ text: "x" });
    const before = getPath(live, ["metadata", "annotations", annotation]);
    expect(annotationIn(apply(live, { text: "y" }, "kapply", true))).toBe(before);
  });
  test("is not made where there is none", () => {
    expect(
      annotationIn(apply(thing({ text: "x" }, { metadata: { name: "it", uid: "u" } }), { text: "x" })),
    ).toBeUndefined();
  });
  test("goes where all annotations together would be too large", () => {
    const applied = apply(appliedByClient({ text: "x" }), { map: { a: "x".repeat(262_144) } });
    expect(annotationIn(applied)).toBeUndefined();
  });
});
