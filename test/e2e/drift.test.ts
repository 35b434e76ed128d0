/** Who changed what: told from live objects of a server, after writes by hand as kapply and as others. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { isObject, parseJson, stringifyJson, type Json, type JsonObject } from "../../src/json.js";
import type { Difference, KubeObject } from "../../src/model.js";
import { differences } from "../../src/plan/differences.js";
import { driftOf, withOrigins } from "../../src/plan/origins.js";
import { withoutNoise } from "../../src/plan/noise.js";
import { shapeOfDefinition } from "../../src/schema/index.js";
import { testCluster } from "../cluster/client.js";
import { sleep } from "../cluster/run.js";

const cluster = testCluster();
const shape = shapeOfDefinition("io.k8s.api.apps.v1.Deployment");

let deployments = "";
beforeAll(async () => {
  deployments = `/apis/apps/v1/namespaces/${await cluster.freshNamespace("drift")}/deployments`;
});

type Env = Record<string, string>;
const envList = (env: Env): Json => Object.entries(env).map(([name, value]) => ({ name, value }));

interface Manifest {
  image?: string;
  env?: Env;
  replicas?: number;
  labels?: Env;
}

/** A Deployment of a container that need not run. */
function deployment(name: string, { image = "a:1", env = {}, replicas, labels }: Manifest = {}): KubeObject {
  const container = { name: "a", image, ...(Object.keys(env).length === 0 ? {} : { env: envList(env) }) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, ...(labels === undefined ? {} : { labels }) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
    },
  };
}

async function send(method: string, path: string, type: string, body: Json): Promise<KubeObject> {
  const headers = { "content-type": `application/${type}` };
  const answer = await cluster.request(path, { method, headers, body: stringifyJson(body) });
  const object = parseJson(answer.body);
  if (answer.status >= 300 || !isObject(object))
    throw new Error(`${path}: ${String(answer.status)} ${answer.body}`);
  return object;
}

/** One object, and what is done to it. */
function subject(name: string) {
  const path = `${deployments}/${name}`;
  const apply = (manager: string, manifest: Manifest, query = ""): Promise<KubeObject> =>
    send(
      "PATCH",
      `${path}?force=true&fieldManager=${manager}${query}`,
      "apply-patch+yaml",
      deployment(name, manifest),
    );
  const patch = (manager: string, body: Json, type = "strategic-merge-patch+json"): Promise<KubeObject> =>
    send("PATCH", `${path}?fieldManager=${manager}`, type, body);
  return {
    get: () => cluster.get<KubeObject>(path),
    create: (manager: string, manifest: Manifest) =>
      send("POST", `${deployments}?fieldManager=${manager}`, "json", deployment(name, manifest)),
    apply,
    patch,
    /** As `kubectl set image`, `kubectl set env` and `kubectl edit` write: undefined takes a variable away. */
    container: (manager: string, image: string | undefined, env: Record<string, string | undefined> = {}) =>
      patch(manager, { spec: { template: { spec: { containers: [containerPatch(image, env)] } } } }),
    scale: (replicas: number) =>
      send("PATCH", `${path}/scale?fieldManager=kubectl`, "merge-patch+json", { spec: { replicas } }),
    /** What applying a manifest as kapply would change, and whose that is. */
    explain: async (manifest: Manifest, known = true): Promise<Difference[]> => {
      // A controller may write in between.
      for (;;) {
        const live = await cluster.get<KubeObject>(path);
        const next = await apply("kapply", manifest, "&dryRun=All");
        if (versionOf(live) !== versionOf(next)) continue;
        const by = known ? shape : undefined;
        const found = differences(withoutNoise(live), withoutNoise(next), by);
        return withOrigins(found, live, deployment(name, manifest), "kapply", by);
      }
    },
  };
}

function containerPatch(image: string | undefined, env: Record<string, string | undefined>): Json {
  const list = Object.entries(env).map(([name, value]) =>
    value === undefined ? { $patch: "delete", name } : { name, value },
  );
  return {
    name: "a",
    ...(image === undefined ? {} : { image }),
    ...(list.length === 0 ? {} : { env: list }),
  };
}

const versionOf = (object: KubeObject): Json | undefined =>
  (object["metadata"] as JsonObject)["resourceVersion"];

const container = "spec.template.spec.containers[name=a]";
const by = (found: readonly Difference[]) =>
  Object.fromEntries(found.map(({ path, origin }) => [path.replace(`${container}.`, ""), origin?.by]));

