/** The answers of a real API server to the steps of stories.ts (see scripts/record-merges.ts). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { getKey, getPath, isObject, parseJson, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest, namedFields, recordUpdate, ShapeError, type Writer } from "../../src/merge/index.js";
import { shapeOfDefinition, shapeOfStructural } from "../../src/schema/index.js";
import type { Shape } from "../../src/shape.js";
import { widgetSchema } from "./stories.js";

interface Recorded {
  story: string;
  by: string;
  does: "create" | "apply" | "force" | "patch" | "put";
  subresource?: string;
  before: JsonObject | null;
  manifest?: JsonObject;
  sends?: JsonObject;
  after?: JsonObject;
  refused?: JsonObject;
}

const file = new URL("fixtures/recorded.json", import.meta.url);
const recorded = parseJson(readFileSync(file, "utf8")) as unknown as Recorded[];

const shapes: Record<string, Shape> = {
  ConfigMap: shapeOfDefinition("io.k8s.api.core.v1.ConfigMap"),
  Deployment: shapeOfDefinition("io.k8s.api.apps.v1.Deployment"),
  Service: shapeOfDefinition("io.k8s.api.core.v1.Service"),
  Widget: shapeOfStructural(widgetSchema),
};

/** What every object of a kind has. */
const empties: Record<string, JsonObject> = {
  ConfigMap: { metadata: {} },
  Deployment: {
    metadata: {},
    spec: { selector: null, strategy: {}, template: { metadata: {}, spec: { containers: null } } },
    status: {},
  },
  Service: { metadata: {}, spec: {}, status: { loadBalancer: {} } },
};

function writerOf({ by, subresource, before, after, manifest }: Recorded): Writer {
  const { apiVersion, kind } = (manifest ?? before ?? after) as { apiVersion: string; kind: string };
  const reset = subresource === "status" ? namedFields(["spec"], ["metadata"]) : namedFields(["status"]);
  const times = entriesOf(after ?? null).map((entry) => textOf(entry, "time"));
  return {
    manager: by,
    apiVersion,
    subresource,
    // The newest time is that of the step, if it left one.
    time: times.sort().at(-1) ?? "2030-01-01T00:00:00Z",
    shapeOf: (version) => (version === apiVersion ? shapes[kind] : undefined),
    reset: () => reset,
    empty: empties[kind],
  };
}

function textOf(value: Json, key: string): string {
  const text = getKey(value, key);
  return typeof text === "string" ? text : "";
}

function entriesOf(object: JsonObject | null): Json[] {
  const entries = getPath(object, ["metadata", "managedFields"]);
  return Array.isArray(entries) ? entries : [];
}

/** What the merge has a say in: without what a server sets, and what only another subresource writes. */
function content(object: JsonObject, subresource: string | undefined): JsonObject {
  const { metadata, status, spec, ...rest } = object;
  const { labels, annotations, finalizers } = metadata as JsonObject;
  const own = subresource === "status" ? { status } : { ...rest, spec, labels, annotations, finalizers };
  return parseJson(JSON.stringify(own, (_key, value: unknown) => settled(value))) as JsonObject;
}

/** The server reads and defaults what was merged: then emptied maps, null, are not there, and ports have a protocol. */
function settled(value: unknown): unknown {
  if (value === null || (isObject(value) && Object.keys(value).length === 0)) return undefined;
  return isObject(value) && "port" in value ? { protocol: "TCP", ...value } : value;
}

const applies = recorded.filter(({ does }) => does === "apply" || does === "force");
const title = ({ story, by, does }: Recorded): string => `${story}: ${by}, ${does}`;

describe("applying gives what the real server gave", () => {
  const accepted = applies.filter(({ after }) => after !== undefined);
  test.each(accepted.map((step, at) => [`${String(at)}: ${title(step)}`, step] as const))(
    "%s",
    (_title, step) => {
      const writer = { ...writerOf(step), force: step.does === "force" };
      const applied = applyManifest(step.before ?? undefined, step.manifest as JsonObject, writer);
      if (applied.is === "conflict") throw new Error(applied.message);
      expect(entriesOf(applied.object)).toEqual(entriesOf(step.after as JsonObject));
      const { kind } = step.after as { kind: string };
      // The others are defaulted by their kinds.
      if (kind !== "ConfigMap" && kind !== "Widget") return;
      expect(content(applied.object, step.subresource)).toEqual(
        content(step.after as JsonObject, step.subresource),
      );
    },
  );
});

describe("what the real server refused is refused in its words", () => {
  const refusals = applies.filter(({ refused }) => refused !== undefined);
  test.each(refusals.map((step, at) => [`${String(at)}: ${title(step)}`, step] as const))(
    "%s",
    (_title, step) => {
      const { lines, causes } = refusalOf(step);
      // Go's maps have no order: neither have the problems of several fields.
      expect(lines).toEqual(
        textOf(step.refused ?? null, "message")
          .split("\n")
          .sort(),
      );
      expect(causes).toEqual(getPath(step.refused, ["details", "causes"]));
    },
  );
});

/** What is said of a step that does not fit, or that conflicts. */
function refusalOf(step: Recorded): { lines: string[]; causes?: Json } {
  const writer = { ...writerOf(step), force: false };
  try {
    const applied = applyManifest(step.before ?? undefined, step.manifest as JsonObject, writer);
    if (applied.is === "applied") throw new Error("it was applied");
    const causes = applied.conflicts.map(({ message, field }) => ({
      reason: "FieldManagerConflict",
      message,
      field,
    }));
    return { lines: applied.message.split("\n").sort(), causes };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return { lines: error.message.split("\n").sort() };
  }
}

describe("creating, updating and patching gives the owners that the real server gave", () => {
  const updates = recorded.filter(({ does }) => !["apply", "force"].includes(does));
  test.each(updates.map((step, at) => [`${String(at)}: ${title(step)}`, step] as const))(
    "%s",
    (_title, step) => {
      const after = step.after as JsonObject;
      const managedFields = getPath(step.sends, ["metadata", "managedFields"]) ?? entriesOf(step.before);
      const next = {
        ...beforeAllocation(after),
        metadata: { ...(after["metadata"] as JsonObject), managedFields },
      };
      const updated = recordUpdate(step.before ?? undefined, next, writerOf(step));
      expect(entriesOf(updated)).toEqual(entriesOf(after));
    },
  );
});

/** What a Service is given after its owners are recorded is nobody's. */
function beforeAllocation(object: JsonObject): JsonObject {
  if (object["kind"] !== "Service") return object;
  const given = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
  const spec = Object.entries(object["spec"] as JsonObject).filter(([key]) => !given.includes(key));
  return { ...object, spec: Object.fromEntries(spec) };
}
