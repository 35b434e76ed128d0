import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import { definitionOf } from "../../../src/sandbox/protobuf/definitions.js";
import { ProtobufError, readProtobuf } from "../../../src/sandbox/protobuf/index.js";
import { builtInCodec } from "../../../src/schema/index.js";
import { body, entry, field, int, magic, varint, type Bytes } from "./encode.js";

interface Recorded {
  command: string;
  /** What was sent, as base64. */
  body: string;
  /** The same object in JSON (fixtures/README.md). */
  object: JsonObject;
}

const recorded = JSON.parse(
  readFileSync(new URL("fixtures/recorded.json", import.meta.url), "utf8"),
) as Recorded[];

describe("what kubectl sends", () => {
  it.each(recorded)("is the object that it prints: $command", ({ body: sent, object }) => {
    const { apiVersion, kind, value } = readProtobuf(Buffer.from(sent, "base64"), unsaid);
    expect({ apiVersion, kind }).toEqual({ apiVersion: object["apiVersion"], kind: object["kind"] });
    const codec = builtInCodec(definitionOf(apiVersion, kind) ?? "");
    expect(codec.read(value)).toEqual({ object: codec.read(object).object, strict: [] });
  });

  it("has no zero values that JSON would leave out", () => {
    const { body: sent, object } = recorded.find(({ command }) => command.includes("deployment")) ?? {};
    expect(readProtobuf(Buffer.from(sent ?? "", "base64"), unsaid).value).toEqual(object);
  });
});

describe("the type of a body", () => {
  const named = field(1, field(1, "a"));
  const typed = (type: Bytes): Uint8Array => Uint8Array.from([...magic, ...type, ...field(2, named)]);

  it.each([
    ["nothing", typed([])],
    ["no kind", body("v1", "", named)],
    ["no version", body("", "ConfigMap", named)],
    ["a version that is none", body("a/b/c", "ConfigMap", named)],
    ["a version without a name", body("apps/", "ConfigMap", named)],
  ])("is the expected one where it says %s", (_, bytes) => {
    expect(readProtobuf(bytes, expected)).toEqual({
      ...expected,
      value: { ...expected, metadata: { name: "a" } },
    });
  });

  it("is what it says, whatever is expected", () => {
    expect(readProtobuf(body("v1", "Secret", named), expected)).toMatchObject({ kind: "Secret" });
  });

  it.each(["v1", "apps/v1", "example.com/v9"])("may be DeleteOptions of %s", (apiVersion) => {
    const { value } = readProtobuf(body(apiVersion, "DeleteOptions", int(1, 0)), expected);
    expect(value).toEqual({ apiVersion, kind: "DeleteOptions", gracePeriodSeconds: 0 });
  });

  it("may be one that only a subresource takes", () => {
    expect(readProtobuf(body("autoscaling/v1", "Scale", field(2, int(1, 3))), expected).value).toEqual({
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      spec: { replicas: 3 },
    });
  });
});

const expected = { apiVersion: "v1", kind: "ConfigMap" };
const unsaid = { apiVersion: "", kind: "" };