describe("drift", () => {
  test("the manifest changed: a value, a field that went, a default that it says now", async () => {
    const it = subject("manifest");
    await it.apply("kapply", { image: "a:1", env: { A: "1" }, labels: { x: "1" } });
    await it.patch("kubectl-label", { metadata: { labels: { y: "1" } } }, "merge-patch+json");
    const found = await it.explain({ image: "a:2", env: { A: "1" }, replicas: 2 });
    expect(by(found)).toEqual({
      "metadata.labels.x": "manifest",
      "spec.replicas": "manifest",
      image: "manifest",
    });
    expect(driftOf(found)).toBe("manifest");
  });

  test("someone changed it: kubectl set image, kubectl scale, kubectl label", async () => {
    const it = subject("someone");
    const manifest = { image: "a:1", replicas: 1, labels: { x: "1" } };
    await it.apply("kapply", manifest);
    await it.container("kubectl-set", "a:2");
    await it.patch("kubectl-label", { metadata: { labels: { x: "2" } } }, "merge-patch+json");
    await it.scale(3);
    const found = await it.explain(manifest);
    expect(driftOf(found)).toBe("others");
    const owners = new Map(
      found.map(({ path, origin }) => [path, origin?.by === "others" ? origin.owners : origin]),
    );
    const written = { operation: "Update", apiVersion: "apps/v1", since: expect.any(String) as string };
    expect(owners).toEqual(
      new Map<string, unknown>([
        ["metadata.labels.x", [{ manager: "kubectl-label", ...written }]],
        // A write of the scale has no time.
        [
          "spec.replicas",
          [{ manager: "kubectl", operation: "Update", apiVersion: "apps/v1", subresource: "scale" }],
        ],
        [`${container}.image`, [{ manager: "kubectl-set", ...written }]],
      ]),
    );
  });

  test("both changed", async () => {
    const it = subject("both");
    await it.apply("kapply", { image: "a:1", env: { A: "1", B: "1" } });
    await it.container("kubectl-edit", undefined, { A: "2" });
    const found = await it.explain({ image: "a:2", env: { A: "1", B: "1" } });
    expect(by(found)).toEqual({ "env[name=A].value": "others", image: "manifest" });
    expect(driftOf(found)).toBe("both");
  });

  test("what the manifest drops and what somebody had made of it are told apart", async () => {
    const it = subject("dropped");
    await it.apply("kapply", { env: { A: "1", B: "1" } });
    await it.container("kubectl-edit", undefined, { A: "2" });
    const found = await it.explain({ env: { B: "1" } });
    expect(by(found)).toEqual({ "env[name=A]": "manifest", "env[name=A].value": "others" });
    expect(driftOf(found)).toBe("both");
  });

  test("someone removed it, or the manifest has it new: the same is recorded, so neither is said", async () => {
    const removed = subject("removed");
    await removed.apply("kapply", { env: { A: "1", B: "1" } });
    await removed.container("kubectl-edit", undefined, { B: undefined });
    const found = await removed.explain({ env: { A: "1", B: "1" } });
    expect(by(found)).toEqual({ "env[name=B]": "unknown" });
    expect(driftOf(found)).toBe("unknown");

    const added = subject("added");
    await added.apply("kapply", { env: { A: "2" } });
    await added.apply("kapply", { env: { A: "1" } });
    expect(by(await added.explain({ env: { A: "1", B: "1" } }))).toEqual({ "env[name=B]": "unknown" });
    const traces = [removed, added].map(async (it) => {
      const { managedFields } = (await it.get())["metadata"] as { managedFields: JsonObject[] };
      return managedFields.filter(({ manager }) => manager === "kapply").map(({ fieldsV1 }) => fieldsV1);
    });
    const [ofRemoved, ofAdded] = await Promise.all(traces);
    expect(ofRemoved).toEqual(ofAdded);
  });

  test("what is new in the manifest is known to be while nobody changed the spec since it was created", async () => {
    const it = subject("untouched");
    await it.apply("kapply", { env: { A: "1" } });
    await it.patch("kubectl-label", { metadata: { labels: { y: "1" } } }, "merge-patch+json");
    const found = await it.explain({ env: { B: "1", A: "1" }, labels: { x: "1" } });
    expect(by(found)).toEqual({
      "env[name=B]": "manifest",
      "metadata.labels.x": "unknown",
    });
  });

  test("someone turned items round: an order is nobody's", async () => {
    const it = subject("order");
    await it.apply("kapply", { env: { A: "1", B: "1" } });
    const turned = [
      { op: "replace", path: "/spec/template/spec/containers/0/env", value: envList({ B: "1", A: "1" }) },
    ];
    await it.patch("kubectl-edit", turned, "json-patch+json");
    expect(by(await it.explain({ env: { A: "1", B: "1" } }))).toEqual({ env: "unknown" });
  });

  test("the manifest claims what others set: theirs by the time of an update, if we applied since", async () => {
    const it = subject("claims");
    await it.apply("kapply", { image: "a:1" });
    await it.container("kubectl-edit", undefined, { A: "2" });
    expect(by(await it.explain({ image: "a:1", env: { A: "1" } }))).toEqual({
      "env[name=A].value": "others",
    });
    await sleep(1100);
    await it.apply("kapply", { image: "a:2" });
    expect(by(await it.explain({ image: "a:2", env: { A: "1" } }))).toEqual({
      "env[name=A].value": "manifest",
    });
  });

  test("the manifest claims what others apply: an apply claims without a time, so it is theirs", async () => {
    const it = subject("appliers");
    await it.apply("kapply", { image: "a:1" });
    await it.apply("argocd", { image: "a:1", env: { A: "2" } });
    await sleep(1100);
    await it.apply("kapply", { image: "a:1", labels: { x: "1" } });
    expect(by(await it.explain({ image: "a:1", env: { A: "1" }, labels: { x: "1" } }))).toEqual({
      "env[name=A].value": "others",
    });
  });

  test("what we never applied is theirs", async () => {
    const it = subject("theirs");
    await it.create("kubectl-create", { image: "a:1", replicas: 1 });
    const found = await it.explain({ image: "a:2", replicas: 1, labels: { x: "1" } });
    expect(by(found)).toEqual({ "metadata.labels": "unknown", image: "others" });
    expect(driftOf(found)).toBe("others");
  });

  test("nothing differs where others own more of it", async () => {
    const it = subject("more");
    await it.apply("kapply", { env: { A: "1" } });
    await it.container("kubectl-edit", undefined, { B: "1" });
    expect(driftOf(await it.explain({ env: { A: "1" } }))).toBe("none");
  });
});

