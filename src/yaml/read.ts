/** Text to documents: what readYaml and readJson have in common. */
import type { Json } from "../json.js";
import type { Place, Problem } from "../model.js";
import {
  type Fault,
  type Placed,
  type PlacedValue,
  type YamlDocument,
  type YamlReading,
  isPlainAt,
  offsetOf,
} from "./document.js";
import { badCharacters, type Text, textOf } from "./text.js";
import { type JsonValue, readJsonValues } from "./json-text.js";
import { type Chunk, splitDocuments } from "./split.js";
import { readBlock } from "./block.js";

/** Reads one document with all that YAML can say: `readFull`, which needs the `yaml` package. */
export type FullReader = (text: string) => PlacedValue & { faults: Fault[] };

/**
 * Reads a text of YAML documents as kubectl does, or stricter (docs in this folder's tests): all documents that
 * can be read, and everything that is wrong with the others. Empty and comment-only documents, and `null`, are
 * skipped. Nothing is thrown.
 */
export async function readYaml(raw: string, source: string): Promise<YamlReading> {
  // Most manifests are written in the plain style; the `yaml` package is loaded for those that are not.
  return readYamlWith(raw, source) ?? readYamlWith(raw, source, (await import("./full.js")).readFull);
}

/** The same at once, with the full reader at hand; without it, undefined where it is needed. */
export function readYamlWith(raw: string, source: string, full: FullReader): YamlReading;
export function readYamlWith(raw: string, source: string, full?: FullReader): YamlReading | undefined;
export function readYamlWith(raw: string, source: string, full?: FullReader): YamlReading | undefined {
  const text = textOf(raw, source);
  const bad = badCharacters(text.text);
  if (bad.length > 0) return { documents: [], problems: bad.map((fault) => problemOf(text, fault)) };
  return jsonStream(text) ?? readChunks(text, full);
}

/** Reads a text as strict JSON: one value, or several one after the other. Duplicate keys are problems. */
export function readJson(raw: string, source: string): YamlReading {
  const text = textOf(raw, source);
  const { values, faults, stopped } = readJsonValues(text.text, false);
  if (faults.length === 0 && stopped === undefined)
    return { documents: values.map((value) => jsonDocument(text, value)), problems: [] };
  const again = readJsonValues(text.text, true);
  const all = again.stopped === undefined ? again.faults : [...again.faults, again.stopped];
  return { documents: [], problems: all.map((fault) => problemOf(text, fault)) };
}

/** Text that starts as JSON does is tried as JSON first, as kubectl does; YAML takes what is not quite JSON. */
function jsonStream(text: Text): YamlReading | undefined {
  if (!/^\s*\{/.test(text.text)) return undefined;
  const { faults, stopped } = readJsonValues(text.text, false);
  return stopped === undefined || faults.length > 0 ? readJson(text.text, text.source) : undefined;
}

function jsonDocument(text: Text, { value, start }: JsonValue): YamlDocument {
  let placed: Placed | undefined;
  const placeOf: YamlDocument["placeOf"] = (path, part) => {
    placed ??= readJsonValues(text.text, true, start).values[0]?.placed ?? { offset: start };
    return text.placeAt(offsetOf(placed, path, part));
  };
  return { value, place: text.placeAt(start), placeOf, isPlain: () => false };
}

function readChunks(text: Text, full: FullReader | undefined): YamlReading | undefined {
  const { chunks, faults } = splitDocuments(text.text);
  const documents: YamlDocument[] = [];
  for (const chunk of chunks) {
    const quick = readBlock(chunk.text, false);
    if (quick !== undefined) {
      documents.push(blockDocument(text, chunk, quick.value));
      continue;
    }
    if (full === undefined) return undefined;
    const document = fullDocument(text, chunk, faults, full);
    if (document !== undefined) documents.push(document);
  }
  faults.sort((a, b) => a.offset - b.offset);
  return { documents, problems: faults.map((fault) => problemOf(text, fault)) };
}

function fullDocument(text: Text, chunk: Chunk, faults: Fault[], full: FullReader): YamlDocument | undefined {
  const reading = full(chunk.text);
  for (const fault of reading.faults) faults.push(shifted(fault, chunk.start));
  if (reading.faults.length > 0 || reading.value === null) return undefined;
  return {
    value: reading.value,
    place: text.placeAt(chunk.content),
    placeOf: (path, part) => text.placeAt(chunk.start + offsetOf(reading.placed, path, part)),
    isPlain: (path) => isPlainAt(reading.placed, path),
  };
}

function blockDocument(text: Text, chunk: Chunk, value: Json): YamlDocument {
  let read: Placed | undefined;
  const placed = (): Placed =>
    (read ??= readBlock(chunk.text, true)?.placed ?? { offset: chunk.content - chunk.start });
  return {
    value,
    place: text.placeAt(chunk.content),
    placeOf: (path, part) => text.placeAt(chunk.start + offsetOf(placed(), path, part)),
    isPlain: (path) => isPlainAt(placed(), path),
  };
}

function shifted(fault: Fault, by: number): Fault {
  return {
    ...fault,
    offset: fault.offset + by,
    first: fault.first === undefined ? undefined : fault.first + by,
  };
}

function problemOf(text: Text, { code, offset, message, hint, first }: Fault): Problem {
  const place = text.placeAt(offset);
  return {
    code,
    message: first === undefined ? message : `${message}, first at ${where(text.placeAt(first))}`,
    place,
    path: "",
    hint,
  };
}

function where({ line, column }: Place): string {
  return `line ${line}, column ${column}`;
}
