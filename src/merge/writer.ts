/** A write, as far as merging and ownership go. */
import type { JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Shape } from "../shape.js";
import { checkShape } from "./check-shape.js";
import type { FieldSet } from "./field-set.js";
import { withoutOwners, type Manager } from "./managers.js";

export interface Writer {
  /** The field manager: `fieldManager` of the request, or for all but an apply the start of its user agent. */
  manager: string;
  /** Of the request. */
  apiVersion: string;
  /** `status`, `scale`; undefined for the resource itself. */
  subresource?: string | undefined;
  /** When: RFC 3339, in whole seconds. */
  time: string;
  /**
   * The shape of a version of the kind; undefined for a version that is not served any more: what was owned by it is
   * nobody's. All versions have equal values but for `apiVersion`.
   */
  shapeOf: (apiVersion: string) => Shape | undefined;
  /** Fields that a write of this (sub)resource leaves as they are, as `status`: they are not owned by it. */
  reset?: ((apiVersion: string) => FieldSet | undefined) | undefined;
  /**
   * The kind's object with nothing set, as the server's type has it (`{"spec": {"strategy": {}}, "status": {}}`): what
   * is created is compared with it. Without one, an object that has nothing but its type.
   */
  empty?: KubeObject | undefined;
}

export function managerOf(writer: Writer, operation: "Apply" | "Update"): Manager {
  return {
    manager: writer.manager === "" ? "unknown" : writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    subresource: writer.subresource ?? "",
  };
}

/** The live object as the request's version has it, without managed fields; an empty one where there is none. */
export function comparable(live: KubeObject | undefined, other: KubeObject, writer: Writer): KubeObject {
  const { apiVersion } = writer;
  const type: JsonObject = { apiVersion, kind: other["kind"] ?? null };
  if (live === undefined) return { ...writer.empty, ...type };
  const bare = withoutOwners(live);
  return bare["apiVersion"] === apiVersion ? bare : { ...bare, apiVersion };
}

/** Whether a live object is none yet: what is stored has a UID. */
export function isNew(live: KubeObject | undefined): boolean {
  const metadata = live?.["metadata"];
  return typeof metadata !== "object" || metadata === null || Array.isArray(metadata) || !metadata["uid"];
}

/**
 * The shape of a version, where it is served, for an object of another version: by default that of the request.
 * @throws ShapeError for an object that is not one of that other version too. `what` says what failed.
 */
export function shapeFor(
  object: KubeObject,
  apiVersion: string,
  writer: Writer,
  what: string,
  from = writer.apiVersion,
): Shape | undefined {
  const shape = writer.shapeOf(apiVersion);
  if (shape !== undefined && apiVersion !== from) checkShape(object, shape, "refused", what);
  return shape;
}
