import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getKey, type Json, type JsonObject } from "../../../src/json.js";
import type { KubeObject } from "../../../src/model.js";
import { humanDuration, since } from "../../../src/sandbox/discovery/columns/duration.js";
import { asPartial, asTable } from "../../../src/sandbox/discovery/index.js";
import type { Kind } from "../../../src/sandbox/model.js";
import { crd, fixture, server } from "./make.js";

interface Recorded {
  apiVersion: string;
  kind: string;
  now: number;
  objects: KubeObject[];
  columns: [name: string, type: string, format: string, priority: number][];
  rows: [cells: Json[], conditions: Json[]][];
}

const recorded = fixture("tables") as unknown as Recorded[];
const now = Date.parse("2026-11-22T08:30:00Z");

function kindOf(apiVersion: string, kind: string): Kind {
  const found = server().kinds.byKind(apiVersion, kind);
  if (found === undefined) throw new Error(`${kind} is not served`);
  return found;
}

interface Row {
  cells: Json[];
  object: Json;
  conditions?: Json[];
}

function rows(kind: Kind, objects: KubeObject[], include: "None" | "Metadata" | "Object" = "None"): Row[] {
  const table = asTable(kind, objects, {}, { includeObject: include, version: "v1", now });
  return table["rows"] as unknown as Row[];
}

function cells(apiVersion: string, kind: string, object: KubeObject): Json[] {
  return rows(kindOf(apiVersion, kind), [object])[0]?.cells ?? [];
}

describe("a table of a built-in kind", () => {
  test.each(recorded)("has the columns and cells of the real server: $apiVersion $kind", (real) => {
    const kind = kindOf(real.apiVersion, real.kind);
    const options = { includeObject: "None", version: "v1", now: real.now } as const;
    const table = asTable(kind, real.objects, {}, options);
    const columns = (table["columnDefinitions"] as JsonObject[]).map(({ name, type, format, priority }) => [
      name,
      type,
      format,
      priority,
    ]);
    expect(columns).toEqual(real.columns);
    const own = (table["rows"] as unknown as Row[]).map((row) => [row.cells, row.conditions ?? []]);
    // An IPAddress has a cell more than it has columns there.
    const theirs = real.rows.map(([cells, conditions]) => [cells.slice(0, columns.length), conditions]);
    expect(own).toEqual(theirs);
  });

  test("is one for every kind that is stored, of objects that say nothing too", () => {
    const stored = server()
      .kinds.all()
      .filter(({ stored }) => stored);
    expect(stored.length).toBeGreaterThan(50);
    for (const kind of stored) {
      const [row] = rows(kind, [{ metadata: { name: "a" } }]);
      expect(
        row?.cells.every((cell) => cell === null || typeof cell !== "object"),
        kind.type.kind,
      ).toBe(true);
    }
  });

  test("marks the default class", () => {
    const marked = (annotation: string): JsonObject => ({
      metadata: { name: "fast", annotations: { [annotation]: "true" } },
    });
    const standard = "storageclass.kubernetes.io/is-default-class";
    expect(cells("storage.k8s.io/v1", "StorageClass", marked(standard))[0]).toBe("fast (default)");
    const ingress = "ingressclass.kubernetes.io/is-default-class";
    expect(cells("networking.k8s.io/v1", "IngressClass", marked(ingress))[0]).toBe("fast (default)");
    expect(cells("networking.k8s.io/v1", "IngressClass", marked(standard))[0]).toBe("fast");
  });

  test("says when it was created where the kind has no columns", () => {
    const creationTimestamp = "2026-11-22T08:00:00Z";
    const object = { metadata: { name: "things.example.com", creationTimestamp } };
    expect(cells("apiextensions.k8s.io/v1", "CustomResourceDefinition", object)).toEqual([
      "things.example.com",
      creationTimestamp,
    ]);
  });
});

