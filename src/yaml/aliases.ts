/** Anchors and aliases of one document: what is repeated, and how much of it. */
import type { Alias, Node } from "yaml";
import { type Json, cloneJson, isObject } from "../json.js";
import type { Fault, PlacedValue } from "./document.js";
import { shorten } from "./faults.js";

interface Anchored extends PlacedValue {
  /** False while the value is still being read: an alias in there would never end. */
  complete: boolean;
}

/** The state of reading one document. */
export interface Conversion {
  text: string;
  faults: Fault[];
  anchors: Map<string, Anchored>;
  /** How much aliases have repeated so far, in characters and values. */
  repeated: number;
}

/** Aliases may repeat this many characters and values in all: twice what an API server stores of an object. */
const maxRepeated = 4 * 1024 * 1024;

/** Where a node starts, as an offset into its text. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Notes the value of an anchored node. The names are those that go-yaml reads: letters, digits, - and _. */
export function anchored(
  conversion: Conversion,
  node: { anchor?: string },
  result: PlacedValue,
): PlacedValue {
  if (node.anchor === undefined) return result;
  conversion.anchors.set(node.anchor, { ...result, complete: true });
  if (!/^[\w-]+$/.test(node.anchor)) conversion.faults.push(badAnchor(result.placed.offset));
  return result;
}

/** Notes that the value of an anchored collection is being read: an alias in there would never end. */
export function open(conversion: Conversion, node: { anchor?: string }, result: PlacedValue): void {
  if (node.anchor !== undefined) conversion.anchors.set(node.anchor, { ...result, complete: false });
}

/** The value that an alias repeats: a copy of its own. */
export function convertAlias(conversion: Conversion, node: Alias): PlacedValue {
  const offset = startOf(node);
  const target = conversion.anchors.get(node.source);
  if (target?.complete === true) {
    conversion.repeated += weigh(target.value, maxRepeated - conversion.repeated + 1);
    if (conversion.repeated <= maxRepeated)
      return { value: cloneJson(target.value), placed: { ...target.placed, offset } };
  }
  const fault =
    target?.complete === true
      ? tooMuch(offset)
      : badAlias(conversion.text, node.source, offset, target !== undefined);
  const said = target?.complete === true && conversion.faults.some(({ code }) => code === "too-large");
  if (!said) conversion.faults.push(fault);
  return { value: null, placed: { offset } };
}

function badAnchor(offset: number): Fault {
  return {
    code: "syntax",
    offset,
    message: "an anchor whose name has more than letters, digits, - and _",
    hint: "rename it, or quote the value if & belongs to it",
  };
}

function tooMuch(offset: number): Fault {
  return {
    code: "too-large",
    offset,
    message: "aliases repeat more than 4 MiB of this document",
    hint: "no API server stores an object of that size: write out less by aliases",
  };
}

/** An alias whose anchor is not there. Its name is told only if it is an anchor's: it may be a secret that starts with *. */
function badAlias(text: string, name: string, offset: number, inside: boolean): Fault {
  const later = text.includes(`&${name}`);
  const known = `the alias *${shorten(name)}`;
  const message = inside
    ? `${known} stands inside the value of its own anchor, which has no end`
    : later
      ? `${known} stands before its anchor`
      : "an alias (what starts with an asterisk) without an anchor in this document";
  const hint = inside
    ? "repeat what is meant"
    : later
      ? "move the anchor up"
      : "put it in quotes if it is meant as text";
  return { code: "syntax", offset, message, hint };
}

/** How many values and characters a value holds, counted up to `limit`. */
function weigh(value: Json, limit: number): number {
  let weight = 1;
  if (typeof value === "string") return weight + value.length;
  if (Array.isArray(value)) {
    for (const item of value) if (weight < limit) weight += weigh(item, limit - weight);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (weight < limit) weight += key.length + weigh(value[key] ?? null, limit - weight);
    }
  }
  return weight;
}
