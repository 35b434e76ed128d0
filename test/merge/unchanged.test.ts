import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/json.js";
import { isUnchanged, type Applier } from "../../src/merge/index.js";
import { isAsApplied } from "../../src/merge/as-applied.js";
import { bundledType, semanticsOf } from "../../src/schema/index.js";
import { applierOf } from "./appliers.js";
import {
  atomicList,
  keyedList,
  kindOf,
  mapOf,
  number,
  sampler,
  setOfItems,
  struct,
  text,
  whole,
} from "./shapes.js";

const leaf = {};
const thing = kindOf(
  struct({
    a: number,
    b: text,
    n: number,
    cpu: text,
    args: atomicList(text),
    set: setOfItems(text),
    box: struct({ x: text }),
    map: mapOf(text),
    whole: whole(mapOf(text)),
    ports: keyedList(struct({ port: number, protocol: text }), { port: undefined, protocol: "TCP" }),
    l: keyedList(struct({ name: text, image: text }), { name: undefined }),
  }),
);
const applier = applierOf(thing);

/** A live object whose `spec` is owned as given, by us unless told otherwise. */
function live(spec: Json, owned: JsonObject, entry: JsonObject = {}, ...others: JsonObject[]): JsonObject {
  const ours = {
    manager: "kapply",
    operation: "Apply",
    apiVersion: "v1",
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": owned },
    ...entry,
  };
  const managedFields = [ours, ...others.map((other) => ({ ...ours, ...other }))];
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "t", uid: "u", managedFields }, spec };
}
const body = (spec: Json, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "t", ...metadata },
  spec,
});
const verdict = (wanted: Json, held: Json, owned: JsonObject, entry?: JsonObject): boolean =>
  isUnchanged(body(wanted), live(held, owned, entry), applier);

const item = (name: string, image: string): JsonObject => ({ name, image });
const ownedItems = (...names: string[]): JsonObject =>
  Object.fromEntries(
    names.map((name) => [`k:{"name":"${name}"}`, { ".": {}, "f:name": leaf, "f:image": leaf }]),
  );
const tcp80 = 'k:{"port":80,"protocol":"TCP"}';

describe("unchanged, and seen in one walk", () => {
  test.each<[string, Json, Json, JsonObject]>([
    [
      "the same fields with the same values",
      { a: 1, b: "x" },
      { a: 1, b: "x", n: 5 },
      { "f:a": leaf, "f:b": leaf },
    ],
    [
      "a port whose protocol is a default",
      { ports: [{ port: 80 }] },
      { ports: [{ port: 80, protocol: "TCP" }] },
      { "f:ports": { [tcp80]: { ".": {}, "f:port": leaf } } },
    ],
    [
      "a set, and a list that is owned as a whole",
      { set: ["a", "b"], args: ["x"] },
      { set: ["a", "b"], args: ["x"] },
      { "f:set": { 'v:"a"': {}, 'v:"b"': {} }, "f:args": leaf },
    ],
    ["integers beyond 2^53", { n: 9007199254740993n }, { n: 9007199254740993n }, { "f:n": leaf }],
    [
      "a map that is ours for itself, with what others put in",
      { map: {} },
      { map: { x: "1" } },
      { "f:map": leaf },
    ],
    ["a list of which we own nothing", { a: 1, l: [] }, { a: 1, l: [item("x", "1")] }, { "f:a": leaf }],
    [
      "items of others between ours",
      { l: [item("a", "1"), item("b", "1")] },
      {
        l: [item("a", "1"), item("x", "1"), item("b", "1")],
      },
      { "f:l": ownedItems("a", "b") },
    ],
  ])("%s", (_title, wanted, held, owned) => {
    expect(isAsApplied(body(wanted), live(held, owned), applier)).toBe(true);
    expect(verdict(wanted, held, owned)).toBe(true);
  });
});

