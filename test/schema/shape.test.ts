import { describe, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../src/json.js";
import type { Shape } from "../../src/shape.js";
import { shapeOfDefinition, shapeOfStructural } from "../../src/schema/index.js";

const pod = shapeOfDefinition("io.k8s.api.core.v1.Pod");

/** The shape at a path: names of fields, `*` for any other key, `[]` for items. */
function at(shape: Shape | undefined, path: string): Shape | undefined {
  return path
    .split(".")
    .filter((step) => step !== "")
    .reduce<Shape | undefined>((one, step) => {
      if (one?.is === "list" && step === "[]") return one.item();
      if (one?.is !== "map") return undefined;
      return step === "*" ? one.rest() : one.field(step);
    }, shape);
}

/** What a shape says in one line. */
function said(shape: Shape | undefined): string {
  if (shape === undefined) return "none";
  if (shape.is === "scalar") return shape.type;
  if (shape.is !== "list") return `${shape.atomic ? "atomic " : ""}${shape.is}`;
  const keys = shape.keys.map((key) =>
    key.default === undefined ? key.name : `${key.name}=${key.default as string}`,
  );
  return [`${shape.type} list`, ...keys].join(" ");
}

describe("shapes of built-in types", () => {
  test.each([
    ["", "map"],
    ["kind", "string"],
    ["foo", "none"],
    ["*", "none"],
    ["metadata.labels", "map"],
    ["metadata.labels.*", "string"],
    ["metadata.creationTimestamp", "untyped"],
    ["metadata.finalizers", "set list"],
    ["metadata.ownerReferences", "map list uid="],
    ["metadata.ownerReferences.[]", "atomic map"],
    ["metadata.managedFields", "atomic list"],
    ["metadata.managedFields.[].fieldsV1", "map"],
    ["metadata.managedFields.[].fieldsV1.*", "any"],
    ["spec.containers", "map list name="],
    ["spec.containers.[].args", "atomic list"],
    ["spec.containers.[].ports", "map list containerPort=0 protocol=TCP"],
    ["spec.containers.[].ports.[].containerPort", "numeric"],
    ["spec.containers.[].resources.limits.*", "untyped"],
    ["spec.containers.[].stdin", "boolean"],
    ["spec.containers.[].livenessProbe.httpGet.port", "any"],
    ["spec.nodeSelector", "atomic map"],
    ["spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", "atomic map"],
    ["spec.topologySpreadConstraints", "map list topologyKey= whenUnsatisfiable="],
    ["spec.volumes.[].configMap.items", "atomic list"],
  ])("Pod %s: %s", (path, words) => {
    expect(said(at(pod, path))).toBe(words);
  });

  test.each([
    ["io.k8s.api.apps.v1.Deployment", "spec.selector", "atomic map"],
    ["io.k8s.api.apps.v1.ControllerRevision", "data", "atomic any"],
    ["io.k8s.api.core.v1.Secret", "data.*", "string"],
    ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "default", "any"],
    [
      "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
      "properties.*.not.not.type",
      "string",
    ],
  ])("%s %s: %s", (definition, path, words) => {
    expect(said(at(shapeOfDefinition(definition), path))).toBe(words);
  });

  test("are made once", () => {
    expect(shapeOfDefinition("io.k8s.api.core.v1.Pod")).toBe(pod);
    expect(at(pod, "spec.containers")).toBe(at(pod, "spec.containers"));
    expect(at(pod, "spec.containers.[]")).toBe(at(pod, "spec.containers.[]"));
    expect(at(pod, "metadata.labels.*")).toBe(at(pod, "metadata.labels.*"));
  });
});

describe("shapes of custom resources", () => {
  const string = { type: "string" };
  const properties: JsonObject = {
    replicas: { type: "integer" },
    ratio: { type: "number" },
    when: { type: "string", format: "date-time" },
    port: { "x-kubernetes-int-or-string": true },
    any: { "x-kubernetes-preserve-unknown-fields": true },
    open: {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { in: { type: "object", properties: { a: string } } },
    },
    closed: { type: "object", properties: { a: string } },
    bare: { type: "object" },
    free: { type: "object", additionalProperties: true },
    whole: { type: "object", "x-kubernetes-map-type": "atomic", additionalProperties: string },
    plain: { type: "array", items: string },
    set: { type: "array", "x-kubernetes-list-type": "set", items: string },
    keyed: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name", "proto"],
      items: { type: "object", properties: { name: string, proto: { type: "string", default: "TCP" } } },
    },
    resource: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
  };
  const shape = shapeOfStructural({ type: "object", properties: { spec: { type: "object", properties } } });

  test.each([
    ["", "map"],
    ["apiVersion", "string"],
    ["metadata.labels.*", "string"],
    ["metadata.ownerReferences", "map list uid="],
    ["*", "none"],
    ["spec.replicas", "numeric"],
    ["spec.ratio", "numeric"],
    ["spec.when", "untyped"],
    ["spec.port", "any"],
    ["spec.any", "any"],
    ["spec.open.*", "any"],
    ["spec.open.in.*", "any"],
    ["spec.closed.*", "none"],
    ["spec.bare.*", "any"],
    ["spec.free.*", "any"],
    ["spec.whole", "atomic map"],
    ["spec.plain", "atomic list"],
    ["spec.set", "set list"],
    ["spec.keyed", "map list name proto=TCP"],
    ["spec.resource.metadata.finalizers", "set list"],
    ["spec.resource.kind", "string"],
    ["spec.resource.*", "any"],
  ])("%s: %s", (path, words) => {
    expect(said(at(shape, path))).toBe(words);
  });

  test("without a schema for a field, there is none", () => {
    expect(getPath({ is: said(at(shape, "status")) }, ["is"])).toBe("none");
  });
});
