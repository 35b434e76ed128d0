/** What the random requests are about: a kind, and bodies of it. */
import type fc from "fast-check";
import type { JsonObject } from "../../../src/json.js";

export interface Subject {
  title: string;
  kind: string;
  plural: string;
  /** `v1`, `apps/v1`; more than one where the kind is served in several versions. */
  apiVersions: readonly string[];
  /** `status`, `scale`: where writes go beside the object itself. */
  subresources: readonly string[];
  /** An object that is mostly good to create, without apiVersion, kind and metadata. */
  whole: fc.Arbitrary<JsonObject>;
  /** Some fields of one, as a patch has them. */
  part: fc.Arbitrary<JsonObject>;
  /** What is written to the status subresource. */
  status: fc.Arbitrary<JsonObject>;
  /** The CRD to apply first. */
  definition?: JsonObject;
}
