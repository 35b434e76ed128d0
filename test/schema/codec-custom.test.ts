/** Custom resources that a real server read, defaulted or refused, with its words: `custom.json`. */
import { beforeAll, describe, expect, test } from "vitest";
import { isObject, stringifyJson, type JsonObject } from "../../src/json.js";
import { DecodeError, structuralCodec, type Cause } from "../../src/schema/index.js";
import { loadPatterns } from "../../src/schema/patterns.js";
import { recorded } from "./codec-support.js";

interface Case {
  body: JsonObject;
  fault?: string;
  strict?: string;
  causes?: Cause[];
  object?: JsonObject;
}

const { schema, cases } = recorded("custom.json") as unknown as { schema: JsonObject; cases: Case[] };
const codec = structuralCodec(schema);
const title = ({ body }: Case): string => stringifyJson(body).replaceAll('"', "").slice(0, 120);

/** The body as it was sent: objects without metadata had a name. */
function sent({ body }: Case, index: number): JsonObject {
  const { metadata } = body;
  const named = metadata === undefined || (typeof metadata === "object" && metadata !== null);
  const name = { name: `r${index}`, ...(isObject(metadata) ? metadata : {}) };
  return { apiVersion: "codec.dev/v1", kind: "Ruler", ...body, metadata: named ? name : metadata };
}

const lines = (causes: readonly Cause[]): string[] =>
  causes.map(({ field, message, reason }) => `${field}: ${message} (${reason})`).sort();

beforeAll(loadPatterns);

describe("a custom resource is what a server makes of it", () => {
  test.each(cases.map((one, index) => [title(one), one, index] as const))("%s", (_title, one, index) => {
    const body = sent(one, index);
    if (one.fault !== undefined) {
      expect(() => codec.read(body)).toThrow(new DecodeError(one.fault));
      return;
    }
    const { object, strict } = codec.read(body);
    expect(strict.join(", ")).toBe(one.strict ?? "");
    const whole = codec.withDefaults(object);
    if (one.object !== undefined) expect(whole).toEqual(one.object);
    expect(lines(codec.validate(whole))).toEqual(lines(one.causes ?? []));
  });

  test("what was read and defaulted once stays", () => {
    for (const one of cases.filter(({ object }) => object !== undefined)) {
      const object = one.object as JsonObject;
      expect(codec.read(object)).toEqual({ object, strict: [] });
      expect(codec.withDefaults(object)).toEqual(object);
    }
  });
});

describe("schemas that say little", () => {
  const read = (schema: JsonObject, spec: JsonObject): JsonObject =>
    structuralCodec({ type: "object", properties: { spec: schema } }).read({ spec }).object;

  test("an object without properties takes none", () => {
    expect(read({ type: "object" }, { a: 1 })).toEqual({ spec: {} });
  });

  test("unknown fields that are kept are kept whole", () => {
    const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    expect(read(open, { a: { b: [null, { c: 1 }] } })).toEqual({ spec: { a: { b: [null, { c: 1 }] } } });
  });

  test("a root that keeps unknown fields keeps them beside what every object has", () => {
    const { read } = structuralCodec({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
    expect(read({ kind: "A", metadata: { name: "a", x: 1 }, b: { c: null } })).toEqual({
      object: { kind: "A", metadata: { name: "a" }, b: { c: null } },
      strict: ['unknown field "metadata.x"'],
    });
  });

  test("fields named as what JavaScript objects have", () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string","default":"a"}}}',
    ) as JsonObject;
    const { read, withDefaults } = structuralCodec(schema);
    const { object, strict } = read(JSON.parse('{"constructor": 1}') as JsonObject);
    expect(strict).toEqual(['unknown field "constructor"']);
    expect(Object.entries(withDefaults(object))).toEqual([["__proto__", "a"]]);
  });
});
