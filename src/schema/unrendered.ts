/** Values that a template engine or shell should have filled in. */
import type { Json } from "../json.js";

/** A value that was meant to be filled in before: `{{ .Values.replicas }}`, `${REPLICAS}`. */
export function looksUnrendered(value: Json | undefined): boolean {
  return typeof value === "string" && /\{\{.*\}\}|\$\{\w+\}|^\$[A-Z_]+$|^<[A-Z_ -]+>$/s.test(value);
}

export const templateAdvice =
  "the value was not filled in: render the template first (helm template, envsubst, ...)";
