/** An applier of things, as far as merging goes. */
import { isObject, type Json, type JsonObject } from "../../src/json.js";
import type { Applier } from "../../src/merge/index.js";
import type { Semantics, Shape } from "../../src/shape.js";

/** Custom resources of that shape in `v1`; shown as they are, but for nulls, which are not. */
export function semanticsOf(shape: Shape, changes: Partial<Semantics> = {}): Semantics {
  return {
    shapeOf: (apiVersion) => (apiVersion === "v1" ? shape : undefined),
    statusApart: false,
    shown: withoutNulls,
    ...changes,
  };
}

export function applierOf(shape: Shape, changes: Partial<Semantics> = {}): Applier {
  return {
    manager: "kapply",
    force: false,
    semantics: semanticsOf(shape, changes),
    time: "2026-01-02T00:00:00Z",
  };
}

function withoutNulls(value: JsonObject): JsonObject {
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    kept.map(([key, item]): [string, Json] => [key, isObject(item) ? withoutNulls(item) : item]),
  );
}