describe("a table of a custom kind", () => {
  const column = (type: string): JsonObject => ({ name: type, type, jsonPath: ".spec.value" });
  const types = ["string", "integer", "number", "boolean", "date"];
  const kinds = server([
    crd("new.example.com", "things", "Thing", { additionalPrinterColumns: types.map(column) }),
    crd("new.example.com", "plains", "Plain"),
  ]).kinds;
  const thing = kinds.byKind("new.example.com/v1", "Thing") as Kind;
  const plain = kinds.byKind("new.example.com/v1", "Plain") as Kind;

  test.each<[Json, Json[]]>([
    ["red", ["red", null, null, null, "<invalid>"]],
    [3, ["3", 3, 3, null, null]],
    [1.5, ["1.5", 1, 1.5, null, null]],
    [true, ["true", null, null, true, null]],
    ["2026-11-22T08:00:00Z", ["2026-11-22T08:00:00Z", null, null, null, "30m"]],
    ["", ["", null, null, null, "<unknown>"]],
    [{ a: [1] }, ['{"a":[1]}', null, null, null, null]],
    [[], ["[]", null, null, null, null]],
  ])("shows %j as each type of column does", (value, shown) => {
    const [row] = rows(thing, [{ metadata: { name: "a" }, spec: { value } }]);
    expect(row?.cells).toEqual(["a", ...shown]);
  });

  test("has nothing where the path leads nowhere", () => {
    expect(rows(thing, [{ metadata: { name: "a" } }])[0]?.cells).toEqual(["a", null, null, null, null, null]);
  });

  test("has the age where no columns are given", () => {
    const object = { metadata: { name: "a", creationTimestamp: "2026-11-22T08:29:50Z" } };
    expect(rows(plain, [object])[0]?.cells).toEqual(["a", "10s"]);
    const table = asTable(plain, [], {}, { includeObject: "None", version: "v1", now });
    expect(table).toEqual({
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata: {},
      columnDefinitions: [
        { name: "Name", type: "string", format: "name", description: "", priority: 0 },
        { name: "Age", type: "date", format: "", description: "", priority: 0 },
      ],
      rows: [],
    });
  });

  test("tells a column's path where it has no description", () => {
    const table = asTable(thing, [], {}, { includeObject: "None", version: "v1", now });
    expect(getKey((table["columnDefinitions"] as Json[])[1], "description")).toBe(
      "Custom resource definition column (in JSONPath format): .spec.value",
    );
  });
});

describe("a row", () => {
  const pod = { kind: "Pod", apiVersion: "v1", metadata: { name: "a", resourceVersion: "7" }, spec: {} };
  const kind = kindOf("v1", "Pod");

  test("has as much of its object as is asked for", () => {
    expect(rows(kind, [pod], "None")[0]?.object).toBeNull();
    expect(rows(kind, [pod], "Object")[0]?.object).toEqual(pod);
    const metadata = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: pod.metadata };
    expect(rows(kind, [pod], "Metadata")[0]?.object).toEqual(metadata);
    expect(asPartial(pod)).toEqual(metadata);
    expect(asPartial(pod, "v1beta1")["apiVersion"]).toBe("meta.k8s.io/v1beta1");
  });

  test("of the bookmark that ends the first events has its metadata always", () => {
    const annotations = { "k8s.io/initial-events-end": "true" };
    const bookmark = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "9", annotations } };
    expect(rows(kind, [bookmark], "None")[0]?.object).toMatchObject({ metadata: { annotations } });
  });

  test("that stands alone gives the table its version, and a list has its own", () => {
    const options = { includeObject: "None", version: "v1beta1", now } as const;
    expect(asTable(kind, [pod], {}, options)).toMatchObject({
      apiVersion: "meta.k8s.io/v1beta1",
      metadata: { resourceVersion: "7" },
    });
    const list = { resourceVersion: "9", continue: "x" };
    expect(asTable(kind, [pod], list, options)["metadata"]).toEqual(list);
  });
});

describe("a duration", () => {
  const second = 1000;
  const hour = 3600 * second;
  const day = 24 * hour;
  test.each([
    [-2 * second, "<invalid>"],
    [-1999, "0s"],
    [-1, "0s"],
    [0, "0s"],
    [119 * second, "119s"],
    [120 * second, "2m"],
    [125 * second, "2m5s"],
    [600 * second, "10m"],
    [179 * 60 * second, "179m"],
    [3 * hour, "3h"],
    [3 * hour + 60 * second, "3h1m"],
    [8 * hour + 60 * second, "8h"],
    [47 * hour, "47h"],
    [48 * hour, "2d"],
    [49 * hour, "2d1h"],
    [8 * day + hour, "8d"],
    [729 * day, "729d"],
    [730 * day, "2y"],
    [731 * day, "2y1d"],
    [8 * 365 * day, "8y"],
    [9 * 365 * day + day, "9y"],
  ])("of %i ms is %s", (milliseconds, shown) => {
    expect(humanDuration(milliseconds)).toBe(shown);
  });

  test("never shows more than its length", () => {
    const length = (text: string): number => {
      const units = { s: second, m: 60 * second, h: hour, d: day, y: 365 * day };
      return [...text.matchAll(/(\d+)([smhdy])/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
        0,
      );
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 365 * day }), (milliseconds) => {
        const shown = length(humanDuration(milliseconds));
        expect(shown).toBeLessThanOrEqual(milliseconds);
        // Two figures at the least: what is left out is less than an eighth, or a second.
        expect(milliseconds - shown).toBeLessThan(Math.max(second, milliseconds / 8));
      }),
    );
  });

  test("since no time is unknown", () => {
    expect(since(undefined, now)).toBe("<unknown>");
    expect(since("not a time", now)).toBe("<unknown>");
    expect(since("2026-11-22T08:29:59.500000Z", now)).toBe("0s");
  });
});
