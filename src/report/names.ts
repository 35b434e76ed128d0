/** How objects, places, numbers and times are worded. */
import type { Place, Ref, ResourceType } from "../model.js";
import { escapeLine } from "./escape.js";

/**
 * An object in kubectl's words: `configmap/web`, `deployment.apps/web` (kind in lower case, group, name).
 * The rule is that of NamePrinter in k8s.io/cli-runtime.
 */
export function refText(ref: Ref, type?: ResourceType): string {
  const group = type?.group ?? groupOf(ref.apiVersion);
  const kind = (type?.kind ?? ref.kind).toLowerCase();
  return escapeLine(`${kind}${group === "" ? "" : `.${group}`}/${ref.name}`);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** A key that is the same for the same object. */
export function refKey(ref: Ref): string {
  return [ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name].join("\n");
}

/** `web.yaml:12:1` as data; standard input is `<stdin>`, and a place without a line is its source alone. */
export function sourceText(place: Place): string {
  const source = place.source === "-" ? "<stdin>" : place.source;
  return place.line > 0 ? `${source}:${place.line}:${place.column}` : source;
}

/** The same to print. */
export function placeText(place: Place): string {
  return escapeLine(sourceText(place));
}

/** `1 object`, `3 objects`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `34 ms`, `1.2 s`, `2 min 5 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long ago a moment of RFC 3339 was: `5 s ago`, `12 min ago`, `3 h ago`, `5 days ago`; empty where that is no time. */
export function ageText(moment: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(moment)) / 1000);
  if (!(seconds >= 0)) return ""; // not a time, or one that is yet to come: clocks differ
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/** A moment of RFC 3339 to the minute, the same everywhere: `2026-11-22 09:12 UTC`. */
export function dateText(moment: string): string {
  const time = Date.parse(moment);
  if (Number.isNaN(time)) return escapeLine(moment);
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A line that fits into so many columns, with an ellipsis where it was cut. */
export function fit(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  const ellipsis = columns < 4 ? "" : "...";
  let left = columns - ellipsis.length;
  let cut = "";
  for (const character of line) {
    left -= widthOf(character);
    if (left < 0) break;
    cut += character;
  }
  return cut + ellipsis;
}

// Columns on a terminal, never too few: everything from Hangul on (U+1100) is taken for wide.
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
  return width;
}

/**
 * Names objects for people: with their namespace when the run has more than one, in kubectl's form when it has not.
 * `see` takes note of a namespace; what was named before the second one turned up was unambiguous then.
 */
export interface Namer {
  see(ref: Ref): void;
  name(ref: Ref, type?: ResourceType): string;
  /** What follows a result line: ` in namespace shop`, or nothing. */
  suffix(ref: Ref): string;
}

export function createNamer(): Namer {
  const namespaces = new Set<string>();
  const suffix = (ref: Ref): string =>
    namespaces.size > 1 && ref.namespace !== undefined ? ` in namespace ${escapeLine(ref.namespace)}` : "";
  return {
    see: (ref) => {
      if (ref.namespace !== undefined) namespaces.add(ref.namespace);
    },
    name: (ref, type) => refText(ref, type) + suffix(ref),
    suffix,
  };
}
