import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../src/json.js";
import { isUnchanged, predict, type Applier, type Prediction } from "../../src/merge/index.js";
import { bundledType, semanticsOf } from "../../src/schema/index.js";
import { applierOf } from "./appliers.js";
import { specs } from "./arbitraries.js";
import { kindOf, sampler } from "./shapes.js";

const applier = applierOf(kindOf(sampler));

function builtIn(apiVersion: string, kind: string): Applier {
  const type = bundledType(apiVersion, kind);
  const semantics = type && semanticsOf(type);
  if (semantics === undefined) throw new Error(`${kind} is not bundled`);
  return { ...applier, semantics };
}

function appliedObject(prediction: Prediction): JsonObject {
  if (prediction.is !== "applied") throw new Error(JSON.stringify(prediction));
  return prediction.object;
}

const configMap = (data: Json, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "n", ...metadata },
  data,
});
const stored = (object: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  ...object,
  metadata: {
    ...(object["metadata"] as JsonObject),
    uid: "u",
    resourceVersion: "7",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...metadata,
  },
});

describe("a prediction", () => {
  const maps = builtIn("v1", "ConfigMap");
  const live = stored(appliedObject(predict(undefined, configMap({ a: "1", b: "2" }), maps)));

  test("of what is created has the manifest, its defaults and our entry, and nothing that a server draws", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", creationTimestamp: null },
      stringData: { a: "x" },
    };
    const { metadata, ...rest } = appliedObject(predict(undefined, secret, builtIn("v1", "Secret")));
    expect(rest).toEqual({ apiVersion: "v1", kind: "Secret", data: { a: "eA==" }, type: "Opaque" });
    expect(metadata).toEqual({
      name: "s",
      managedFields: [
        {
          manager: "kapply",
          operation: "Apply",
          apiVersion: "v1",
          time: applier.time,
          fieldsType: "FieldsV1",
          fieldsV1: { "f:stringData": { "f:a": {} } },
        },
      ],
    });
  });

  test("removes what is not applied any more, and keeps what only a server sets", () => {
    const object = appliedObject(predict(live, configMap({ a: "3" }), maps));
    expect(object["data"]).toEqual({ a: "3" });
    expect(object["metadata"]).toMatchObject({
      uid: "u",
      resourceVersion: "7",
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: [{ fieldsV1: { "f:data": { "f:a": {} } } }],
    });
  });

  test("of an apply that changes nothing is the live object itself", () => {
    const again = predict(live, configMap({ b: "2", a: "1" }), { ...maps, time: "2027-01-01T00:00:00Z" });
    expect(appliedObject(again)).toBe(live);
  });

  test("names what others own, and takes it by force", () => {
    const other: Applier = { ...maps, manager: "other" };
    const conflict = predict(live, configMap({ a: "9" }), other);
    expect(conflict).toMatchObject({ is: "conflict", conflicts: [{ manager: "kapply", field: ".data.a" }] });
    expect(appliedObject(predict(live, configMap({ a: "9" }), { ...other, force: true }))["data"]).toEqual({
      a: "9",
      b: "2",
    });
  });

  test.each<[string, JsonObject]>([
    ["of a field that nobody knows", { ...configMap({}), bogus: 1 }],
    ["of a value of a wrong type", configMap({ a: 1 })],
    ["of what brings managed fields", configMap({}, { managedFields: [] })],
    ["of a version that is not live any more", configMap({}, { resourceVersion: "6" })],
    ["of an object that was there before", configMap({}, { uid: "before" })],
    ["of another version of the kind", { ...configMap({}), apiVersion: "v9" }],
  ])("%s is none", (_title, manifest) => {
    expect(predict(live, manifest, maps)).toMatchObject({ is: "unknown" });
  });

  test("is none where fields are owned in a version that is not known: a server may drop them, or not", () => {
    const entries = getPath(live, ["metadata", "managedFields"]) as JsonObject[];
    const older = stored(live, {
      managedFields: [...entries, { ...entries[0], manager: "x", apiVersion: "v0" }],
    });
    expect(predict(older, configMap({ a: "1" }), maps)).toMatchObject({
      is: "unknown",
      why: expect.stringContaining("v0") as string,
    });
  });
});

