/** What an object's managed fields and its generation say of its past. */
import { followPath, holdersOf, isOlder } from "../merge/index.js";
import type { FieldPath, Holder } from "../merge/index.js";
import type { FieldOwner, KubeObject } from "../model.js";
import type { Shape } from "../shape.js";
import { isSpecUntouched } from "./untouched.js";

export interface Past {
  /** Whether we have applied something that is still ours. */
  isApplied: boolean;
  /** Whether a field, or something below it, is ours; "maybe" where that takes a shape to tell. */
  isOurs: (field: FieldPath) => boolean | "maybe";
  /** The others who own a field, or something below it; undefined where that takes a shape to tell. */
  ownersOf: (field: FieldPath) => FieldOwner[] | undefined;
  /** Whether an owner has had all that it has since before we last applied. */
  wasBeforeUs: (owner: FieldOwner) => boolean;
  /** Whether all that was ever set is written down, in the version of the object. */
  isComplete: boolean;
  /** Whether nobody changed a field since the object was created. */
  isUntouched: (field: FieldPath) => boolean;
  /** Whether the manifest has a field. */
  isSaid: (field: FieldPath) => boolean;
}

export function pastOf(live: KubeObject, manifest: KubeObject, fieldManager: string, shape?: Shape): Past {
  const holders = readable(live);
  const isSelf = ({ owner }: Holder): boolean =>
    owner.manager === fieldManager && owner.operation === "Apply" && owner.subresource === undefined;
  const ours = holders.find(isSelf);
  const others = holders.filter((holder) => !isSelf(holder));
  const isSpec = isSpecUntouched(live);
  return {
    isApplied: ours !== undefined,
    isOurs: (field) => {
      if (ours === undefined) return false;
      if (shape !== undefined) return ours.holds(field);
      if (ours.holdsJust(field) && !others.some((other) => other.mayHold(field))) return true;
      return ours.mayHold(field) ? "maybe" : false;
    },
    ownersOf: (field) => {
      const found = others.filter((other) => other.holds(field));
      if (found.length === 0 && shape === undefined && others.some((other) => other.mayHold(field)))
        return undefined;
      return found.map(({ owner }) => owner);
    },
    wasBeforeUs: (owner) => owner.operation === "Update" && ours !== undefined && isOlder(owner, ours.owner),
    isComplete: holders.length > 0 && holders.every(({ owner }) => owner.apiVersion === live["apiVersion"]),
    isUntouched: ([top]) => isSpec && top === "f:spec",
    isSaid: (field) => followPath(manifest, field, shape).value !== undefined,
  };
}

/** Of entries that can't be read nothing is known. */
function readable(live: KubeObject): Holder[] {
  try {
    return holdersOf(live);
  } catch {
    return [];
  }
}
