/**
 * Sets of fields, as trees: who owns what, what changed. They are never changed, and share their parts.
 *
 * A node says whether its own field is a member, and has a node for each step to a field below that has members. A
 * parent is a member only where it says so: owning `.spec.replicas` is not owning `.spec`.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `fieldpath/set.go`.
 */
import { fieldStep, sortedBySteps, type FieldPath, type Step } from "./path.js";

export interface FieldSet {
  readonly member: boolean;
  /** Nodes without any member are not kept. */
  readonly children: ReadonlyMap<Step, FieldSet>;
}

const noChildren: ReadonlyMap<Step, FieldSet> = new Map();

/** Nothing. */
export const none: FieldSet = { member: false, children: noChildren };

/** A field and nothing below it. */
export const leaf: FieldSet = { member: true, children: noChildren };

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** The node with these parts. */
export function node(member: boolean, children: ReadonlyMap<Step, FieldSet>): FieldSet {
  if (children.size > 0) return { member, children };
  return member ? leaf : none;
}

/** The same fields, and the field itself. */
export function asMember(set: FieldSet): FieldSet {
  return set.member ? set : node(true, set.children);
}

/** The set of these paths. */
export function setOf(...paths: readonly FieldPath[]): FieldSet {
  return paths.reduce((set, path) => union(set, pathSet(path)), none);
}

/** The set of these paths of plain fields, as `["metadata", "name"]`. */
export function namedFields(...paths: readonly (readonly string[])[]): FieldSet {
  return setOf(...paths.map((path) => path.map(fieldStep)));
}

function pathSet(path: FieldPath): FieldSet {
  // The whole object is nobody's.
  if (path.length === 0) return none;
  return path.reduceRight((below, step) => ({ member: false, children: new Map([[step, below]]) }), leaf);
}

export function has(set: FieldSet, path: FieldPath): boolean {
  let at: FieldSet | undefined = set;
  for (const step of path) at = at?.children.get(step);
  return path.length > 0 && at?.member === true;
}

/** What is in one or the other. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const own = children.get(step);
    children.set(step, own === undefined ? child : union(own, child));
  }
  return node(a.member || b.member, children);
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return rebuilt(a, a.member && b.member, (step, child) => {
    const other = b.children.get(step);
    return other === undefined ? none : intersection(child, other);
  });
}

/** What is in `a` and not in `b`; of a field and the fields below it, each counts for itself. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return none;
  return rebuilt(a, a.member && !b.member, (step, child) => {
    const other = b.children.get(step);
    return other === undefined ? child : difference(child, other);
  });
}

/** What is in `a`, but for the fields in `b` and all that is below them. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return rebuilt(a, a.member && !b.member, (step, child) => {
    const other = b.children.get(step);
    if (other === undefined) return child;
    return other.member ? none : recursiveDifference(child, other);
  });
}

/** A node of other children, or the same node where nothing became another. */
export function rebuilt(
  set: FieldSet,
  member: boolean,
  change: (step: Step, child: FieldSet) => FieldSet,
): FieldSet {
  let children: Map<Step, FieldSet> | undefined;
  for (const [step, child] of set.children) {
    const changed = change(step, child);
    if (changed === child) continue;
    children ??= new Map(set.children);
    if (isEmpty(changed)) children.delete(step);
    else children.set(step, changed);
  }
  if (children === undefined && member === set.member) return set;
  return node(member, children ?? set.children);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

/** The paths of all members, in the order of the server: those of a node's own fields before those below them. */
export function pathsOf(set: FieldSet, prefix: FieldPath = []): FieldPath[] {
  const children = sortedBySteps(set.children);
  const own = children.filter(([, child]) => child.member).map(([step]) => [...prefix, step]);
  return [...own, ...children.flatMap(([step, child]) => pathsOf(child, [...prefix, step]))];
}
