/** What the rounds are about. */
import type fc from "fast-check";
import type { JsonObject } from "../../../src/json.js";
import { core } from "../differential/built-in.js";
import type { Subject as Namespaced } from "../differential/subject.js";

export interface Subject extends Namespaced {
  clusterScoped?: boolean;
}

/** A built-in kind whose parts are bodies of it like any other. */
export const subject = (
  kind: string,
  plural: string,
  apiVersion: string,
  whole: fc.Arbitrary<JsonObject>,
  more = {},
): Subject => ({
  ...core,
  title: kind,
  kind,
  plural,
  apiVersions: [apiVersion],
  whole,
  part: whole,
  ...more,
});
