/**
 * Changing a JSON document at a JSON pointer (RFC 6901), without touching the original: only what is on the way is
 * copied. Every failure is the server's one answer to patches that do not apply.
 *
 * Source: evanphx/json-patch v4, patch.go (`findObject`, `partialDoc`, `partialArray`).
 */
import { getKey, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { rejected } from "../status.js";

/** The way to a value: undefined for a pointer that names none, as that of the whole document. */
export type Pointer = readonly string[] | undefined;

/** Reads a pointer. What stands before its first slash does not count. */
export function pathOf(text: string | undefined): Pointer {
  const [, ...steps] = text?.split("/") ?? [];
  return steps.length === 0 ? undefined : steps.map(unescape);
}

const unescape = (step: string): string => step.replace(/~[01]/g, (mark) => (mark === "~1" ? "/" : "~"));

/** The value there, undefined where its object has none. Throws where the way is missing, or the index of a list. */
export function valueAt(document: Json, path: Pointer): Json | undefined {
  if (path === undefined) throw rejected();
  let found: Json | undefined = document;
  for (const step of path) {
    if (Array.isArray(found)) found = found[inside(found, step)];
    else if (isObject(found)) found = getKey(found, step);
    else throw rejected();
  }
  return found;
}

/** Sets a key, or inserts before an index; `-` is the end of a list. */
export function withAdded(document: Json, path: Pointer, value: Json): Json {
  return changed(document, path, {
    object: (parent, key) => {
      setKey(parent, key, value);
    },
    list: (parent, key) => {
      parent.splice(key === "-" ? parent.length : position(parent.length + 1, key), 0, value);
    },
  });
}

/** Sets a key, there or not, or the item at an index. */
export function withReplaced(document: Json, path: Pointer, value: Json): Json {
  return changed(document, path, {
    object: (parent, key) => {
      setKey(parent, key, value);
    },
    list: (parent, key) => {
      parent[inside(parent, key)] = value;
    },
  });
}

/** Removes a key that must be there, or the item at an index. */
export function withoutValue(document: Json, path: Pointer): Json {
  return changed(document, path, {
    object: (parent, key) => {
      if (!Object.hasOwn(parent, key)) throw rejected();
      Reflect.deleteProperty(parent, key);
    },
    list: (parent, key) => {
      parent.splice(inside(parent, key), 1);
    },
  });
}

/** What to do to a copy of the last parent on the way. */
interface Edit {
  object: (parent: JsonObject, key: string) => void;
  list: (parent: Json[], key: string) => void;
}

function changed(node: Json, path: Pointer, edit: Edit): Json {
  const [step, ...rest] = path ?? [];
  if (step === undefined) throw rejected();
  if (Array.isArray(node)) {
    const copy = [...node];
    if (rest.length === 0) edit.list(copy, step);
    else {
      const at = inside(copy, step);
      copy[at] = changed(copy[at] ?? null, rest, edit);
    }
    return copy;
  }
  if (!isObject(node)) throw rejected();
  const copy = { ...node };
  if (rest.length === 0) edit.object(copy, step);
  else setKey(copy, step, changed(getKey(copy, step) ?? null, rest, edit));
  return copy;
}

const inside = (list: Json[], step: string): number => position(list.length, step);

/** An index as Go's `Atoi` reads it; a negative one counts from the end. */
function position(length: number, step: string): number {
  const index = /^[+-]?[0-9]+$/.test(step) ? Number(step) : Number.NaN;
  const at = index < 0 ? index + length : index;
  if (at >= 0 && at < length) return at;
  throw rejected();
}