interface Write {
  by: "kapply" | "argocd" | "kubectl-edit" | "operator";
  image: string;
  env: Env;
}

const envs = fc.dictionary(fc.constantFrom("A", "B", "C"), fc.constantFrom("1", "2"));
const images = fc.constantFrom("a:1", "a:2");
const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.record({
    by: fc.constantFrom("kapply", "argocd", "kubectl-edit", "operator"),
    image: images,
    env: envs,
  }),
  { maxLength: 4 },
);

/** The image and the variables of the container, by paths as differences have them. */
function valuesOf(object: KubeObject): Map<string, Json> {
  const values = new Map<string, Json>();
  const spec = object["spec"] as { template: { spec: { containers: { image: string; env?: Json[] }[] } } };
  const [only] = spec.template.spec.containers;
  values.set("image", only?.image ?? null);
  for (const item of only?.env ?? []) {
    const { name, value = "" } = item as { name: string; value?: string };
    values.set(`env[name=${name}]`, value);
  }
  return values;
}

test("what is called the manifest's change nobody else changed since we last applied", async () => {
  let count = 0;
  let told = 0;
  await fc.assert(
    fc.asyncProperty(writes, images, envs, fc.boolean(), async (history, image, env, known) => {
      const it = subject(`random-${String(count++)}`);
      let ours = await it.apply("kapply", { image: "a:1", env: { A: "1", B: "1" } });
      for (const one of history) {
        const set = { image: one.image, env: one.env };
        if (one.by === "kapply") ours = await it.apply("kapply", set);
        else if (one.by === "argocd") await it.apply("argocd", set);
        else {
          const gone = { A: undefined, B: undefined, C: undefined };
          await it.container(one.by, one.image, { ...gone, ...one.env });
        }
      }
      const live = valuesOf(await it.get());
      const then = valuesOf(ours);
      const found = await it.explain({ image, env }, known);
      const theirs = new Set(found.filter(({ origin }) => origin?.by === "others").map(({ path }) => path));
      for (const { path, origin } of found) {
        if (origin?.by !== "manifest") continue;
        const field = path.replace(`${container}.`, "").replace(/\.value$/, "");
        if (field === "env" || theirs.has(`${path}.value`)) continue;
        told++;
        expect(live.get(field), `${field} of random-${String(count - 1)}`).toEqual(then.get(field));
      }
    }),
    { numRuns: 40 },
  );
  expect(told).toBeGreaterThan(5);
});
