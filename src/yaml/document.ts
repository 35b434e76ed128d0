/** What reading yields: values, each with the place where it stands. */
import type { Json } from "../json.js";
import type { Path, Place, Problem } from "../model.js";

/** One document of a text. */
export interface YamlDocument {
  value: Json;
  /** Where its content starts. */
  place: Place;
  /**
   * The place of the value at a path, or of its nearest parent that has one. A value that starts on a later line
   * than its key is placed at its key: that is the line to look at. With `key`, the place of the key itself.
   */
  placeOf: (path: Path, part?: "value" | "key") => Place;
  /** Whether the value at a path is a scalar in plain style: without quotes, not a block, and without a tag. */
  isPlain: (path: Path) => boolean;
}

/** All documents of a text that could be read, and all that is wrong with the others. */
export interface YamlReading {
  documents: YamlDocument[];
  problems: Problem[];
}

/** Where a value and what is in it start, as offsets into a text. */
export interface Placed {
  offset: number;
  /** Where its key starts, for the value of a key. */
  key?: number;
  entries?: Map<string, Placed>;
  items?: Placed[];
  /** A scalar in plain style. */
  plain?: true;
}

/** A value with its places. */
export interface PlacedValue {
  value: Json;
  placed: Placed;
}

/** Something wrong at an offset, before it is known which file the text is from. */
export interface Fault {
  code: "syntax" | "duplicate-key" | "bad-value" | "too-large";
  offset: number;
  message: string;
  hint?: string | undefined;
  /** Another offset that the message is about. */
  first?: number | undefined;
}

/** The offset of the value at a path, or of its key; of the nearest parent that has one where it has none. */
export function offsetOf(root: Placed, path: Path, part: "value" | "key" = "value"): number {
  let at = root;
  for (const step of path) {
    const next = typeof step === "number" ? at.items?.[step] : at.entries?.get(step);
    if (next === undefined) return at.offset;
    at = next;
  }
  return part === "key" ? (at.key ?? at.offset) : at.offset;
}

/** Whether a scalar in plain style stands at a path. */
export function isPlainAt(root: Placed, path: Path): boolean {
  let at: Placed | undefined = root;
  for (const step of path) at = typeof step === "number" ? at?.items?.[step] : at?.entries?.get(step);
  return at?.plain === true;
}

/** The place of an entry: that of its value, or of its key where the value starts on a later line. */
export function atKey(text: string, keyOffset: number, value: Placed): Placed {
  const lineEnd = text.indexOf("\n", keyOffset);
  const offset = lineEnd < 0 || lineEnd >= value.offset ? value.offset : keyOffset;
  return { ...value, offset, key: keyOffset };
}

/** How deep collections may nest: well beyond any real manifest, well within any stack. */
export const maxDepth = 500;
