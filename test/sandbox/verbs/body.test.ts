import { describe, expect, it } from "vitest";
import { readObject, readOptions } from "../../../src/sandbox/verbs/body.js";
import type { HttpCall } from "../../../src/sandbox/model.js";
import { StatusError } from "../../../src/sandbox/status.js";
import { body, field, int } from "../protobuf/encode.js";

const protobuf = "application/vnd.kubernetes.protobuf";

function call(type: string, sent: string | Uint8Array): HttpCall {
  return {
    method: "POST",
    url: new URL("http://server/api/v1/namespaces/default/configmaps"),
    headers: { "content-type": type },
    body: typeof sent === "string" ? Buffer.from(sent) : sent,
    signal: new AbortController().signal,
  };
}

/** The code and the message that a body is answered with. */
async function refusal(read: Promise<unknown>): Promise<[number, string]> {
  const error: unknown = await read.catch((thrown: unknown) => thrown);
  if (error instanceof StatusError) return [error.code, error.message];
  throw new Error("it was read");
}

const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
const named = field(1, field(1, "a"));

describe("the body of a create", () => {
  it.each([
    ["application/json", JSON.stringify(object)],
    ["application/json; charset=utf-8", JSON.stringify(object)],
    ["", JSON.stringify(object)],
    ["application/yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"],
    [protobuf, body("v1", "ConfigMap", named)],
    [protobuf, body("", "", named)],
  ])("is read as %s", async (type, sent) => {
    expect(await readObject(call(type, sent), "ConfigMap")).toEqual({ value: object, duplicates: [] });
  });

  it("may be nothing: an object with nothing in it", async () => {
    expect((await readObject(call("application/json", "null"), "ConfigMap")).value).toEqual({});
    expect((await readObject(call("application/yaml", ""), "ConfigMap")).value).toEqual({});
  });

  // The words are the real server's.
  const unrecognized = "the object provided is unrecognized (must be of type ConfigMap): ";
  it.each<[string, string | Uint8Array, string]>([
    [protobuf, "", `${unrecognized}empty data (<empty>)`],
    [protobuf, Uint8Array.of(0x6b, 0x38, 0x73, 0), `${unrecognized}empty body (6b387300)`],
    [
      protobuf,
      '{"a":1}',
      `${unrecognized}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({"a":1})`,
    ],
    [
      protobuf,
      body("v1", "ConfigMap", int(1, 20)),
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for field ObjectMeta',
    ],
    [
      protobuf,
      body("apps/v1", "Nope"),
      'Nope in version "v1" cannot be handled as a ConfigMap: no kind "Nope" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])("is refused as %s: %#", async (type, sent, message) => {
    expect(await refusal(readObject(call(type, sent), "ConfigMap"))).toEqual([400, message]);
  });

  it("is shown in part where it can't be read", async () => {
    const long = `{"a":"0123456789012345678901234567890123456789"`;
    const [, message] = await refusal(readObject(call("application/json", long), "ConfigMap"));
    expect(message).toMatch(/^the object provided .*couldn't get version\/kind; json parse error: /);
    expect(message).toMatch(/ \(\{"a":"012345678901234567890123 \.\.\.\)$/);
  });

  it("is of one of three types", async () => {
    expect(await refusal(readObject(call("text/plain", "a"), "ConfigMap"))).toEqual([
      415,
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    ]);
  });
});

describe("the body of a delete", () => {
  it("may be there or not", async () => {
    expect(await readOptions(call(protobuf, ""))).toEqual({});
    expect(await readOptions(call(protobuf, body("apps/v1", "DeleteOptions", int(1, 0))))).toMatchObject({
      gracePeriodSeconds: 0,
    });
  });

  it("is refused without a word of its type", async () => {
    const wrong = body("v1", "DeleteOptions", field(1, "a"));
    expect(await refusal(readOptions(call(protobuf, wrong)))).toEqual([
      400,
      "proto: wrong wireType = 2 for field GracePeriodSeconds",
    ]);
  });

  it.each<[string, string | Uint8Array]>([
    [protobuf, body("v1", "ConfigMap", named)],
    ["application/json", JSON.stringify(object)],
  ])("is DeleteOptions and nothing else, as %s", async (type, sent) => {
    expect(await refusal(readOptions(call(type, sent)))).toEqual([
      400,
      'no kind "ConfigMap" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ]);
  });
});