/** Bytes and what the real server said of them, at a POST of a ConfigMap. */
describe("a body that can't be read", () => {
  const refusal = (bytes: Uint8Array): ProtobufError => {
    try {
      readProtobuf(bytes, expected);
    } catch (error) {
      if (error instanceof ProtobufError) return error;
      throw error;
    }
    throw new Error("it was read");
  };

  const notProtobuf =
    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]";
  it.each<[string, Bytes, string]>([
    ["empty", [], "empty data"],
    ["one byte", [0x6b], notProtobuf],
    ["JSON", [...Buffer.from("{}")], notProtobuf],
    ["the first four bytes", magic, "empty body"],
    ["cut off", [...magic, 0x0a, 9], "unexpected EOF"],
    ["a number for the type", [...magic, 0x08, 9], "proto: wrong wireType = 0 for field TypeMeta"],
    ["a number for the version", [...magic, ...field(1, int(1, 1))], wrongVersion],
  ])("has no type: %s", (_, bytes, message) => {
    const error = refusal(Uint8Array.from(bytes));
    expect(error).toMatchObject({ message, type: undefined });
  });

  const named = field(1, field(1, "a"));
  const ff = (count: number): Bytes => Array<number>(count).fill(0xff);
  it.each<[string, Bytes, string]>([
    ["JSON within the envelope", [...Buffer.from(`{"metadata":{"name":"x"}}`)], "unexpected EOF"],
    ["a message cut off", [0x0a, 20], "unexpected EOF"],
    ["an entry cut off", [...named, ...field(2, [0x0a, 9])], "unexpected EOF"],
    ["64 bits cut off", [0x79, 1, 2, 3], "unexpected EOF"],
    ["a group without an end", [...named, 0x7b], "unexpected EOF"],
    ["an end without a group", [0x7c], "proto: ConfigMap: wiretype end group for non-group"],
    ["field 0", [0x02, 20], "proto: ConfigMap: illegal tag 0 (wire type 2)"],
    ["a wire type that is none", [0x7e], "proto: illegal wireType 6"],
    ["a number for metadata", [0x08, 20], "proto: wrong wireType = 0 for field ObjectMeta"],
    ["a number for a name", field(1, int(1, 20)), "proto: wrong wireType = 0 for field Name"],
    ["a number for a map", int(2, 20), "proto: wrong wireType = 0 for field Data"],
    ["text for a boolean", [...named, ...field(4, "a")], "proto: wrong wireType = 2 for field Immutable"],
    ["a tag of eleven bytes", ff(11), "proto: integer overflow"],
    ["a number of eleven bytes", [...named, 0x20, ...ff(10), 1], "proto: integer overflow"],
    ["a negative length", [0x0a, ...varint(-1)], "proto: negative length found during unmarshaling"],
  ])("has a type, and is not of it: %s", (_, bytes, message) => {
    expect(refusal(body("v1", "ConfigMap", bytes))).toMatchObject({ message, type: expected });
  });

  it.each([
    ["v1", "Nope"],
    ["v2", "ConfigMap"],
  ])("is of a kind that is not served: %s %s", (apiVersion, kind) => {
    const message = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
    expect(refusal(body(apiVersion, kind, named))).toMatchObject({ message, type: { apiVersion, kind } });
  });
});

const wrongVersion = "proto: wrong wireType = 0 for field APIVersion";

/** What the real server takes, of what no client of its own sends. */
describe("an odd body", () => {
  const read = (...object: Bytes[]): JsonObject => {
    const { value } = readProtobuf(body("v1", "ConfigMap", ...object), expected);
    const { apiVersion: _apiVersion, kind: _kind, ...rest } = value;
    return rest;
  };

  it.each<[string, Bytes]>([
    ["a group", [0x7b, ...int(1, 5), ...field(2, "x"), 0x7c]],
    ["groups within groups, whatever their numbers", [0x7b, 0x0b, 0x08, 1, 0x0c, 0x7c]],
    ["64 bits", [0x79, 1, 2, 3, 4, 5, 6, 7, 8]],
    ["32 bits", [0x7d, 1, 2, 3, 4]],
    ["a number", int(15, 300)],
    ["bytes", field(99, "x")],
  ])("may have unknown fields: %s", (_, unknown) => {
    expect(read(unknown, field(1, field(1, "a")))).toEqual({ metadata: { name: "a" } });
  });

  it("may have a message in parts", () => {
    expect(read(field(1, field(1, "a")), field(1, field(2, "b"), entry(11, "l", "1")))).toEqual({
      metadata: { name: "a", generateName: "b", labels: { l: "1" } },
    });
  });

  it("may have a key twice, a key alone, a value alone, and more than both", () => {
    expect(read(entry(2, "a", "1"), entry(2, "a", "2"))).toEqual({ data: { a: "2" } });
    expect(read(field(2, field(1, "a")))).toEqual({ data: { a: "" } });
    expect(read(field(2, field(2, "1")))).toEqual({ data: { "": "1" } });
    expect(read(field(2, field(1, "a"), field(3, "x"), field(2, "1")))).toEqual({ data: { a: "1" } });
    expect(read(field(2, [0x08, 1, 65]))).toEqual({ data: { A: "" } });
  });

  it("may have keys of any name", () => {
    expect(Object.entries(read(entry(2, "__proto__", "1"))["data"] ?? {})).toEqual([["__proto__", "1"]]);
  });

  it("may name an encoding and a content type: they are not looked at", () => {
    const extra = [...field(3, "gzip"), ...field(4, "application/json")];
    const bytes = Uint8Array.from([...body("v1", "ConfigMap", field(1, field(1, "a"))), ...extra]);
    expect(readProtobuf(bytes, expected).value).toMatchObject({ metadata: { name: "a" } });
  });

  it("may hold bytes that are no text", () => {
    expect(read(entry(2, "k", [0xff, 0x41]))).toEqual({ data: { k: "�A" } });
    expect(read(entry(2, "k", [0xef, 0xbb, 0xbf, 0x41]))).toEqual({ data: { k: "\u{feff}A" } });
  });
});
