/** `--env-subst`: variables of the environment in the values of manifests, after these are parsed. */
import { KapplyError } from "../errors.js";
import { isObject, setKey, type Json, type JsonObject } from "../json.js";
import type { Path, Problem, ProblemCode } from "../model.js";
import { nearest } from "../words.js";
import { resolvePlain, type YamlDocument, type YamlReading } from "../yaml/index.js";
import type { Filled } from "./filled.js";
import { type Environment, fill, type Missing, type Names, namesIn, parseReferences } from "./references.js";
import { styleAt } from "./style.js";

/** Which references are replaced, and by what. */
export interface Substitution {
  /** The variables that are looked for; references to others are left as they are. */
  names: readonly string[] | "all";
  env: Environment;
}

/** What `--env-subst` without names stands for. */
const all = "*";

/**
 * The substitution that `--env-subst=A,B` asks for, `*` for all; given several times it is for the names of each. Throws
 * `usage` for what can't be a variable's name.
 */
export function substitutionOf(texts: readonly string[], env: Environment): Substitution {
  if (texts.includes(all)) return { names: "all", env };
  const names = texts.flatMap((text) => text.split(",")).map((name) => name.trim());
  const bad = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (bad === undefined) return { names, env };
  throw new KapplyError("usage", `--env-subst: "${bad}" is not the name of a variable`, {
    hint: "name them without $, as in --env-subst=IMAGE,REPLICAS; --env-subst alone is for all",
  });
}

/**
 * Documents with `${A}`, `${A:-default}` and `${A:?message}` replaced in scalar values; `$${A}` is text. Keys stay, and so
 * does the structure: a value is always one scalar, whatever it holds. A plain (unquoted) scalar that is one reference
 * and nothing else is read as YAML reads plain scalars, so that `${REPLICAS}` may be a number; any other, and all of
 * JSON, is text. A variable without a value is a problem, and its document is left out. No problem of this repeats a
 * value. `text` is what the documents were read from; `used` is what they refer to, `filled` where.
 */
export function substitute(
  reading: YamlReading,
  { names, env }: Substitution,
  text: string,
): YamlReading & { used: ReadonlySet<string>; filled: Filled[] } {
  const filled: Filled[] = [];
  const used = new Set<string>();
  const documents: YamlDocument[] = [];
  const problems = [...reading.problems];
  const known = names === "all" ? names : new Set(names);
  for (const document of reading.documents) {
    const found: Problem[] = [];
    const walk: Walk = {
      document,
      text,
      names: known,
      env,
      path: [],
      problems: found,
      used,
      filled,
      room: maxInserted,
    };
    const value = walkValue(walk, document.value);
    if (found.length === 0) documents.push({ ...document, value });
    for (const problem of found) problems.push(problem);
  }
  return { documents, problems, used, filled };
}

/** Variables may add this many characters to a document: twice what an API server stores of an object. */
const maxInserted = 4 * 1024 * 1024;

interface Walk {
  document: YamlDocument;
  /** The text that the document is of. */
  text: string;
  names: Names;
  env: Environment;
  /** Where the walk is. */
  path: (string | number)[];
  problems: Problem[];
  used: Set<string>;
  filled: Filled[];
  /** How many characters variables may still add. */
  room: number;
}

function walkValue(walk: Walk, value: Json): Json {
  if (typeof value === "string") return value.includes("$") ? scalarOf(walk, value) : value;
  if (Array.isArray(value)) return value.map((item, index) => within(walk, index, item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    setKey(copy, key, within(walk, key, item));
    if (key.includes("${")) noteKey(walk, key);
  }
  return copy;
}

/** A key is left as it is: who meant a reference is told so, should there be a problem with it. */
function noteKey({ document, names, path, filled }: Walk, key: string): void {
  const parts = parseReferences(key, names);
  if (!("message" in parts) && parts.every((part) => typeof part === "string")) return;
  const at = [...path, key];
  filled.push({ is: "key", places: [document.placeOf(at, "key"), document.placeOf(at)], key });
}

function within(walk: Walk, step: string | number, value: Json): Json {
  walk.path.push(step);
  const walked = walkValue(walk, value);
  walk.path.pop();
  return walked;
}

function scalarOf(walk: Walk, text: string): Json {
  if (walk.room < 0) return text; // told already
  const parts = parseReferences(text, walk.names);
  if ("message" in parts) return refused(walk, text, "bad-value", parts.message, parts.hint);
  for (const name of namesIn(parts)) walk.used.add(name);
  const filled = fill(parts, walk.env);
  if (filled.missing.length > 0) return lacking(walk, text, filled.missing);
  walk.room -= Math.max(0, filled.text.length - text.length);
  if (walk.room < 0) {
    const message = "variables add more than 4 MiB to this document";
    return refused(walk, text, "too-large", message, "no API server stores an object of that size");
  }
  const [only] = parts;
  const whole = parts.length === 1 && typeof only === "object";
  if (!whole || !walk.document.isPlain(walk.path)) return noted(walk, text, filled.text, whole);
  const value = resolvePlain(filled.text);
  if (value !== undefined) return noted(walk, text, value, whole);
  const message = `the variable ${only.name} is a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity`;
  return refused(walk, text, "bad-value", message, "quote the reference if it is meant as text");
}

function noted(
  { document, text, path: here, filled }: Walk,
  written: string,
  value: Json,
  whole: boolean,
): Json {
  if (value === written) return value;
  const path: Path = [...here];
  filled.push({
    is: "value",
    place: document.placeOf(path),
    parent: document.placeOf(path.slice(0, -1)),
    key: path.at(-1),
    written,
    value,
    style: () => (whole ? styleAt(text, document, path) : "mixed"),
  });
  return value;
}

/** A problem for each variable, once for a scalar. */
function lacking(walk: Walk, text: string, missing: readonly Missing[]): Json {
  const told = new Set<string>();
  for (const one of missing) {
    if (told.has(one.name)) continue;
    told.add(one.name);
    const said = one.message === "" ? "" : `: ${one.message}`;
    const message = `the variable ${one.name} is ${one.is}${lineOf(text, one.name)}${said}`;
    refused(walk, text, "unset-variable", message, wayOut(walk, one));
  }
  return text;
}

/** In a text of several lines, the line is told: its place is that of the whole text. */
function lineOf(text: string, name: string): string {
  if (!text.trimEnd().includes("\n")) return "";
  const before = text.split(new RegExp(`\\$\\{${name}(?![A-Za-z0-9_])`), 1)[0] ?? "";
  return ` (in line ${before.split("\n").length} of the text)`;
}

function wayOut({ names, env }: Walk, { name, is, message }: Missing): string {
  const candidates =
    names === "all" ? Object.keys(env) : [...names].filter((other) => Object.hasOwn(env, other));
  const near = is === "empty" ? undefined : nearest(name, candidates);
  const set = message === "" ? `set it, or give a default as in \${${name}:-value}` : "set it";
  const escape = `write $\${${name}} if the text is meant`;
  return `${near === undefined ? "" : `did you mean ${near}? else `}${set}; ${escape}`;
}

function refused(walk: Walk, text: string, code: ProblemCode, message: string, hint: string): Json {
  const path: Path = [...walk.path];
  walk.problems.push({ code, message, place: walk.document.placeOf(path), path: "", hint });
  return text;
}