describe("not unchanged", () => {
  test.each<[string, Json, Json, JsonObject, JsonObject?]>([
    ["another value", { a: 2 }, { a: 1 }, { "f:a": leaf }],
    ["a value that someone removed", { a: 1 }, {}, { "f:a": leaf }],
    ["a field that we do not own yet", { a: 1, b: "1" }, { a: 1, b: "1" }, { "f:a": leaf }],
    ["a field that we own and no longer apply", { a: 1 }, { a: 1, b: "1" }, { "f:a": leaf, "f:b": leaf }],
    ["a null that a custom resource is written with", { a: null }, {}, { "f:a": leaf }],
    [
      "a text that stands for the same amount, where nothing says so",
      { cpu: "1000m" },
      { cpu: "1" },
      { "f:cpu": leaf },
    ],
    [
      "an integer that differs beyond 2^53",
      { n: 9007199254740993n },
      { n: 9007199254740992n },
      { "f:n": leaf },
    ],
    [
      "a list in another order",
      { l: [item("b", "1"), item("a", "1")] },
      { l: [item("a", "1"), item("b", "1")] },
      { "f:l": ownedItems("a", "b") },
    ],
    ["an item of ours that somebody removed", { l: [item("a", "1")] }, { l: [] }, { "f:l": ownedItems("a") }],
    [
      "a set in another order",
      { set: ["b", "a"] },
      { set: ["a", "b"] },
      { "f:set": { 'v:"a"': {}, 'v:"b"': {} } },
    ],
    [
      "an item that is there twice",
      { l: [item("a", "1")] },
      { l: [item("a", "1"), item("a", "2")] },
      {
        "f:l": ownedItems("a"),
      },
    ],
    [
      "an empty map that is ours, in the place of which a key is applied that somebody else owns",
      { map: { x: "1" } },
      { map: { x: "1" } },
      { "f:map": leaf },
    ],
    [
      "a key of ours, in the place of which an empty map is applied",
      { map: {} },
      { map: { x: "1" } },
      {
        "f:map": { "f:x": leaf },
      },
    ],
    ["an entry of another version", { a: 1 }, { a: 1 }, { "f:a": leaf }, { apiVersion: "v2" }],
    ["an entry made by an update", { a: 1 }, { a: 1 }, { "f:a": leaf }, { operation: "Update" }],
    ["somebody else's entry", { a: 1 }, { a: 1 }, { "f:a": leaf }, { manager: "other" }],
    ["an entry of a subresource", { a: 1 }, { a: 1 }, { "f:a": leaf }, { subresource: "scale" }],
  ])("%s", (_title, wanted, held, owned, entry) => {
    expect(verdict(wanted, held, owned, entry)).toBe(false);
  });
  test("a label that was added to the manifest", () => {
    expect(
      isUnchanged(body({ a: 1 }, { labels: { x: "y" } }), live({ a: 1 }, { "f:a": leaf }), applier),
    ).toBe(false);
  });
  test("an inherited name is no field", () => {
    const any = applierOf(kindOf({ is: "any", atomic: false }));
    const held = live({}, { "f:constructor": leaf });
    expect(isUnchanged(body({ constructor: 1 }), held, any)).toBe(false);
  });
  test("another version of the object, or another object, is asked for", () => {
    const held = live({ a: 1 }, { "f:a": leaf });
    for (const pinned of [{ resourceVersion: "1" }, { uid: "other" }, { namespace: "other" }])
      expect(isUnchanged(body({ a: 1 }, pinned), held, applier)).toBe(false);
    expect(isUnchanged(body({ a: 1 }, { uid: "u" }), held, applier)).toBe(true);
  });
});

describe("other entries of managed fields", () => {
  const others = (entry: JsonObject): boolean =>
    isUnchanged(
      body({ a: 1 }),
      live({ a: 1, b: "x" }, { "f:a": leaf }, {}, { manager: "other", ...entry }),
      applier,
    );
  test.each<[string, boolean, JsonObject]>([
    ["stay where they own something", true, { fieldsV1: { "f:spec": { "f:b": {} } } }],
    [
      "stay where we update too",
      true,
      { manager: "kapply", operation: "Update", fieldsV1: { "f:spec": { "f:b": {} } } },
    ],
    ["go where they own nothing", false, { fieldsV1: {} }],
    ["go, or do not, where their version is not known", false, { apiVersion: "v0" }],
    [
      "become others where what they own a part of is owned as a whole by now",
      false,
      { fieldsV1: { "f:spec": { "f:whole": { "f:x": {} } } } },
    ],
  ])("%s", (_title, unchanged, entry) => {
    expect(others(entry)).toBe(unchanged);
  });
  test("kubectl's annotation is brought up to the manifest", () => {
    const kubectl: Applier = { ...applier, manager: "kubectl" };
    const held = live({ a: 1 }, { "f:a": leaf }, { manager: "kubectl" });
    expect(isUnchanged(body({ a: 1 }), held, kubectl)).toBe(true);
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    (held["metadata"] as JsonObject)["annotations"] = annotations;
    expect(isUnchanged(body({ a: 1 }), held, kubectl)).toBe(false);
  });
});

