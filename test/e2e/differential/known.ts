/** Differences that the sandbox is known to have and to keep: docs/sandbox.md tells of them. */
import type { Difference } from "./compare.js";
import type { Step } from "./steps.js";

interface Known {
  why: string;
  is: (step: Step, difference: Difference) => boolean;
}

const unreadable = "Invalid value: <object>: ";

const known: readonly Known[] = [
  {
    // Both refuse, and both for a value of a wrong type.
    why: "Of several values of wrong types, as a JSON patch makes them that copies an object to where another belongs, the first in the order of the Go type is told.",
    is: (step, { path, values }) =>
      step.is === "JSON patch" &&
      step.operations.some(({ op }) => op === "copy" || op === "move") &&
      path === "body / details / causes / 0 / message" &&
      values.every((value) => typeof value === "string" && value.startsWith(unreadable)),
  },
  {
    why: "A write of a scale that changes nothing is stored where the managed fields of the object, read and written again, come in another order: keys of lists that are numbers are sorted as numbers once, and as texts from then on.",
    is: ({ subresource }, { path, values: [real, sandbox] }) =>
      subresource === "scale" &&
      path === "body / metadata / resourceVersion" &&
      real === "<another>" &&
      sandbox === "<as before>",
  },
  {
    why: "A write of the scale of a custom resource leaves an owner without a time, who then stands before the others: whether that is another order depends on which of them wrote in the same second.",
    is: ({ subresource }, { path, values: [real, sandbox] }) =>
      subresource === "scale" &&
      path === "body / metadata / resourceVersion" &&
      real === "<as before>" &&
      sandbox === "<another>",
  },
  {
    why: "A Service that became an ExternalName keeps its internalTrafficPolicy where it is stored: only the answers of the status subresource show it, and who makes it a ClusterIP again does not come to own it.",
    is: ({ subresource }, { path, values: [real, sandbox] }) =>
      (subresource === "status" && path === "body / spec / internalTrafficPolicy" && sandbox === undefined) ||
      (path.endsWith("/ fieldsV1 / f:spec / f:internalTrafficPolicy") && real === undefined),
  },
];

export function isKnown(step: Step, difference: Difference): boolean {
  return known.some(({ is }) => is(step, difference));
}

/** The real server panics, and closes the connection, where a merge key in a strategic merge patch is no word. */
export function isPanic(step: Step, error: unknown): boolean {
  const text = String(error);
  return step.is === "strategic patch" && text.includes("real: ") && text.includes("other side closed");
}
