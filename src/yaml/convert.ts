/** A document of the `yaml` package, all scalars still text, made into placed JSON the way kubectl would. */
import {
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
  isAlias,
  isMap,
  isPair,
  isScalar,
} from "yaml";
import { type Json, type JsonObject, equalJson, isObject, setKey } from "../json.js";
import { type Conversion, anchored, convertAlias, open, startOf } from "./aliases.js";
import { type Fault, type Placed, type PlacedValue, atKey } from "./document.js";
import { duplicateKey, halfSurrogate, shorten, unfitNumber } from "./faults.js";
import { keyName, plainKey, resolvePlain } from "./scalars.js";
import { resolveTagged } from "./tags.js";

/** The value of a document's root node. All that is wrong with it goes to `faults`. */
export function convert(root: Node | null, text: string, faults: Fault[]): PlacedValue {
  return convertNode({ text, faults, anchors: new Map(), repeated: 0 }, root, 0);
}

/** The value of a node; a missing one is null, at `offset`. */
function convertNode(conversion: Conversion, node: unknown, offset: number): PlacedValue {
  if (isAlias(node)) return convertAlias(conversion, node);
  if (isScalar(node)) return anchored(conversion, node, convertScalar(conversion, node));
  if (isMap(node)) return convertMap(conversion, node);
  if (isSeqNode(node)) return convertSeq(conversion, node);
  return { value: null, placed: { offset } };
}

function isSeqNode(node: unknown): node is YAMLSeq {
  return typeof node === "object" && node !== null && "items" in node;
}

function convertScalar(conversion: Conversion, node: Scalar): PlacedValue {
  const offset = startOf(node);
  const text = node.source ?? "";
  const fail = (fault: Fault): PlacedValue => {
    conversion.faults.push(fault);
    return { value: null, placed: { offset } };
  };
  if (/\p{Surrogate}/u.test(text)) return fail(halfSurrogate(offset));
  if (node.tag !== undefined) {
    const resolved = resolveTagged(node.tag, text);
    if ("value" in resolved) return { value: resolved.value, placed: { offset } };
    return fail({ code: "bad-value", offset, ...resolved });
  }
  if (node.type !== Scalar.PLAIN) return { value: text, placed: { offset } };
  const value = resolvePlain(text);
  return value === undefined ? fail(unfitNumber(offset)) : { value, placed: { offset, plain: true } };
}

function checkTag(conversion: Conversion, node: YAMLMap | YAMLSeq, expected: "map" | "seq"): void {
  if (node.tag === undefined || node.tag === `tag:yaml.org,2002:${expected}`) return;
  conversion.faults.push({
    code: "bad-value",
    offset: startOf(node),
    message: `a tag on a ${expected === "map" ? "mapping" : "list"}, which JSON has no place for`,
    hint: "remove the tag",
  });
}

function convertSeq(conversion: Conversion, node: YAMLSeq): PlacedValue {
  const value: Json[] = [];
  const items: Placed[] = [];
  const result = { value, placed: { offset: startOf(node), items } };
  checkTag(conversion, node, "seq");
  open(conversion, node, result);
  for (const item of node.items) {
    const converted = isPair(item)
      ? convertPair(conversion, item, node)
      : convertNode(conversion, item, startOf(node));
    value.push(converted.value);
    items.push(converted.placed);
  }
  return anchored(conversion, node, result);
}

/** A pair in a flow list: `[a: 1]` is a list of one mapping. */
function convertPair(conversion: Conversion, pair: Pair, parent: Node): PlacedValue {
  const result: MapBuild = { value: {}, offset: startOf(parent), entries: new Map() };
  addPair(conversion, result, pair);
  return { value: result.value, placed: { offset: result.offset, entries: result.entries } };
}

interface MapBuild {
  value: JsonObject;
  offset: number;
  entries: Map<string, Placed>;
}

function convertMap(conversion: Conversion, node: YAMLMap): PlacedValue {
  const build: MapBuild = { value: {}, offset: startOf(node), entries: new Map() };
  const result = { value: build.value, placed: { offset: build.offset, entries: build.entries } };
  checkTag(conversion, node, "map");
  open(conversion, node, result);
  const own = new Map<string, number>();
  for (const pair of node.items) {
    const key = addPair(conversion, build, pair, own);
    if (key !== undefined) own.set(key.name, key.offset);
  }
  return anchored(conversion, node, result);
}

