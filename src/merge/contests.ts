/** Who contests what: the conflicts of a prediction, or of a server's answer, with owners and values. */
import { parseJson } from "../json.js";
import type { Contest, FieldOwner, KubeObject, Path, StatusCause } from "../model.js";
import type { Shape } from "../shape.js";
import { conflictsWith, type Conflict } from "./conflicts.js";
import type { FieldSet } from "./field-set.js";
import { fieldsOf } from "./fields-of.js";
import { followPath } from "./follow.js";
import { identityOf, noOwners, readOwners, type Manager, type Owner, type Owners } from "./managers.js";
import { pathText, plainPath, type FieldPath } from "./path.js";

/** A contest, with where it stands in the manifest in place of a file's line. */
export interface Contested extends Omit<Contest, "place"> {
  /** Of the field in the manifest, or of the nearest parent that it has. */
  at: Path;
  /** The field; undefined for one that only the server's text names, and that nothing here has. */
  field: FieldPath | undefined;
}

/** The contests of a predicted conflict (`applyManifest`), in its order. */
export function contestsOf(
  conflicts: readonly Conflict[],
  manifest: KubeObject,
  live: KubeObject,
  shape: Shape,
): Contested[] {
  const owners = readOwners(live);
  return conflicts.map((conflict) => {
    const owner = ownerOf(owners.get(identityOf(conflict)) ?? conflict);
    return contestedAt(conflict.path, owner, manifest, live, shape);
  });
}

/**
 * The contests that a server's answer names: its causes of reason `FieldManagerConflict`, with fields such as
 * `.spec.containers[name="web"].image` and messages such as `conflict with "kubectl-edit" using apps/v1`. They are
 * found again among what the live object's managers own; what is not there (somebody wrote since, or `live` is not
 * known) is found by the manifest's own fields, and its owner is what the message holds: of one that applies, no
 * version (it is empty).
 *
 * Source of the texts: k8s.io/apimachinery, `pkg/util/managedfields/internal/conflict.go`.
 */
export function contestsOfCauses(
  causes: readonly Pick<StatusCause, "field" | "message">[],
  manifest: KubeObject,
  live: KubeObject | undefined,
  shape: Shape | undefined,
): Contested[] {
  const owners = readable(live);
  const owned = conflictsWith(owners);
  const own = fieldsByText(manifest, shape);
  return causes.map(({ field: text, message }) => {
    const known = owned.find((one) => one.field === text && one.message === message);
    const same = known ?? owned.find((one) => one.message === message);
    const owner = same === undefined ? ownerInWords(message) : ownerOf(owners.get(identityOf(same)) ?? same);
    const field = known?.path ?? own.get(text);
    if (field !== undefined) return contestedAt(field, owner, manifest, live, shape);
    const { at } = followPath(manifest, nearest(own, text), shape);
    return { path: text.replace(/^\./, ""), owner, at, field };
  });
}

function contestedAt(
  field: FieldPath,
  owner: FieldOwner,
  manifest: KubeObject,
  live: KubeObject | undefined,
  shape: Shape | undefined,
): Contested {
  const { at, value: wanted } = followPath(manifest, field, shape);
  const held = live === undefined ? undefined : followPath(live, field, shape).value;
  return { path: plainPath(field), owner, live: held, wanted, at, field };
}

/** An entry of managed fields as results have it. */
export function ownerOf({
  manager,
  operation,
  apiVersion,
  subresource,
  time,
}: Manager & Partial<Owner>): FieldOwner {
  return {
    manager,
    operation,
    apiVersion,
    ...(subresource === "" ? {} : { subresource }),
    ...(time === undefined ? {} : { since: time }),
  };
}

/** Of entries that can't be read, none: then the answer's own words are all there is. */
function readable(live: KubeObject | undefined): Owners {
  try {
    return readOwners(live);
  } catch {
    return noOwners;
  }
}

type FieldsByText = ReadonlyMap<string, FieldPath>;

/** The manifest's fields and their parents, by the text that a server has for them. */
function fieldsByText(manifest: KubeObject, shape: Shape = { is: "any", atomic: false }): FieldsByText {
  const found = new Map<string, FieldPath>();
  const visit = ({ children }: FieldSet, above: FieldPath): void => {
    for (const [step, child] of children) {
      const path = [...above, step];
      found.set(pathText(path), path);
      visit(child, path);
    }
  };
  visit(fieldsOf(manifest, shape), []);
  return found;
}

/** The deepest field that the text may be below of. */
function nearest(fields: FieldsByText, text: string): FieldPath {
  let found: FieldPath = [];
  for (const [known, path] of fields) {
    const isAbove = text.startsWith(known) && /^[.[]/.test(text.slice(known.length));
    if (isAbove && path.length > found.length) found = path;
  }
  return found;
}

const words =
  /^conflict with ("(?:[^"\\]|\\.)*")(?: with subresource ("(?:[^"\\]|\\.)*"))?(?: using (\S+))?(?: at (\S+))?$/;

/** `conflict with "kubectl" with subresource "scale" using apps/v1`: those that apply have no version in it. */
function ownerInWords(message: string): FieldOwner {
  const [, manager, subresource = '""', apiVersion = "", time] = words.exec(message) ?? [];
  if (manager === undefined) return ownerOf({ ...nobody, manager: message.replace(/^conflict with /, "") });
  const operation = apiVersion === "" ? "Apply" : "Update";
  const who = { manager: unquoted(manager), subresource: unquoted(subresource) };
  return ownerOf({ ...who, operation, apiVersion, time });
}

const nobody: Manager = { manager: "", operation: "Apply", apiVersion: "", subresource: "" };

/** Go's escapes that JSON does not have (`\x00`) stay as they are. */
function unquoted(text: string): string {
  try {
    return parseJson(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
