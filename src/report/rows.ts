/** Two objects as rows of YAML side by side: keys by name, items of lists by their keys, texts by their lines. */
import { equalJson, getKey, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { matchItems } from "./items.js";
import { blocksOf, createEffort, type Effort } from "./sequence.js";
import { oneLine, showValue, type Line, type Shown } from "./texts.js";

/** A line that both have, or a line of one side, or a line of each that stands for the other. */
export type Row = { is: "same"; text: string } | { is: "changed"; before?: string; after?: string };

/**
 * The rows of two objects, either of which may be missing: `before` and the same texts are the one's YAML, `after` and
 * the same texts the other's. Keys are in alphabetical order, as kubectl prints them. `redact` is for what was hidden
 * in base64.
 */
export function rowsOf(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  redact: (text: string) => string,
): Row[] {
  const kind = getKey(after ?? before, "kind");
  const walk: Walk = { effort: createEffort(), kind: typeof kind === "string" ? kind : "", redact };
  if (before === undefined || after === undefined) {
    const lines = (object: KubeObject | undefined): string[] =>
      object === undefined ? [] : collectionLines(object, "", [], walk);
    return oneSided(lines(before), lines(after));
  }
  return collectionRows(before, after, "", [], walk);
}

interface Walk {
  effort: Effort;
  kind: string;
  redact: (text: string) => string;
}

/** The keys from the root down, without places in lists. */
type Keys = readonly string[];
type Collection = Json[] | JsonObject;

/** Whether a value is base64 by what it is in Kubernetes. Anything else that looks like base64 may be something else. */
function isEncoded(kind: string, keys: Keys): boolean {
  if (keys.at(-1) === "caBundle") return true;
  const at = keys.join("\n");
  if (kind === "CertificateSigningRequest") return at === "spec\nrequest";
  return (
    keys.length === 2 && keys[0] === (kind === "ConfigMap" ? "binaryData" : kind === "Secret" ? "data" : "")
  );
}

/** A collection with something in it: others are written on one line. */
function isCollection(value: Json): value is Collection {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function collectionLines(value: Collection, indent: string, keys: Keys, walk: Walk): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, indent, keys, walk));
  return Object.keys(value)
    .sort()
    .flatMap((key) => entryLines(key, getKey(value, key) ?? null, indent, keys, walk));
}

function itemLines(item: Json, indent: string, keys: Keys, walk: Walk): string[] {
  if (!isCollection(item)) return scalarLines(`${indent}-`, show(item, keys, walk), `${indent}  `);
  const [first = "", ...rest] = collectionLines(item, `${indent}  `, keys, walk);
  return [dashed(first, indent), ...rest];
}

function entryLines(key: string, value: Json, indent: string, keys: Keys, walk: Walk): string[] {
  const head = headOf(key, indent);
  const below = [...keys, key];
  if (!isCollection(value)) return scalarLines(head, show(value, below, walk), `${indent}  `);
  return [head, ...collectionLines(value, inside(value, indent), below, walk)];
}

function show(value: Json, keys: Keys, { kind, redact }: Walk): Shown {
  return showValue(value, typeof value === "string" && isEncoded(kind, keys), redact);
}

function scalarLines(head: string, shown: Shown, indent: string): string[] {
  return [`${head} ${shown.head}`, ...(shown.lines ?? []).map(({ text }) => indented(text, indent))];
}

function headOf(key: string, indent: string): string {
  return `${indent}${oneLine(key)}:`;
}

/** Lists stand at the indent of their key. */
function inside(value: Collection, indent: string): string {
  return Array.isArray(value) ? indent : `${indent}  `;
}

function indented(line: string, indent: string): string {
  return line === "" ? "" : `${indent}${line}`;
}

/** The first line of an item: its dash stands where its indent was. */
function dashed(line: string, indent: string): string {
  return `${indent}- ${line.slice(indent.length + 2)}`;
}

function collectionRows(
  before: Collection,
  after: Collection,
  indent: string,
  keys: Keys,
  walk: Walk,
): Row[] {
  const rows: Row[] = [];
  const add = (more: readonly Row[]): void => {
    for (const row of more) rows.push(row);
  };
  if (Array.isArray(before) && Array.isArray(after)) {
    const slot = itemSlot(indent, keys, walk);
    for (const item of matchItems(before, after, walk.effort)) add(slotRows(item.before, item.after, slot));
    return rows;
  }
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
    add(slotRows(getKey(before, key), getKey(after, key), entrySlot(key, indent, keys, walk)));
  return rows;
}

