/** What `-f` names, to manifests: every source read, every problem of every source told. */
import type { Manifest, Problem } from "../model.js";
import { mapParallel } from "../parallel.js";
import { type YamlDocument, type YamlReading, readJson, readYaml } from "../yaml/index.js";
import { textOfBytes } from "./encoding.js";
import { manifestsOf } from "./manifests.js";
import type { ReadOptions } from "./options.js";
import { asWritten, type Filled } from "./filled.js";
import { type Refused, sizeText } from "./refusals.js";
import { type Substitution, substitute } from "./substitute.js";
import { type Listed, type Source, filesAtOnce, listFiles, readFile, readStandardInput } from "./sources.js";

const mebibyte = 1024 * 1024;

/** A file, standard input, or what can't be either. */
type Item = Listed | Refused | "-";

/**
 * Reads manifests from files, directories and standard input, in the order of `filenames`. Directories give their
 * .yaml, .yml and .json files; a file that is named is read whatever its extension; one that is reached twice is
 * read once. Nothing is thrown but what `readStdin` throws as a KapplyError: what can't be read, parsed or taken as
 * an object is a problem, and so is a set without any manifest (code `empty`). `unused` are the variables that `--env-subst`
 * names and no document refers to; `filled` is where variables were put, for `asWritten`.
 */
export async function readManifests(
  options: ReadOptions,
): Promise<{ manifests: Manifest[]; problems: Problem[]; unused: string[]; filled: Filled[] }> {
  const sources = await readSources(options);
  const used = new Set<string>();
  const filled: Filled[] = [];
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const source of sources) {
    const read = "bytes" in source ? await readSource(source) : unread(sourceProblem(source));
    const reading =
      options.substitute === undefined ? read : replaced(read, options.substitute, { used, filled });
    for (const document of reading.documents) documents.push(document);
    for (const problem of reading.problems) problems.push(problem);
  }
  const found = manifestsOf(documents);
  for (const problem of found.problems) problems.push(problem);
  if (found.manifests.length === 0 && problems.length === 0) problems.push(nothing(options, sources.length));
  const { names = "all" } = options.substitute ?? {};
  const unused = names === "all" ? [] : names.filter((name) => !used.has(name));
  return { manifests: found.manifests, problems: asWritten(problems, filled), unused, filled };
}

/** What was read, and the text that it was read from. */
type Read = YamlReading & { text: string };

function unread(problem: Problem): Read {
  return { documents: [], problems: [problem], text: "" };
}

function replaced(
  read: Read,
  substitution: Substitution,
  { used, filled }: { used: Set<string>; filled: Filled[] },
): YamlReading {
  const reading = substitute(read, substitution, read.text);
  for (const name of reading.used) used.add(name);
  for (const one of reading.filled) filled.push(one);
  return reading;
}

/** Reads what is named. The gates on sizes come before the reading, as far as sizes are known before. */
async function readSources(options: ReadOptions): Promise<(Source | Refused)[]> {
  const { maxFileBytes = 16 * mebibyte, maxTotalBytes = 64 * mebibyte } = options;
  const items = await list(options);
  const known = items.reduce(
    (sum, item) => sum + (isListed(item) ? Math.min(item.size, maxFileBytes) : 0),
    0,
  );
  if (known > maxTotalBytes) return [tooMuch(options, known, maxTotalBytes)];
  const sources = await mapParallel(items, filesAtOnce, async (item) => {
    if (item === "-") return readStandardInput(options, maxFileBytes);
    return isListed(item) ? readFile(item, maxFileBytes) : item;
  });
  const total = sources.reduce((sum, source) => sum + ("bytes" in source ? source.bytes.length : 0), 0);
  return total > maxTotalBytes ? [tooMuch(options, total, maxTotalBytes)] : sources;
}

function isListed(item: Item): item is Listed {
  return item !== "-" && "real" in item;
}

/** The files that would be read; standard input is one where it is redirected. What can't be read is not among them. */
export async function filesToRead(sources: Pick<ReadOptions, "filenames" | "recursive">): Promise<string[]> {
  const items = await list(sources);
  return items.flatMap((item) => (item === "-" ? ["/dev/stdin"] : isListed(item) ? [item.real] : []));
}

/** What there is to read, each file and standard input once. */
async function list({ filenames, recursive }: Pick<ReadOptions, "filenames" | "recursive">): Promise<Item[]> {
  const seen = new Set<string>();
  const found = await mapParallel(filenames, filesAtOnce, (filename) => listOne(filename, recursive));
  return found.flat().filter((item) => {
    const key = item === "-" ? "-" : isListed(item) ? `file ${item.real}` : `refused ${item.name}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

async function listOne(filename: string, recursive: boolean): Promise<Item[]> {
  if (filename === "-") return ["-"];
  if (/^https?:\/\//i.test(filename)) {
    const hint = `fetch it first, as in: curl -fsSL ${filename} | kapply apply -f -`;
    return [{ name: filename, code: "source", message: "a URL, which kapply does not fetch", hint }];
  }
  if (filename === "") {
    const hint = "name a file, a directory, or - for standard input; is a variable empty?";
    return [{ name: "-f", code: "source", message: "an empty file name", hint }];
  }
  return listFiles(filename, recursive);
}

async function readSource({ name, bytes }: Source): Promise<Read> {
  const decoded = textOfBytes(bytes);
  if ("text" in decoded) {
    const { text } = decoded;
    return { ...(name.endsWith(".json") ? readJson(text, name) : await readYaml(text, name)), text };
  }
  const { line, column, message, hint } = decoded;
  return unread({ code: "syntax", message, place: { source: name, line, column }, path: "", hint });
}

function sourceProblem({ name, code, message, hint }: Refused): Problem {
  return { code, message, place: { source: name, line: 1, column: 1 }, path: "", hint };
}

function tooMuch({ filenames }: ReadOptions, total: number, limit: number): Refused {
  return {
    name: filenames[0] ?? "-f",
    code: "too-large",
    message: `all files together have ${sizeText(total)}, more than the limit of ${sizeText(limit)}`,
    hint: "apply them in several runs, or raise --max-total-size",
  };
}

function nothing({ filenames, recursive }: ReadOptions, sources: number): Problem {
  const where = filenames.join(", ");
  const below = recursive ? "" : "; -R reads those in directories below, too";
  return {
    code: "empty",
    message:
      sources === 0
        ? `no .yaml, .yml or .json file in ${where}`
        : `no manifest in ${where}: nothing but empty documents and comments`,
    place: { source: filenames[0] ?? "-f", line: 1, column: 1 },
    path: "",
    hint:
      sources === 0
        ? `name the file itself if it has another extension${below}`
        : "where that is fine, apply, diff and validate take --allow-empty",
  };
}