describe("what belongs to a kind", () => {
  test("a status that is written apart stays, and a changed spec is a new generation", () => {
    const sets = builtIn("apps/v1", "DaemonSet");
    const manifest = (image: string): JsonObject => ({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "d" },
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image }] } },
      },
      status: { numberReady: 9 },
    });
    const annotations = { "deprecated.daemonset.template.generation": "4" };
    const made = appliedObject(predict(undefined, manifest("i:1"), sets));
    const live = { ...stored(made, { generation: 4, annotations }), status: { numberReady: 1 } };
    const next = appliedObject(predict(live, manifest("i:2"), sets));
    expect(next["status"]).toEqual({ numberReady: 1 });
    expect(next["metadata"]).toMatchObject({
      generation: 5,
      annotations: { "deprecated.daemonset.template.generation": "5" },
    });
    expect(appliedObject(predict(live, manifest("i:1"), sets))).toBe(live);
  });

  test("a Service keeps its address and its node ports", () => {
    const services = builtIn("v1", "Service");
    const manifest = (port: number): JsonObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { type: "NodePort", clusterIP: null, ports: [{ name: "web", port }] },
    });
    const made = appliedObject(predict(undefined, manifest(80), services));
    const spec = made["spec"] as JsonObject;
    const [port] = spec["ports"] as JsonObject[];
    const allocated = {
      ...spec,
      clusterIP: "10.0.0.9",
      clusterIPs: ["10.0.0.9"],
      ports: [{ ...port, nodePort: 30123 }],
    };
    const next = appliedObject(predict(stored({ ...made, spec: allocated }), manifest(81), services));
    expect(next["spec"]).toMatchObject({
      clusterIP: "10.0.0.9",
      clusterIPs: ["10.0.0.9"],
      ports: [{ port: 81, targetPort: 81, nodePort: 30123 }],
    });
  });

  test("a NetworkPolicy with an empty list is another generation each time, though it looks the same", () => {
    const policies = builtIn("networking.k8s.io/v1", "NetworkPolicy");
    const manifest = (rule: JsonObject): JsonObject => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "p" },
      spec: { podSelector: {}, ingress: [rule] },
    });
    const rules: [JsonObject, number][] = [
      [{ from: [] }, 2],
      [{}, 1],
    ];
    for (const [rule, generation] of rules) {
      const made = appliedObject(predict(undefined, manifest(rule), policies));
      const live = stored(made, { generation: 1 });
      expect(isUnchanged(manifest(rule), live, policies)).toBe(generation === 1);
      expect(
        getPath(appliedObject(predict(live, manifest(rule), policies)), ["metadata", "generation"]),
      ).toBe(generation);
    }
  });
});

describe("of any spec", () => {
  const thing = (spec: Json): JsonObject => ({
    apiVersion: "v1",
    kind: "Thing",
    metadata: { name: "t" },
    spec,
  });
  const kept = applierOf(kindOf(sampler), { shown: (object) => object });

  test("applied twice it is unchanged, and by whoever else applied the same", () => {
    fc.assert(
      fc.property(specs, specs, (spec, other) => {
        const first = predict(undefined, thing(other), { ...kept, manager: "other" });
        const second = predict(first.is === "applied" ? stored(first.object) : undefined, thing(spec), {
          ...kept,
          force: true,
          time: "2026-01-03T00:00:00Z",
        });
        fc.pre(second.is === "applied");
        const live = stored(second.object);
        expect(appliedObject(predict(live, thing(spec), kept))).toBe(live);
        expect(isUnchanged(thing(spec), live, kept)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("unchanged by the walk is unchanged by the prediction", () => {
    fc.assert(
      fc.property(specs, specs, (spec, edited) => {
        const made = predict(undefined, thing(spec), kept);
        fc.pre(made.is === "applied");
        const live = stored(made.object);
        const prediction = predict(live, thing(edited), kept);
        const isSame = prediction.is === "applied" && prediction.object === live;
        expect(isUnchanged(thing(edited), live, kept)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
  });
});
