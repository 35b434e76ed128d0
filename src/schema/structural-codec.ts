/** Codecs of custom resources. */
import type { JsonObject } from "../json.js";
import type { Codec } from "./codec.js";
import { shapeOfStructural } from "./shape.js";
import { withStructuralDefaults } from "./structural-defaults.js";
import { embeddedCauses, listCauses } from "./structural-lists.js";
import { readStructural } from "./structural-read.js";
import { schemaCauses } from "./structural-rules.js";
import { nodeOf } from "./structural.js";
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
    withDefaults: (object) => withStructuralDefaults(root, object),
    validate: (object) => [
      ...schemaCauses(schema, object),
      ...embeddedCauses(root, object),
      ...listCauses(root, object),
    ],
  };
}