describe("an object of a built-in kind", () => {
  const semantics = semanticsOf(bundledType("apps/v1", "Deployment") as never);
  if (semantics === undefined) throw new Error("Deployment is not bundled");
  const deploy: Applier = { ...applier, semantics };
  const container = (more: JsonObject): JsonObject => ({ name: "c", image: "i:1", ...more });
  const manifest = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", creationTimestamp: null },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [container(spec)] } },
    },
    status: {},
    ...more,
  });
  const sorted = (fields: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  const held = (fields: JsonObject, more: JsonObject, others: JsonObject[] = []): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "d",
      uid: "u",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: [
        {
          manager: "kapply",
          operation: "Apply",
          apiVersion: "apps/v1",
          time: "2026-01-01T00:00:00Z",
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:spec": {
              "f:selector": {},
              "f:template": {
                "f:metadata": { "f:labels": { "f:a": {} } },
                "f:spec": {
                  "f:containers": {
                    'k:{"name":"c"}': sorted({ ".": {}, "f:image": {}, "f:name": {}, ...fields }),
                  },
                },
              },
            },
          },
        },
        ...others,
      ],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: "b" } },
      template: {
        metadata: { labels: { a: "b" } },
        spec: {
          containers: [
            container({
              resources: {},
              terminationMessagePath: "/dev/termination-log",
              terminationMessagePolicy: "File",
              imagePullPolicy: "IfNotPresent",
              ...more,
            }),
          ],
          restartPolicy: "Always",
          terminationGracePeriodSeconds: 30,
          dnsPolicy: "ClusterFirst",
          securityContext: {},
          schedulerName: "default-scheduler",
        },
      },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: { replicas: 1 },
  });
  const cpu = (value: Json): JsonObject => ({ resources: { limits: { cpu: value } } });
  const ownedCpu = { "f:resources": { "f:limits": { "f:cpu": {} } } };

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ["a quantity that is written otherwise", cpu("1000m"), ownedCpu, cpu("1")],
    ["a quantity that is a number", cpu(1), ownedCpu, cpu("1")],
    ["a list that is empty", { args: [] }, { "f:args": {} }, {}],
    ["a null for a default", { imagePullPolicy: null }, { "f:imagePullPolicy": {} }, {}],
    ["an empty map", { resources: {} }, { "f:resources": {} }, {}],
    [
      "a text that is empty",
      { env: [{ name: "A", value: "" }] },
      { "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } } },
      { env: [{ name: "A" }] },
    ],
  ])("is unchanged with %s, a status and no creationTimestamp", (_title, spec, fields, shown) => {
    expect(isUnchanged(manifest(spec), held(fields, shown), deploy)).toBe(true);
  });
  test("is not with another quantity", () => {
    expect(isUnchanged(manifest(cpu("1001m")), held(ownedCpu, cpu("1")), deploy)).toBe(false);
  });
  test("is not where a write of its scale left our ports in another order: they would be sorted anew", () => {
    const port = (value: number): string => `k:{"containerPort":${String(value)},"protocol":"TCP"}`;
    const own = { ".": {}, "f:containerPort": {} };
    const ports = { ports: [{ containerPort: 80 }, { containerPort: 443 }] };
    const shown = { ports: ports.ports.map((one) => ({ ...one, protocol: "TCP" })) };
    const fields = (...values: number[]): JsonObject => ({
      "f:ports": Object.fromEntries(values.map((value) => [port(value), own])),
    });
    expect(isUnchanged(manifest(ports), held(fields(80, 443), shown), deploy)).toBe(true);
    expect(isUnchanged(manifest(ports), held(fields(443, 80), shown), deploy)).toBe(false);
  });
  test("is not where somebody else applied later: our entry would come to stand after theirs", () => {
    const entry = {
      manager: "other",
      operation: "Apply",
      apiVersion: "apps/v1",
      time: "2026-01-01T00:00:01Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    };
    expect(isUnchanged(manifest(cpu("1000m")), held(ownedCpu, cpu("1"), [entry]), deploy)).toBe(false);
    const plain = { ...manifest(cpu("1")), metadata: { name: "d" } };
    expect(isUnchanged(plain, held(ownedCpu, cpu("1"), [entry]), deploy)).toBe(true);
  });
});

test("what the shapes of the stories have is walked", () => {
  const held = live(
    { text: "a", inner: { deep: { x: "1" } } },
    { "f:text": leaf, "f:inner": { "f:deep": { "f:x": leaf } } },
  );
  const wanted = body({ text: "a", inner: { deep: { x: "1" } } });
  expect(isAsApplied(wanted, held, applierOf(kindOf(sampler)))).toBe(true);
});