/** Where a value stands: behind a key, or as an item. */
interface Slot {
  lines: (value: Json) => string[];
  /** The rows of two lists, or of two maps. */
  parts: (before: Collection, after: Collection) => Row[];
  scalars: (before: Json, after: Json) => Row[];
}

function itemSlot(indent: string, keys: Keys, walk: Walk): Slot {
  const below = `${indent}  `;
  return {
    lines: (value) => itemLines(value, indent, keys, walk),
    parts: (before, after) => withDashes(collectionRows(before, after, below, keys, walk), indent),
    scalars: (before, after) =>
      scalarRows(`${indent}-`, show(before, keys, walk), show(after, keys, walk), below, walk),
  };
}

function entrySlot(key: string, indent: string, keys: Keys, walk: Walk): Slot {
  const head = headOf(key, indent);
  const below = [...keys, key];
  return {
    lines: (value) => entryLines(key, value, indent, keys, walk),
    parts: (before, after) => [
      { is: "same", text: head },
      ...collectionRows(before, after, inside(before, indent), below, walk),
    ],
    scalars: (before, after) =>
      scalarRows(head, show(before, below, walk), show(after, below, walk), `${indent}  `, walk),
  };
}

function slotRows(before: Json | undefined, after: Json | undefined, slot: Slot): Row[] {
  const lines = (value: Json | undefined): string[] => (value === undefined ? [] : slot.lines(value));
  if (before === undefined || after === undefined) return oneSided(lines(before), lines(after));
  if (equalJson(before, after)) return sameRows(lines(after));
  if (!isCollection(before) && !isCollection(after)) return slot.scalars(before, after);
  const alike = isCollection(before) && isCollection(after) && Array.isArray(before) === Array.isArray(after);
  return alike ? slot.parts(before, after) : oneSided(lines(before), lines(after));
}

function sameRows(lines: readonly string[]): Row[] {
  return lines.map((text) => ({ is: "same", text }));
}

function oneSided(before: readonly string[], after: readonly string[]): Row[] {
  return [
    ...before.map((text): Row => ({ is: "changed", before: text })),
    ...after.map((text): Row => ({ is: "changed", after: text })),
  ];
}

/** Two values that differ: at least one row says so, even where both look the same. */
function scalarRows(head: string, before: Shown, after: Shown, indent: string, walk: Walk): Row[] {
  if (before.lines === undefined && after.lines === undefined) return [pairOf(head, before, after)];
  if (before.lines === undefined || after.lines === undefined)
    return oneSided(scalarLines(head, before, indent), scalarLines(head, after, indent));
  const rows = textRows(before.lines, after.lines, indent, walk.effort);
  const isHeadSame = before.head === after.head && rows.some(({ is }) => is === "changed");
  return [isHeadSame ? { is: "same", text: `${head} ${after.head}` } : pairOf(head, before, after), ...rows];
}

function pairOf(head: string, before: Shown, after: Shown): Row {
  return { is: "changed", before: `${head} ${before.head}`, after: `${head} ${after.head}` };
}

function textRows(before: readonly Line[], after: readonly Line[], indent: string, effort: Effort): Row[] {
  const raw = (lines: readonly Line[]): string[] => lines.map((line) => line.raw);
  const texts = (lines: readonly Line[], range: readonly [number, number]): string[] =>
    lines.slice(...range).map(({ text }) => indented(text, indent));
  return blocksOf(raw(before), raw(after), effort).flatMap((block) =>
    block.same
      ? sameRows(texts(after, block.after))
      : oneSided(texts(before, block.before), texts(after, block.after)),
  );
}

/** Rows of an item: the first line of each side gets its dash. */
function withDashes(rows: Row[], indent: string): Row[] {
  let [old, now] = [false, false]; // whether that side has its dash
  return rows.map((row): Row => {
    if (old && now) return row;
    const before = row.is === "same" ? row.text : row.before;
    const after = row.is === "same" ? row.text : row.after;
    const [oldFirst, nowFirst] = [!old && before !== undefined, !now && after !== undefined];
    old ||= oldFirst;
    now ||= nowFirst;
    if (row.is === "same" && oldFirst && nowFirst) return { is: "same", text: dashed(row.text, indent) };
    return {
      is: "changed",
      ...(before === undefined ? {} : { before: oldFirst ? dashed(before, indent) : before }),
      ...(after === undefined ? {} : { after: nowFirst ? dashed(after, indent) : after }),
    };
  });
}
