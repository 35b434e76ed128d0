/** Codecs of custom resources. */
import type { JsonObject } from "../json.js";
import type { Cause, Change, Codec } from "./codec.js";
import { shapeOfStructural } from "./shape.js";
import { withStructuralDefaults } from "./structural-defaults.js";
import { embeddedCauses, listCauses } from "./structural-lists.js";
import { readStructural } from "./structural-read.js";
import { schemaCauses } from "./structural-rules.js";
import { nodeOf, type Node } from "./structural.js";
import type { Shape } from "../shape.js";

/**
 * The codec of one version of a custom resource, from its `openAPIV3Schema`. Patterns are matched once `loadPatterns`
 * is done, and pass until then. Rules in CEL (`x-kubernetes-validations`) are not evaluated.
 */
export function structuralCodec(schema: JsonObject): Codec {
  const root = nodeOf(schema);
  let shape: Shape | undefined;
  return {
    get shape() {
      return (shape ??= shapeOfStructural(schema));
    },
    read: (value) => readStructural(root, value),
    stored: (object) => object,
    withDefaults: (object) => withStructuralDefaults(root, object),
    validate: (object, change) => judgeChange(root, object, change),
  };
}

/** A write of the status is judged by the schema of the status alone. */
function judgeChange(root: Node, object: JsonObject, change: Change | undefined): Cause[] {
  const wasWrong = change !== undefined && listCauses(root, change.live).length > 0;
  const lists = wasWrong ? [] : listCauses(root, object);
  if (change?.part !== "status")
    return [...schemaCauses(root.schema, object, change?.live), ...embeddedCauses(root, object), ...lists];
  const schema = root.property("status")?.schema;
  const { status } = object;
  if (schema === undefined || status === undefined) return lists;
  return [...schemaCauses(schema, status, change.live.status ?? null).map(ofStatus), ...lists];
}

/** The schema of the status knows nothing of what it is in. */
function ofStatus({ field, ...cause }: Cause): Cause {
  return { ...cause, field: field === "<nil>" ? "status" : `status.${field}` };
}