/** Adds a pair; answers its key, unless it is a merge or has none. `own` are the keys that stand in the mapping itself. */
function addPair(
  conversion: Conversion,
  build: MapBuild,
  pair: Pair,
  own: ReadonlyMap<string, number> = new Map(),
): { name: string; offset: number } | undefined {
  const keyNode = pair.key as Node | null;
  const offset = keyNode === null ? build.offset : startOf(keyNode);
  if (isMergeKey(keyNode)) {
    const from = convertNode(conversion, pair.value, offset);
    if (isAlias(pair.value) && Array.isArray(from.value))
      conversion.faults.push(notMergeable(from.placed.offset));
    else merge(conversion, build, from, own);
    return undefined;
  }
  const name = keyOf(conversion, keyNode, offset);
  const { value, placed } = convertNode(conversion, pair.value, offset);
  if (name === undefined) return undefined;
  const first = own.get(name);
  if (first !== undefined) conversion.faults.push(duplicateKey(name, offset, first));
  setKey(build.value, name, value);
  build.entries.set(name, atKey(conversion.text, offset, placed));
  return { name, offset };
}

/** A plain `<<` is a merge, and so is whatever is tagged as one. */
function isMergeKey(key: Node | null): boolean {
  if (!isScalar(key) || key.source !== "<<") return false;
  return key.tag === undefined ? key.type === Scalar.PLAIN : key.tag === "tag:yaml.org,2002:merge";
}

function keyOf(conversion: Conversion, node: Node | null, offset: number): string | undefined {
  const before = conversion.faults.length;
  const { value } = convertNode(conversion, node, offset);
  if (conversion.faults.length > before) return undefined;
  const plain = isScalar(node) && node.type === Scalar.PLAIN && node.tag === undefined;
  const name = plain ? plainKey(node.source ?? "") : typeof value === "object" ? undefined : keyName(value);
  if (name !== undefined) return name;
  if (typeof value === "number" || typeof value === "bigint") {
    conversion.faults.push(unfitNumber(offset));
    return undefined;
  }
  const what = value === null ? "null (or nothing)" : Array.isArray(value) ? "a list" : "a mapping";
  conversion.faults.push({
    code: "bad-value",
    offset,
    message: `a key that is ${what}, where JSON has only text`,
    hint:
      value === null
        ? "quote the key, or remove what stands before the colon"
        : "quote it if it is meant as text",
  });
  return undefined;
}

function notMergeable(offset: number): Fault {
  return {
    code: "bad-value",
    offset,
    message: "a merge `<<` of something that is not a mapping, nor a list of mappings",
    hint: 'quote the key as "<<" if it is meant as text',
  };
}

/** For kubectl a merge wins over what stands above it; in YAML's own terms it never wins. So neither is guessed. */
function mergedOver(key: string, offset: number, first: number): Fault {
  return {
    code: "duplicate-key",
    offset,
    first,
    message: `a merge \`<<\` that also has the key ${JSON.stringify(shorten(key))} of the lines above it`,
    hint: "move `<<` to the top of its mapping, where the lines below it win",
  };
}

/** `<<` takes the entries of a mapping, or of each mapping in a list, where an earlier one wins. */
function merge(
  conversion: Conversion,
  build: MapBuild,
  from: PlacedValue,
  own: ReadonlyMap<string, number>,
): void {
  const list = Array.isArray(from.value);
  const sources = list
    ? (from.value as Json[]).map((value, at) => ({ value, placed: from.placed.items?.[at] }))
    : [from];
  for (const { value, placed } of sources.reverse()) {
    if (!isObject(value)) {
      conversion.faults.push(notMergeable(placed?.offset ?? from.placed.offset));
      continue;
    }
    for (const key of Object.keys(value)) {
      const merged = value[key] ?? null;
      const earlier = own.get(key);
      if (earlier !== undefined && !equalJson(build.value[key], merged)) {
        conversion.faults.push(mergedOver(key, from.placed.offset, earlier));
      }
      setKey(build.value, key, merged);
      build.entries.set(key, placed?.entries?.get(key) ?? from.placed);
    }
  }
}
