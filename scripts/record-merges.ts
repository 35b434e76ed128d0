/**
 * Records what a real API server makes of applies and updates by several managers: the oracle of test/merge.
 *
 *   npx tsx test/cluster/main.ts run -- npx tsx scripts/record-merges.ts
 *
 * The steps of test/merge/stories.ts are taken one after another; test/merge/fixtures/recorded.json has a line for each:
 * the object before, what was sent, and the object after it or what was said.
 */
import { writeFileSync } from "node:fs";
import { isObject, parseJson, stringifyJson, type Json, type JsonObject } from "../src/json.js";
import { namespace, stories, widgets, type Step, type Story } from "../test/merge/stories.js";
import { testCluster } from "../test/cluster/client.js";

const cluster = testCluster();

async function ask(method: string, path: string, body?: Json, type = "application/json") {
  const sent = body === undefined ? {} : { body: stringifyJson(body), headers: { "content-type": type } };
  const { status, body: text } = await cluster.request(path, { method, ...sent });
  const json = parseJson(text);
  if (!isObject(json)) throw new Error(`${method} ${path}: ${text}`);
  return { status, json };
}

/** Asks until it succeeds: for types and namespaces that come and go. */
async function insist(method: string, path: string, body?: Json): Promise<void> {
  for (let tries = 0; (await ask(method, path, body)).status > 201; tries++) {
    if (tries > 300) throw new Error(`${method} ${path} does not succeed`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const merge = (object: JsonObject, fields: JsonObject): JsonObject => {
  const metadata = {
    ...(object["metadata"] as JsonObject),
    ...(fields["metadata"] as JsonObject | undefined),
  };
  return { ...object, ...fields, metadata };
};

/** The object at a path once no controller has written it for a while; null where there is none. */
async function quiet(path: string): Promise<JsonObject | null> {
  for (let last = ""; ;) {
    const found = await ask("GET", path);
    if (found.status !== 200) return null;
    const text = stringifyJson(found.json);
    if (text === last) return found.json;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function take(
  story: Story,
  collection: string,
  { by, does, subresource, sends }: Step,
): Promise<JsonObject> {
  const path = `${collection}/it`;
  const before = await quiet(path);
  const at = subresource === undefined ? path : `${path}/${subresource}`;
  const manifest = merge({ apiVersion: story.apiVersion, kind: story.kind, metadata: { name: "it" } }, sends);
  const query = `?fieldManager=${by}&fieldValidation=Ignore`;
  const answer = await {
    create: () => ask("POST", collection + query, manifest),
    apply: () => ask("PATCH", at + query, manifest, "application/apply-patch+yaml"),
    force: () => ask("PATCH", `${at}${query}&force=true`, manifest, "application/apply-patch+yaml"),
    patch: () => ask("PATCH", at + query, sends, "application/merge-patch+json"),
    put: () => ask("PUT", at + query, merge(before ?? {}, sends)),
  }[does]();
  const applied = does === "apply" || does === "force";
  const step = { story: story.name, by, does, ...(subresource === undefined ? {} : { subresource }), before };
  const request = applied ? { manifest } : { sends };
  return answer.status < 300
    ? { ...step, ...request, after: answer.json }
    : { ...step, ...request, refused: answer.json };
}

const recorded: JsonObject[] = [];
await insist("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
await ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", widgets);
for (const story of stories) {
  const api = story.apiVersion.includes("/") ? `/apis/${story.apiVersion}` : `/api/${story.apiVersion}`;
  const collection = `${api}/namespaces/${namespace}/${story.plural}`;
  await insist("GET", collection);
  for (const step of story.steps) recorded.push(await take(story, collection, step));
  await ask("DELETE", `${collection}/it`);
}
await ask(
  "DELETE",
  `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${(widgets["metadata"] as { name: string }).name}`,
);
await ask("DELETE", `/api/v1/namespaces/${namespace}`);
const lines = recorded.map((step) => `  ${stringifyJson(step)}`).join(",\n");
writeFileSync(new URL("../test/merge/fixtures/recorded.json", import.meta.url), `[\n${lines}\n]\n`);
console.log(`recorded steps: ${String(recorded.length)}`);
