import { describe, expect, test } from "vitest";
import { parseJson, type Json } from "../../src/json.js";
import { createSecrets } from "../../src/report/secrets.js";
import { base64, database, objectOf, settings } from "./fixtures.js";

const shape = /^<secret, [0-9]+ bytes?, #[0-9a-f]{6}>$/;
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function valueOf(object: Json, key: string): string {
  return (object as { data: Record<string, string> }).data[key] ?? "";
}

describe("the mask of a value", () => {
  const secrets = createSecrets(false);
  const masked = secrets.object(
    objectOf(database, { data: { a: base64("hunter2"), b: base64("hunter2"), c: base64("hunter3") } }),
  );

  test("says its length in bytes and a fingerprint", () => {
    expect(valueOf(masked, "a")).toMatch(shape);
    expect(valueOf(masked, "a")).toContain("7 bytes");
  });

  test("is the same for the same value, another for another", () => {
    expect(valueOf(masked, "b")).toBe(valueOf(masked, "a"));
    expect(valueOf(masked, "c")).not.toBe(valueOf(masked, "a"));
  });

  test("is the same whether the value stands in data or in stringData", () => {
    const text = secrets.object(objectOf(database, { stringData: { a: "hunter2" } }));
    expect((text["stringData"] as Record<string, Json>)["a"]).toBe(valueOf(masked, "a"));
  });

  test("is another in another run, so that a table of passwords is of no use", () => {
    const other = createSecrets(false).object(objectOf(database, { data: { a: base64("hunter2") } }));
    expect(valueOf(other, "a")).not.toBe(valueOf(masked, "a"));
  });
});

describe("an object", () => {
  const secrets = createSecrets(false);

  test("keeps names, keys and types of a Secret, and __proto__ is a key like any other", () => {
    const secret = parseJson(
      '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"type":"Opaque","data":{"__proto__":"aHVudGVyMg=="}}',
    ) as Record<string, Json>;
    const masked = secrets.object(secret);
    expect(masked).toMatchObject({ kind: "Secret", metadata: { name: "s" }, type: "Opaque" });
    expect(Object.keys(masked["data"] as object)).toEqual(["__proto__"]);
    expect(JSON.stringify(masked)).not.toContain("aHVudGVyMg");
  });

  test("loses values of the wrong type and broken base64 too", () => {
    const secret = objectOf(database, { data: { a: 12345678, b: "not base64!", c: ["deep"], d: null } });
    const masked = JSON.stringify(secrets.object(secret));
    expect(masked).not.toMatch(/12345678|not base64|deep/);
    expect(masked).toContain('"d":null');
  });

  test("loses client-side apply's copy of a Secret", () => {
    const secret = objectOf(database);
    secret["metadata"] = { name: "database", annotations: { [lastApplied]: '{"data":"x"}', team: "shop" } };
    const masked = secrets.object(secret);
    expect(masked).toMatchObject({
      metadata: { annotations: { [lastApplied]: expect.stringMatching(shape) as unknown, team: "shop" } },
    });
  });

  test("masks Secrets within a List", () => {
    const list = {
      apiVersion: "v1",
      kind: "SecretList",
      items: [objectOf(database, { data: { a: "c2VjcmV0" } })],
    };
    expect(JSON.stringify(secrets.object(list))).not.toContain("c2VjcmV0");
  });

  test("of another kind loses a known value that was copied into it", () => {
    const knowing = createSecrets(false);
    knowing.learn(objectOf(database, { stringData: { password: "tr0ub4dor&3" } }));
    const copied = knowing.object(objectOf(settings, { data: { url: "postgres://me:tr0ub4dor&3@db" } }));
    expect(valueOf(copied, "url")).toMatch(/^postgres:\/\/me:<secret, 11 bytes, #[0-9a-f]{6}>@db$/);
  });
});

describe("a difference in a Secret", () => {
  const secrets = createSecrets(false);
  const planted = base64("planted-value");
  const secretObject = { data: { a: planted }, metadata: { annotations: { [lastApplied]: planted } } };

  test.each([
    ["data.a", planted],
    [".data.a", planted],
    ['data["tls.key"]', planted],
    ['.data["a"]', planted],
    ["data", { a: planted }],
    ["stringData.a", planted],
    [`metadata.annotations["${lastApplied}"]`, planted],
    ["metadata.annotations", { [lastApplied]: planted }],
    ["metadata", { annotations: { [lastApplied]: planted } }],
    ["", secretObject],
  ] as [string, Json][])("at %s shows no value", (path, value) => {
    const shown = secrets.difference(database, { path, before: value, after: value });
    expect(shown.path).toBe(path);
    expect(JSON.stringify(shown)).not.toContain(planted);
    expect(JSON.stringify(shown)).toContain("<secret, ");
  });

  test("outside its data stays readable", () => {
    const difference = { path: "metadata.labels.team", before: "shop", after: "store" };
    expect(secrets.difference(database, difference)).toEqual(difference);
  });

  test("that adds or removes has one side", () => {
    expect(secrets.difference(database, { path: "data.a", after: planted })).not.toHaveProperty("before");
  });
});

test("with showSecrets everything is left as it is", () => {
  const secret = objectOf(database, { data: { a: base64("hunter2") } });
  const secrets = createSecrets(true);
  secrets.learn(secret);
  expect(secrets.object(secret)).toEqual(secret);
  expect(secrets.text("hunter2hunter2")).toBe("hunter2hunter2");
});
