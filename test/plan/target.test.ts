import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { readyBody, resolveTargets } from "../../src/plan/target.js";
import type { TypeSources } from "../../src/plan/target.js";
import { manifest, object, types } from "../make.js";

const nobody: TypeSources = {
  ofSet: [],
  bundled: () => undefined,
  discover: () => Promise.resolve(undefined),
};

describe("resolving types", () => {
  test("the set's own CRDs come first, and the server is not asked", async () => {
    const { targets } = await resolveTargets(
      [manifest(object(types.widget, "w"))],
      { ...nobody, ofSet: [types.widget], discover: () => Promise.reject(new Error("asked")) },
      "shop",
    );
    expect(targets.map(({ type }) => type)).toEqual([types.widget]);
  });
  test("a namespaced object without a namespace goes into that of the run", async () => {
    const { targets } = await resolveTargets(
      [manifest(object(types.configMap, "a"))],
      { ...nobody, bundled: () => types.configMap },
      "shop",
    );
    expect(targets[0]?.ref.namespace).toBe("shop");
    expect(targets[0]?.body["metadata"]).toEqual({ name: "a", namespace: "shop" });
  });
  test("one object twice, as its namespace turns out to be that of the run, is a problem", async () => {
    const { problems } = await resolveTargets(
      [manifest(object(types.configMap, "a")), manifest(object(types.configMap, "a", {}, "shop"))],
      { ...nobody, bundled: () => types.configMap },
      "shop",
    );
    expect(problems.map(({ message }) => message)).toEqual([
      "ConfigMap a in namespace shop is there twice: first at set.yaml:1:1",
    ]);
  });
  test("a kind that nobody knows is a problem at its place", async () => {
    const { problems } = await resolveTargets([manifest(object(types.widget, "w"))], nobody, "shop");
    expect(problems).toMatchObject([{ code: "unknown-kind", place: { line: 1 } }]);
    expect(problems[0]?.message).toBe("the server does not serve kind Widget in shop.example/v1");
  });
  test("a kind that the server won't tell of is an error about its object; that it can't be reached is not", async () => {
    const status = { code: 503, reason: "ServiceUnavailable", message: "", causes: [] };
    const failing = (code: "server-error" | "unreachable", details: object) =>
      resolveTargets(
        [manifest(object(types.widget, "w"))],
        { ...nobody, discover: () => Promise.reject(new KapplyError(code, "no kinds", details)) },
        "shop",
      );
    await expect(failing("server-error", { status })).rejects.toMatchObject({
      message: "no kinds",
      details: { status, ref: { kind: "Widget", name: "w" }, place: { line: 1 } },
    });
    await expect(failing("unreachable", {})).rejects.toHaveProperty("details", {});
  });
  test("a namespace on a cluster-scoped kind of the server is a problem", async () => {
    const sources = { ...nobody, discover: () => Promise.resolve({ ...types.widget, namespaced: false }) };
    const { problems } = await resolveTargets(
      [manifest(object(types.widget, "w", {}, "shop"))],
      sources,
      "shop",
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'Widget is cluster-scoped, but the manifest gives it the namespace "shop"',
    ]);
  });
});

describe("the body that is sent", () => {
  const secret = { apiVersion: "v1", kind: "Secret", name: "s" };
  test("a Secret's stringData moves into data, and wins over it", () => {
    const body = object(types.secret, "s", { data: { a: "eA==", b: "eQ==" }, stringData: { b: "zürich" } });
    expect(readyBody(body, secret)).toEqual(
      object(types.secret, "s", { data: { a: "eA==", b: "esO8cmljaA==" } }),
    );
  });
  test("an empty stringData leaves no data behind", () => {
    expect(readyBody(object(types.secret, "s", { stringData: {} }), secret)).toEqual(
      object(types.secret, "s"),
    );
  });
  test("managedFields are not sent", () => {
    const body = { ...object(types.configMap, "a"), metadata: { name: "a", managedFields: null } };
    expect(readyBody(body, { apiVersion: "v1", kind: "ConfigMap", name: "a" })["metadata"]).toEqual({
      name: "a",
    });
  });
  test("the manifest itself stays as it was read", () => {
    const body = object(types.secret, "s", { stringData: { a: "x" } });
    const copy = structuredClone(body);
    readyBody(body, { ...secret, namespace: "shop" });
    expect(body).toEqual(copy);
  });
});
