import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtobufError, readProtobuf } from "../../../src/sandbox/protobuf/index.js";
import { body } from "./encode.js";

const expected = { apiVersion: "v1", kind: "Pod" };
const recorded = (
  JSON.parse(readFileSync(new URL("fixtures/recorded.json", import.meta.url), "utf8")) as { body: string }[]
).map((row) => Buffer.from(row.body, "base64"));

/** Reads, or refuses: how else it ends is a failure. */
function outcome(bytes: Uint8Array): "read" | "refused" {
  try {
    readProtobuf(bytes, expected);
    return "read";
  } catch (error) {
    if (error instanceof ProtobufError) return "refused";
    throw error;
  }
}

describe("whatever the bytes are, a body is read or refused", () => {
  const kinds = fc.constantFrom(
    ["v1", "Pod"],
    ["v1", "ConfigMap"],
    ["apps/v1", "ControllerRevision"],
    ["coordination.k8s.io/v1", "Lease"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["resource.k8s.io/v1", "ResourceSlice"],
  );

  it("random ones", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(bytes)).toBeDefined();
      }),
    );
  });

  it("random ones within an envelope", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 60 }), ([apiVersion = "", kind = ""], bytes) => {
        seen.add(outcome(body(apiVersion, kind, [...bytes])));
      }),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).toEqual(["read", "refused"]);
  });

  it("those that kubectl sent, with some of them changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...recorded), changes, (sent, list) => {
        const bytes = Uint8Array.from(sent);
        for (const [at, byte] of list) bytes[at % bytes.length] = byte;
        expect(outcome(bytes)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it("those that kubectl sent, cut off anywhere: of the object there is all or nothing", () => {
    for (const sent of recorded) {
      const { value: whole } = readProtobuf(sent, expected);
      for (let length = 0; length < sent.length; length += 1) {
        const cut = sent.subarray(0, length);
        if (outcome(cut) === "refused") continue;
        const { value, ...type } = readProtobuf(cut, expected);
        expect([type, whole]).toContainEqual(value);
      }
    }
  });

  it("many bytes take no long time", () => {
    const entries = Array.from({ length: 100_000 }, () => [0x12, 0x03, 0x0a, 0x01, 0x61]).flat();
    const started = performance.now();
    outcome(body("v1", "ConfigMap", entries));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
