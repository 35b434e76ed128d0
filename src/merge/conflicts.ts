/**
 * Conflicts, and what a server says of them.
 *
 * Source, words included: k8s.io/apimachinery, `pkg/util/managedfields/internal/conflict.go`.
 */
import { pathsOf } from "./field-set.js";
import { compareText, goQuote } from "./go-text.js";
import type { Manager, Owner } from "./managers.js";
import { pathText, type FieldPath } from "./path.js";

/** A field that another manager owns and that would get another value. */
export interface Conflict extends Manager {
  /** `.spec.template.spec.containers[name="web"].image`. */
  field: string;
  /** `conflict with "kubectl-edit" using v1`. */
  message: string;
  path: FieldPath;
}

/** The conflicts with owners of contested fields, by what tells them apart: sorted by owner, then by field. */
export function conflictsWith(contested: ReadonlyMap<string, Owner>): Conflict[] {
  return [...contested]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, { fields, manager, operation, apiVersion, subresource }]) => {
      const who = { manager, operation, apiVersion, subresource };
      const message = `conflict with ${managerText(who)}`;
      return pathsOf(fields).map((path) => ({ ...who, field: pathText(path), message, path }));
    });
}

/** The message of the whole answer. */
export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first === undefined) return "";
  if (conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first)}: ${first.field}`;
  }
  const lines = conflicts.flatMap((conflict, at) => {
    const isFirst = conflicts[at - 1]?.message !== conflict.message;
    const field = `- ${conflict.field}`;
    return isFirst ? [`conflicts with ${managerText(conflict)}:`, field] : [field];
  });
  return `Apply failed with ${String(conflicts.length)} conflicts: ${lines.join("\n")}`;
}

function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = goQuote(manager) + (subresource === "" ? "" : ` with subresource ${goQuote(subresource)}`);
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}
