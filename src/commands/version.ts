/** `version`: of kapply, and of the Kubernetes that its schemas are from. Loads nothing. */
import { stringifyJson } from "../json.js";
import type { Run } from "./context.js";
import { textOrJson } from "./parse.js";

/** The Kubernetes minor of `schemas/`. */
const schemasOf = "1.36";

export const version: Run = (values, context) => {
  const facts = { kapply: context.version, schemas: schemasOf };
  context.stdout(
    textOrJson(values, "version") === "json"
      ? `${stringifyJson(facts, 2)}\n`
      : `kapply ${facts.kapply} (schemas of Kubernetes ${facts.schemas})\n`,
  );
  return Promise.resolve(0);
};
