/** Our verdict "unchanged" against the server's own dry run, on random edits of real objects. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { cloneJson, equalJson, getPath, isObject, parseJson, stringifyJson } from "../../src/json.js";
import type { Json } from "../../src/json.js";
import { readManifests } from "../../src/manifest/index.js";
import { isUnchanged } from "../../src/merge/index.js";
import type { KubeObject } from "../../src/model.js";
import { readyBody } from "../../src/plan/index.js";
import { testCluster } from "../cluster/client.js";
import { kapply } from "./kapply.js";

const cluster = testCluster();
const fixtures = `${import.meta.dirname}/fixtures`;
const editsInAll = 1500;

interface Held {
  body: KubeObject;
  live: KubeObject;
  path: string;
}
let held: Held[] = [];

beforeAll(async () => {
  expect(await kapply(cluster, ["apply", "-R", "-f", fixtures])).toMatchObject({ status: 0 });
  const { manifests } = await readManifests({
    filenames: [fixtures],
    recursive: true,
    stdinIsTerminal: false,
    readStdin: () => Promise.resolve(new Uint8Array()),
  });
  const plurals = await pluralsByKind(new Set(manifests.map(({ ref }) => ref.apiVersion)));
  held = await Promise.all(
    manifests.map(async ({ ref, body }) => {
      const namespace = ref.namespace === undefined ? "" : `/namespaces/${ref.namespace}`;
      const path = `${prefixOf(ref.apiVersion)}${namespace}/${plurals.get(ref.kind) ?? ""}/${encodeURIComponent(ref.name)}`;
      const live = parseJson((await cluster.request(path)).body);
      if (!isObject(live) || live["kind"] !== ref.kind) throw new Error(`${path}: ${stringifyJson(live)}`);
      return { body: readyBody(body, ref), live, path };
    }),
  );
});

/** By discovery: `Deployment` to `deployments`, for the kinds of these versions of groups. */
async function pluralsByKind(apiVersions: ReadonlySet<string>): Promise<Map<string, string>> {
  const lists = [...apiVersions].map((apiVersion) =>
    cluster.get<{ resources: { name: string; kind: string }[] }>(prefixOf(apiVersion)),
  );
  const resources = (await Promise.all(lists)).flatMap((list) => list.resources);
  return new Map(resources.filter(({ name }) => !name.includes("/")).map(({ name, kind }) => [kind, name]));
}

function prefixOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Whether the server's dry run would change the object or its managed fields; undefined when it refuses. */
async function serverWouldChange({ live, path }: Held, body: KubeObject): Promise<boolean | undefined> {
  const { status, body: text } = await cluster.request(`${path}?dryRun=All&fieldManager=kapply&force=true`, {
    method: "PATCH",
    headers: { "content-type": "application/apply-patch+yaml" },
    body: stringifyJson(body),
  });
  if (status !== 200) return undefined;
  const after = parseJson(text);
  const fields = ["metadata", "managedFields"];
  const withoutStatus = (object: Json): Json => ({ ...(object as KubeObject), status: null });
  return (
    !equalJson(withoutStatus(live), withoutStatus(after)) ||
    !equalJson(getPath(live, fields), getPath(after, fields))
  );
}

test("objects as they were applied are known to be unchanged, but for values that are stored otherwise", () => {
  const asked = held.filter(({ body, live }) => !isUnchanged(body, live, "kapply"));
  expect(held.length).toBeGreaterThan(20);
  expect(asked.length).toBeLessThan(held.length / 2);
});

test("what we call unchanged the server would not change, whatever is edited", async () => {
  let unchanged = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { minLength: 0, maxLength: 2 }), async (pick, edits) => {
      const one = held[pick % held.length] as Held;
      const body = edits.reduce<KubeObject>((edited, seed) => edit(edited, seed), one.body);
      if (!isUnchanged(body, one.live, "kapply")) return;
      unchanged++;
      expect(await serverWouldChange(one, body)).toBe(false);
    }),
    { numRuns: editsInAll },
  );
  expect(unchanged).toBeGreaterThan(20);
});

/** One small edit somewhere in the object: a value changed, a key removed, added or emptied, a list turned round. */
function edit(body: KubeObject, seed: number): KubeObject {
  const copy = cloneJson(body);
  const spots: (() => void)[] = [];
  const visit = (value: Json): void => {
    if (Array.isArray(value)) {
      spots.push(
        () => value.reverse(),
        () => value.pop(),
      );
      value.forEach(visit);
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        const item = value[key] as Json;
        spots.push(
          () => Reflect.deleteProperty(value, key),
          () => (value[key] = null),
        );
        if (typeof item === "string")
          spots.push(
            () => (value[key] = `${item}x`),
            () => (value[key] = ""),
          );
        if (typeof item === "number") spots.push(() => (value[key] = item + 1));
        if (isObject(item))
          spots.push(
            () => (value[key] = {}),
            () => (item["added"] = "x"),
          );
        visit(item);
      }
    }
  };
  for (const [key, value] of Object.entries(copy)) if (key !== "apiVersion" && key !== "kind") visit(value);
  spots[seed % Math.max(1, spots.length)]?.();
  return copy;
}
