import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalSets, namedFields, pathsOf } from "../../src/merge/field-set.js";
import { readExactly, readFieldsV1, writeFieldsV1 } from "../../src/merge/fields-v1.js";
import { pathText } from "../../src/merge/path.js";
import { fieldSets } from "./arbitraries.js";

describe("fieldsV1", () => {
  test("is written in the order of the server, with a dot for a parent that is a member", () => {
    const set = readFieldsV1({
      "f:b": {},
      "f:a": { 'k:{"port":443}': {}, 'k:{"port":80}': { "f:x": {}, ".": {} } },
    });
    expect(JSON.stringify(writeFieldsV1(set))).toBe(
      '{"f:a":{"k:{\\"port\\":80}":{".":{},"f:x":{}},"k:{\\"port\\":443}":{}},"f:b":{}}',
    );
  });
  test("is what was written when it is read again", () => {
    fc.assert(
      fc.property(fieldSets, (set) => {
        const read = readExactly(JSON.parse(JSON.stringify(writeFieldsV1(set))) as never);
        expect(equalSets(read.set, set)).toBe(true);
        expect(read.isExact).toBe(true);
      }),
    );
  });
  test("an empty node is a member, as is one with nothing that is known", () => {
    expect(pathsOf(readFieldsV1({ "f:a": {}, "f:b": { "x:new": {} } })).map(pathText)).toEqual([".a", ".b"]);
  });
  test("nothing is an empty set", () => {
    expect(pathsOf(readFieldsV1({}))).toEqual([]);
    expect(pathsOf(readFieldsV1({ ".": {} }))).toEqual([]);
  });
  test.each([
    [{ "f:a": { ".": {} } }],
    [{ "x:a": {} }],
    [{ "f:b": {}, "f:a": {} }],
    [{ 'k:{"b":1,"a":1}': {} }],
    [{ ".": {}, "f:a": {} }],
    [{ "f:a": { ".": { "f:b": {} }, "f:c": {} } }],
  ])("%j would be written otherwise", (fields) => {
    expect(readExactly(fields).isExact).toBe(false);
  });
  test.each([[null], ["f:a"], [[]], [{ "f:a": 1 }], [{ spec: {} }]])("%j is none", (fields) => {
    expect(() => readFieldsV1(fields)).toThrow(SyntaxError);
  });
  test("one step written in two ways is one", () => {
    const read = readFieldsV1({ 'k:{"a":1,"b":1}': { "f:a": {} }, 'k:{"b":1,"a":1}': { "f:b": {} } });
    expect(pathsOf(read).map(pathText)).toEqual(["[a=1,b=1].a", "[a=1,b=1].b"]);
  });
  test("a field of any name is kept", () => {
    expect(writeFieldsV1(namedFields(["__proto__"], ["a.b/c"]))).toEqual({
      "f:__proto__": {},
      "f:a.b/c": {},
    });
  });
});
