/** Bodies that a real server refused or reported on, with its words: `decode.json`. */
import { expect, describe, test } from "vitest";
import { stringifyJson, type JsonObject } from "../../src/json.js";
import { DecodeError } from "../../src/schema/index.js";
import { goField, goTypeOf } from "../../src/schema/go-types.js";
import { codecOf, recorded } from "./codec-support.js";

const cases = recorded("decode.json") as unknown as { body: JsonObject; fault?: string; strict?: string }[];

describe("a body that does not fit its type is refused in the server's words", () => {
  test.each(cases.filter(({ fault }) => fault !== undefined).map((one) => [one.fault, one.body] as const))(
    "%s",
    (fault, body) => {
      expect(() => codecOf(body).read(body)).toThrow(new DecodeError(fault));
    },
  );
});

describe("unknown fields are dropped and told", () => {
  test.each(cases.filter(({ strict }) => strict !== undefined).map((one) => [one.strict, one.body] as const))(
    "%s",
    (strict, body) => {
      const { strict: lines, object } = codecOf(body).read(body);
      expect(lines.join(", ")).toBe(strict);
      expect(codecOf(body).read(object).strict).toEqual([]);
    },
  );
});

test("bodies that the server takes are taken", () => {
  const taken = cases.filter(({ fault, strict }) => fault === undefined && strict === undefined);
  expect(taken.length).toBeGreaterThan(5);
  for (const { body } of taken) expect(codecOf(body).read(body).strict, stringifyJson(body)).toEqual([]);
});

test("fields have the names of Go's types, and of the structs that they are embedded from", () => {
  const text = { type: "string" };
  expect(goTypeOf("core.v1.ContainerPort", "protocol", text)).toBe("v1.Protocol");
  expect(goTypeOf("core.v1.ContainerPort", "hostIP", text)).toBe("string");
  const probes = { type: "array", items: { $ref: "io.k8s.api.core.v1.Probe" } };
  expect(goTypeOf("core.v1.Container", "probes", probes)).toBe("[]v1.Probe");
  expect(
    goTypeOf("core.v1.Secret", "data", { type: "object", additionalProperties: { ...text, format: "byte" } }),
  ).toBe("map[string][]uint8");
  expect(goField("core.v1.Volume", "nfs")).toBe("VolumeSource.nfs");
  expect(goField("core.v1.Volume", "name")).toBe("name");
});

test("pointers that are always written are null where they are absent", () => {
  const body = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    spec: { azureFile: { secretName: "a", shareName: "b" }, scaleIO: {} },
  };
  expect(codecOf(body).read(body).object.spec).toEqual({
    azureFile: { secretName: "a", shareName: "b", secretNamespace: null },
    scaleIO: { gateway: "", system: "", secretRef: null },
  });
});
