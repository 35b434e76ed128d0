/**
 * Records what kubectl makes of scalars and structures: the oracle that test/yaml compares readYaml with.
 *
 *   npx tsx scripts/record-kubectl-scalars.ts PATH_OF_KUBECTL
 *
 * `kubectl annotate --local -f - a=b -o json` prints the objects that it read, without any server.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import {
  type Json,
  type JsonObject,
  getKey,
  getPath,
  isObject,
  parseJson,
  stringifyJson,
} from "../src/json.js";
import { scalars, structures } from "../test/yaml/kubectl-inputs.js";

/** What kubectl made of a text: a value, or the first line of its complaint. */
type Reading = { made: Json } | { failed: string };

const kubectl = process.argv[2];
if (kubectl === undefined) {
  console.error("usage: npx tsx scripts/record-kubectl-scalars.ts PATH_OF_KUBECTL");
  process.exit(2);
}

const head = "apiVersion: example.dev/v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n";

/** The objects that kubectl reads from a text, with its own annotation taken off. */
function ask(program: string, text: string): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["annotate", "--local", "-f", "-", "kapply.test/a=b", "-o", "json"]);
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      const reason = err.split("\n")[0] ?? "";
      resolve(status === 0 ? { made: documentsOf(out) } : { failed: reason });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(text);
  });
}

/** kubectl prints one object after the other, each closed by a brace of its own line. */
function documentsOf(output: string): Json {
  const texts = output.split(/(?<=^\})\n/m).filter((text) => text.trim() !== "");
  const documents = texts.map(parseJson);
  documents.forEach(dropAnnotation);
  return documents;
}

function dropAnnotation(object: Json): void {
  const metadata = getKey(object, "metadata");
  const annotations = getKey(metadata, "annotations");
  if (!isObject(metadata) || !isObject(annotations)) return;
  delete annotations["kapply.test/a"];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

/** Part of what was made, or the same failure. */
function at(reading: Reading, pick: (documents: Json) => Json | undefined): Reading {
  if ("failed" in reading) return reading;
  const made = pick(reading.made);
  return made === undefined ? { failed: "kapply.test: nothing was made" } : { made };
}

const scalarRows: Json[] = [];
for (const scalar of new Set(scalars)) {
  const value = at(await ask(kubectl, `${head}  value: ${scalar}\n`), (made) =>
    getPath(made, [0, "spec", "value"]),
  );
  const key = at(await ask(kubectl, `${head}  ${scalar}: here\n`), (made) => getPath(made, [0, "spec"]));
  scalarRows.push({ scalar, value: value as JsonObject, key: key as JsonObject });
}

const structureRows: Json[] = [];
for (const [name, text] of Object.entries(structures)) {
  structureRows.push({ name, text, reading: (await ask(kubectl, text)) as JsonObject });
}

const fixtures = new URL("../test/yaml/fixtures/", import.meta.url);
const rowsOf = (rows: Json[]) => `[\n${rows.map((row) => `  ${stringifyJson(row)}`).join(",\n")}\n]\n`;
writeFileSync(new URL("kubectl-scalars.json", fixtures), rowsOf(scalarRows));
writeFileSync(new URL("kubectl-structures.json", fixtures), rowsOf(structureRows));
console.log(`recorded ${scalarRows.length} scalars and ${structureRows.length} structures`);
