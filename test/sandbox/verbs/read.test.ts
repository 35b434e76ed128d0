/** Reading: lists in pages, selectors, watches. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
});
afterAll(() => sandbox.close());

/** A text in the metadata of an object. */
const meta = (object: unknown, field: string): string => {
  const value = getPath(object, ["metadata", field]);
  return typeof value === "string" ? value : "";
};

const namesOf = (body: unknown): unknown[] =>
  (getPath(body, ["items"]) as unknown[]).map((item) => getPath(item, ["metadata", "name"]));

describe("a list", () => {
  beforeAll(async () => {
    for (const name of ["a", "b", "c", "d"]) {
      const labels = { parity: ["a", "c"].includes(name) ? "odd" : "even" };
      await sandbox.post(configMaps, configMap(name, { metadata: { labels } }));
    }
  });

  test("comes in pages of one version, whatever changes in between", async () => {
    const first = await sandbox.get(`${configMaps}?limit=2`);
    expect(namesOf(first.body)).toEqual(["a", "b"]);
    expect(getPath(first.body, ["metadata", "remainingItemCount"])).toBe(3);
    await sandbox.ask("DELETE", `${configMaps}/c`);
    await sandbox.post(configMaps, configMap("cc"));
    const token = meta(first.body, "continue");
    const second = await sandbox.get(`${configMaps}?limit=10&continue=${token}`);
    expect(namesOf(second.body)).toEqual(["c", "d", "kube-root-ca.crt"]);
    expect(getPath(second.body, ["metadata"])).toEqual({
      resourceVersion: getPath(first.body, ["metadata", "resourceVersion"]),
    });
  });

  test("is narrowed by labels and fields", async () => {
    expect(namesOf((await sandbox.get(`${configMaps}?labelSelector=parity%3Deven`)).body)).toEqual([
      "b",
      "d",
    ]);
    expect(namesOf((await sandbox.get(`${configMaps}?fieldSelector=metadata.name%3Dd`)).body)).toEqual(["d"]);
  });

  test("refuses what can't be read of its parameters", async () => {
    for (const query of ["limit=x", "resourceVersion=x", "continue=x", "labelSelector=%3D%3D"])
      expect(await sandbox.get(`${configMaps}?${query}`), query).toMatchObject({
        status: 400,
        body: { kind: "Status", reason: "BadRequest" },
      });
    expect(await sandbox.get(`${configMaps}?resourceVersion=999999`)).toMatchObject({ status: 504 });
  });

  test("holds items without apiVersion and kind, as the real one does", async () => {
    const { body } = await sandbox.get(`${configMaps}?limit=1`);
    expect(body).toMatchObject({ kind: "ConfigMapList", apiVersion: "v1" });
    expect(getPath(body, ["items", 0])).not.toHaveProperty("kind");
  });
});

describe("a watch", () => {
  const secrets = "/api/v1/namespaces/default/secrets";
  const secret = (name: string, labels = {}) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels },
  });

  test("begins with what is there, and goes on with each change", async () => {
    await sandbox.post(secrets, secret("one"));
    const events = sandbox.watch(`${secrets}?watch=1`, 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sandbox.post(secrets, secret("two"));
    await sandbox.ask("DELETE", `${secrets}/two`);
    expect((await events).map(({ type, object }) => `${type} ${meta(object, "name")}`)).toEqual([
      "ADDED one",
      "ADDED two",
      "DELETED two",
    ]);
  });

  test("goes on after a version that is remembered", async () => {
    const { body } = await sandbox.get(secrets);
    const version = meta(body, "resourceVersion");
    await sandbox.post(secrets, secret("three"));
    const [event] = await sandbox.watch(`${secrets}?watch=1&resourceVersion=${version}`, 1);
    expect(event).toMatchObject({ type: "ADDED", object: { metadata: { name: "three" } } });
  });

  test("tells of what comes to be chosen as added, and of what is no longer as deleted", async () => {
    await sandbox.post(secrets, secret("four"));
    const { body } = await sandbox.get(secrets);
    const version = meta(body, "resourceVersion");
    const label = (value: string | null) =>
      sandbox.ask(
        "PATCH",
        `${secrets}/four`,
        { metadata: { labels: { app: value } } },
        "application/merge-patch+json",
      );
    await label("web");
    await label(null);
    const events = await sandbox.watch(`${secrets}?watch=1&resourceVersion=${version}&labelSelector=app`, 2);
    expect(events.map(({ type }) => type)).toEqual(["ADDED", "DELETED"]);
  });

  test("marks the end of the first events where it is asked to", async () => {
    const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const path = `/api/v1/namespaces/kube-system/secrets?${query}`;
    const [event] = await sandbox.watch(path, 1);
    expect(event).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    });
  });
});

test("objects come as YAML, as tables and as metadata alone", async () => {
  const as = async (accept: string) =>
    (await fetch(`${sandbox.url}${configMaps}/a`, { headers: { accept } })).text();
  expect(await as("application/yaml")).toContain("kind: ConfigMap\n");
  expect(JSON.parse(await as("application/json;as=Table;v=v1;g=meta.k8s.io"))).toMatchObject({
    kind: "Table",
    rows: [{ cells: ["a", 0, expect.any(String)] }],
  });
  expect(JSON.parse(await as("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"))).toMatchObject({
    kind: "PartialObjectMetadata",
    metadata: { name: "a" },
  });
  expect(JSON.parse(await as("text/html"))).toMatchObject({ kind: "Status", code: 406 });
});
