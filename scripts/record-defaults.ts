/**
 * Records what a real API server makes of objects: the oracle of test/sandbox/defaults and test/sandbox/rules.
 *
 *   npx tsx test/cluster/main.ts run -- npx tsx scripts/record-defaults.ts
 *
 * Objects of inputs.yaml are created as dry runs, and the answers written to recorded.json; those of changes.yaml are
 * created and changed by a JSON merge patch, and what became of them is written to changed.json. Those of refused.yaml
 * are to be refused: as they are, or after a JSON merge patch of the created object; what was said of each is
 * written to refused.json.
 */
import { writeFileSync } from "node:fs";
import { getKey, isObject, parseJson, stringifyJson, type Json, type JsonObject } from "../src/json.js";
import { omit } from "../src/sandbox/defaults/omit.js";
import { bundledType, type Cause } from "../src/schema/index.js";
import { testCluster, untilServiceAccount } from "../test/cluster/client.js";
import {
  documentsOf,
  namespace,
  stripped,
  textAt,
  type Changed,
  type Recorded,
  type Refused,
} from "../test/sandbox/defaults/recording.js";

const cluster = testCluster();
const fixtures = new URL("../test/sandbox/", import.meta.url);
const problems: string[] = [];

interface Answer {
  status: number;
  json: JsonObject;
}

async function ask(method: string, path: string, body?: Json, type = "application/json"): Promise<Answer> {
  const sent = body === undefined ? {} : { body: stringifyJson(body), headers: { "content-type": type } };
  const { status, body: text } = await cluster.request(path, { method, ...sent });
  const json = parseJson(text);
  if (!isObject(json)) throw new Error(`${method} ${path}: ${text}`);
  return { status, json };
}

function pathOf(object: JsonObject): string {
  const type = bundledType(textAt(object, "apiVersion"), textAt(object, "kind"));
  if (type === undefined) throw new Error(`unknown kind: ${stringifyJson(object)}`);
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  return `${root}${type.namespaced ? `/namespaces/${namespace}` : ""}/${type.plural}`;
}

function nameOf(object: JsonObject): string {
  return `${textAt(object, "kind")} ${textAt(object, "metadata", "name")}`;
}

async function recordDefaults(): Promise<number> {
  const inputs = await documentsOf(new URL("defaults/fixtures/inputs.yaml", fixtures));
  const recorded: Recorded[] = [];
  for (const input of inputs) {
    const { status, json } = await ask("POST", `${pathOf(input)}?dryRun=All`, input);
    if (status === 201) recorded.push({ input, output: stripped(json) });
    else problems.push(`${nameOf(input)}: ${status} ${textAt(json, "message")}`);
  }
  write("defaults/fixtures/recorded.json", recorded);
  return recorded.length;
}

async function recordChanges(): Promise<number> {
  const cases = await documentsOf(new URL("defaults/fixtures/changes.yaml", fixtures));
  const rows: Changed[] = [];
  for (const { case: title, object, change } of cases) {
    if (typeof title !== "string" || !isObject(object) || !isObject(change)) throw new Error("no case");
    const { status, json, live } = await changed(object, change);
    if (status === 200) rows.push({ case: title, live, change, output: withoutStatus(json) });
    else problems.push(`${title}: ${status} ${textAt(json, "message")}`);
  }
  write("defaults/fixtures/changed.json", rows);
  return rows.length;
}

async function recordRefusals(): Promise<number> {
  const cases = await documentsOf(new URL("rules/fixtures/refused.yaml", fixtures));
  const refused: Refused[] = [];
  for (const { case: title, object, change } of cases) {
    if (typeof title !== "string" || !isObject(object)) throw new Error(`no case: ${stringifyJson(object)}`);
    const row = { case: title, object, ...(isObject(change) && { change }) };
    const { status, json, live } = isObject(change)
      ? await changed(object, change)
      : { ...(await ask("POST", pathOf(object), object)), live: undefined };
    if (status < 300) {
      problems.push(`${title}: ${status} was not refused`);
      await ask("DELETE", `${pathOf(object)}/${textAt(json, "metadata", "name")}`);
    }
    const causes = getKey(json["details"], "causes");
    refused.push({
      ...row,
      ...(live && { live }),
      code: status,
      message: plain(textAt(json, "message")),
      causes: Array.isArray(causes) ? causes.filter(isObject).map(plainCause) : [],
    });
  }
  write("rules/fixtures/refused.json", refused);
  return refused.length;
}

/** A message without what is drawn anew each time: UIDs and generated names. */
function plain(message: string): string {
  return message
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/"A_[a-z0-9]{5}"/g, '"A_xxxxx"');
}

function plainCause(cause: JsonObject): Cause {
  return {
    reason: textAt(cause, "reason"),
    message: plain(textAt(cause, "message")),
    field: textAt(cause, "field"),
  };
}

/** Creates an object, tries the change, and deletes it. */
async function changed(object: JsonObject, change: JsonObject): Promise<Answer & { live: JsonObject }> {
  const made = await ask("POST", pathOf(object), object);
  const at = `${pathOf(object)}/${textAt(object, "metadata", "name")}`;
  if (made.status !== 201) throw new Error(`${nameOf(object)}: ${textAt(made.json, "message")}`);
  try {
    const answer = await ask("PATCH", `${at}?dryRun=All`, change, "application/merge-patch+json");
    return { ...answer, live: withoutStatus(made.json) };
  } finally {
    await ask("DELETE", at, { propagationPolicy: "Background", gracePeriodSeconds: 0 });
  }
}

/** Controllers write the status of what is not a dry run. */
function withoutStatus(object: JsonObject): JsonObject {
  return omit(stripped(object), "status");
}

function write(name: string, rows: readonly object[]): void {
  const text = rows.map((row) => `  ${stringifyJson(row)}`).join(",\n");
  writeFileSync(new URL(name, fixtures), `[\n${text}\n]\n`);
}

/** The namespace, new: what an earlier run left goes first. */
async function makeNamespace(): Promise<void> {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  for (let tries = 0; (await ask("POST", "/api/v1/namespaces", body)).status !== 201; tries++) {
    if (tries > 300) throw new Error(`the namespace ${namespace} does not go`);
    await ask("DELETE", `/api/v1/namespaces/${namespace}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await untilServiceAccount(cluster, namespace, "default");
}

await makeNamespace();
const counts = [await recordDefaults(), await recordChanges(), await recordRefusals()];
await ask("DELETE", `/api/v1/namespaces/${namespace}`);
console.log(`recorded objects, changes and refusals: ${counts.join(", ")}`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
