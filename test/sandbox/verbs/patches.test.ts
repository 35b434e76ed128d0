/** What is answered to patches that can't be read: words of a real server. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../../src/json.js";
import { askSandbox, configMap, configMaps, type Asking } from "../client.js";

let sandbox: Asking;
const secrets = "/api/v1/namespaces/default/secrets";
const services = "/api/v1/namespaces/default/services";

beforeAll(async () => {
  sandbox = await askSandbox();
  await sandbox.post(configMaps, configMap("one"));
  await sandbox.post(secrets, { apiVersion: "v1", kind: "Secret", metadata: { name: "one" } });
  const spec = { ports: [{ port: 80 }] };
  await sandbox.post(services, { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec });
});
afterAll(() => sandbox.close());

const strategic = "application/strategic-merge-patch+json";
const firstCause = (body: JsonObject): Json | undefined =>
  getPath(body, ["details", "causes", "0", "message"]);

async function causeOf(path: string, patch: Json, type = strategic): Promise<string> {
  const { status, body } = await sandbox.ask("PATCH", path, patch, type);
  expect(status).toBe(422);
  const causes = getPath(body, ["details", "causes"]) as { message: string }[];
  expect(causes).toHaveLength(1);
  return causes[0]?.message ?? "";
}

describe("values of wrong types in a strategic merge patch", () => {
  test.each<[string, Json, string]>([
    [configMaps, { metadata: [null] }, '"map[metadata:[<nil>]]": cannot restore struct from: slice'],
    [configMaps, { metadata: 1.5 }, '"map[metadata:1.5]": cannot restore struct from: float64'],
    [configMaps, { data: true }, '"map[data:true]": cannot restore map from bool'],
    [configMaps, { data: { a: 1 } }, '"map[data:map[a:1]]": cannot convert int64 to string'],
    [configMaps, { data: { a: [] } }, '"map[data:map[a:[]]]": unrecognized type: string'],
    [configMaps, { immutable: "x" }, '"map[immutable:x]": unrecognized type: bool'],
    [services, { spec: { ports: "x" } }, '"map[spec:map[ports:x]]": cannot restore slice from string'],
    [
      secrets,
      { data: { a: "x" } },
      '"map[data:map[a:x]]": error decoding from json: illegal base64 data at input byte 0',
    ],
    [
      services,
      { spec: { healthCheckNodePort: 1.5 } },
      '"map[spec:map[healthCheckNodePort:1.5]]": cannot convert float64 to int32',
    ],
  ])("%s %j", async (path, patch, words) => {
    expect(await causeOf(`${path}/one`, patch)).toBe(`Invalid value: ${words}`);
  });

  test("are shown in what merging left of the patch", async () => {
    const patch = { metadata: -1, $patch: "replace" };
    expect(await causeOf(`${configMaps}/one`, patch)).toBe(
      'Invalid value: "map[metadata:-1]": cannot restore struct from: int64',
    );
  });
});

test("unknown fields of a strategic merge patch are told in order, without the keys of maps", async () => {
  const patch = { zzz: 1, metadata: { bogus: 1 } };
  expect(await causeOf(`${configMaps}/one?fieldValidation=Strict`, patch)).toBe(
    'Invalid value: "map[metadata:map[bogus:1] zzz:1]": strict decoding error: unknown field "metadata.bogus", unknown field "zzz"',
  );
});

test("what a merge patch makes is read in the order of its keys", async () => {
  const patch = { metadata: { managedFields: {}, labels: "b" } };
  expect(await causeOf(`${configMaps}/one`, patch, "application/merge-patch+json")).toMatch(
    /of type map\[string\]string$/,
  );
});

test("bytes may be a list of numbers", async () => {
  const type = "application/merge-patch+json";
  const { body } = await sandbox.ask("PATCH", `${secrets}/one`, { data: { a: [104, 105], b: [null] } }, type);
  expect(body["data"]).toEqual({ a: "aGk=", b: "AA==" });
  const refused = await sandbox.ask("PATCH", `${secrets}/one`, { data: { a: ["x"] } }, type);
  expect(firstCause(refused.body)).toMatch(
    /json: cannot unmarshal string into Go struct field Secret\.data of type uint8$/,
  );
});

test("an applied value that only fails to be read as its type is a 500", async () => {
  const manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "bad" }, data: { b: "x" } };
  const { status, body } = await sandbox.apply(`${secrets}/bad`, manifest);
  expect(status).toBe(500);
  expect(body["message"]).toBe(
    "failed to convert new object (/bad; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0",
  );
});

test("an apply without a name is one of the object of the path, where that is there", async () => {
  const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { a: "1" } };
  expect((await sandbox.apply(`${configMaps}/one`, manifest)).status).toBe(200);
  expect((await sandbox.apply(`${configMaps}/nothing`, manifest)).status).toBe(400);
});
