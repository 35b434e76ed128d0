/**
 * Our verdict "unchanged", and our prediction, against the server's own dry run: on manifests that were just applied, and
 * on random edits of random objects of many kinds that several managers have written.
 *
 * A failure prints the story of the object and KAPPLY_SEED to see it again; KAPPLY_ROUNDS sets how many objects are made,
 * KAPPLY_KIND which kinds, by a part of their title.
 */
import { randomBytes, randomInt } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { equalJson, getPath, isObject, parseJson, stringifyJson } from "../../src/json.js";
import type { JsonObject } from "../../src/json.js";
import { parseApiVersion } from "../../src/group-version.js";
import { readManifests } from "../../src/manifest/index.js";
import { isUnchanged, type Applier } from "../../src/merge/index.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import { readyBody } from "../../src/plan/index.js";
import { semanticsOf } from "../../src/schema/index.js";
import type { Semantics } from "../../src/shape.js";
import { testCluster } from "../cluster/client.js";
import { sleep } from "../cluster/run.js";
import { openSide, type Side } from "./differential/side.js";
import { kapply } from "./kapply.js";
import { kinds } from "./verdict/kinds.js";
import { runRounds, summary, tell, type Tally } from "./verdict/run.js";

const cluster = testCluster();
const isReal = cluster.target === "control-plane";
const fixtures = `${import.meta.dirname}/fixtures`;
const { env } = process;

// A check of a change is to tell of that change: it draws the same objects each time, a person's run always others.
const seed = Number(env["KAPPLY_SEED"] ?? ((env["CI"] ?? "") === "" ? randomInt(2 ** 30) : 4));
const rounds = Number(env["KAPPLY_ROUNDS"] ?? (isReal ? 1000 : 150));
const subjects = kinds.filter(
  // The sandbox does not count the generations of these that look the same: needlessly asked, there.
  ({ title, kind }) =>
    title.includes(env["KAPPLY_KIND"] ?? "") &&
    (isReal || !["NetworkPolicy", "ValidatingWebhookConfiguration"].includes(kind)),
);

test("objects as they were applied are known to be unchanged", async () => {
  expect(await kapply(cluster, ["apply", "-R", "-f", fixtures])).toMatchObject({ status: 0 });
  const { manifests } = await readManifests({
    filenames: [fixtures],
    recursive: true,
    stdinIsTerminal: false,
    readStdin: () => Promise.resolve(new Uint8Array()),
  });
  const asked: string[] = [];
  for (const { ref, body } of manifests) {
    const { plural, namespaced } = await resourceOf(ref.apiVersion, ref.kind);
    const scope = ref.namespace === undefined ? "" : `/namespaces/${ref.namespace}`;
    const path = `${prefixOf(ref.apiVersion)}${scope}/${plural}/${encodeURIComponent(ref.name)}`;
    const type = { ...parseApiVersion(ref.apiVersion), kind: ref.kind, plural, namespaced };
    const semantics = await semanticsFor(type, ref.apiVersion);
    const applier: Applier = { manager: "kapply", force: false, semantics, time: "2026-01-01T00:00:00Z" };
    const ready = readyBody(body, ref);
    if (isUnchanged(ready, await read(path), applier)) continue;
    asked.push(`${ref.kind} ${ref.name}`);
    await cluster.apply(path, stringifyJson(ready), "kapply");
    expect(isUnchanged(ready, await read(path), applier), `${ref.kind} ${ref.name}`).toBe(true);
  }
  expect(manifests.length).toBeGreaterThan(20);
  // Nothing of it is ours but its name: the next apply of anybody records that it was there before, once.
  expect(asked.filter((one) => one !== "Namespace kapply-platform")).toEqual([]);
});

async function read(path: string): Promise<KubeObject> {
  const { status, body } = await cluster.request(path);
  const value = parseJson(body);
  if (status !== 200 || !isObject(value)) throw new Error(`${path}: ${stringifyJson(value)}`);
  return value;
}

async function resourceOf(
  apiVersion: string,
  kind: string,
): Promise<{ plural: string; namespaced: boolean }> {
  const { resources } = (await read(prefixOf(apiVersion))) as unknown as {
    resources: { name: string; kind: string; namespaced: boolean }[];
  };
  const found = resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (found === undefined) throw new Error(`${apiVersion} serves no ${kind}`);
  return { plural: found.name, namespaced: found.namespaced };
}

function prefixOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Once its schema is published, which is a moment after the kind is served. */
async function semanticsFor(type: ResourceType, apiVersion: string): Promise<Semantics> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const semantics = semanticsOf(type, await documentOf(apiVersion));
    if (semantics !== undefined) return semantics;
    if (Date.now() > deadline) throw new Error(`nothing is known of ${type.kind}`);
    await sleep(200);
  }
}

async function documentOf(apiVersion: string): Promise<JsonObject> {
  const index = await read("/openapi/v3");
  const url = getPath(index, ["paths", prefixOf(apiVersion).slice(1), "serverRelativeURL"]);
  // A hash that is out of date by now is answered by a redirect.
  return typeof url === "string" ? read(url.split("?")[0] ?? "") : {};
}

let side: Side;
let tally: Tally;
beforeAll(async () => {
  side = await openSide(cluster.target, cluster, `unchanged-${randomBytes(4).toString("hex")}`);
  tally = await runRounds(side, subjects, { seed, rounds, seconds: 45, edits: 4, concurrency: 48 });
  console.log(summary(tally, seed));
});
afterAll(async () => {
  await side.send({ method: "DELETE", path: `/api/v1/namespaces/${side.namespace}` });
  await side.close();
});

test("what we call unchanged the server would not change, and does not", () => {
  expect(tally.wrong.map(tell).join("\n\n")).toBe("");
  expect(tally.refused.map(tell).join("\n\n")).toBe("");
  expect(tally.unchanged).toBeGreaterThan(tally.verdicts / 4);
});

test("what the server would not change is seldom asked for", () => {
  // The sandbox sorts what is owned always alike; the real server does not, and we have to ask.
  const share = tally.needless.length / tally.unchanged;
  expect(share, tally.needless.slice(0, 5).map(tell).join("\n\n")).toBeLessThanOrEqual(isReal ? 0.02 : 0.05);
});

test("what we predict is mostly what the server would make of it", () => {
  const share = 1 - tally.inexact.length / tally.predicted;
  expect(tally.predicted).toBeGreaterThan(tally.verdicts / 10);
  expect(share, tally.inexact.slice(0, 5).map(tell).join("\n\n")).toBeGreaterThanOrEqual(0.97);
});

test("a verdict that looks at values alone is found out", async () => {
  const careless = (manifest: KubeObject, live: KubeObject): boolean =>
    Object.keys(manifest).every(
      (key) => key === "metadata" || (manifest[key] !== undefined && equalJson(manifest[key], live[key])),
    );
  const options = { seed, rounds: 40, seconds: 20, edits: 4, concurrency: 16, verdict: careless };
  const [configMap] = kinds;
  if (configMap === undefined) throw new Error("there are no kinds");
  const { wrong } = await runRounds(side, [configMap], options);
  expect(wrong.length).toBeGreaterThan(0);
});
