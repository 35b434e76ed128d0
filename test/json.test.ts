import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Json,
  type JsonObject,
  cloneJson,
  equalJson,
  getKey,
  getPath,
  isObject,
  parseJson,
  setKey,
  stringifyJson,
} from "../src/json.js";

/** Any JSON, `__proto__` among the keys, integers beyond 2^53 among the values. */
const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => {
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom("__proto__", "constructor", "prototype", "toString", "1"),
  );
  const object = fc.array(fc.tuple(key, tie("json")), { maxLength: 4 }).map((entries) => {
    const made: JsonObject = {};
    for (const [name, value] of entries) setKey(made, name, value);
    return made;
  });
  const leaf: fc.Arbitrary<Json> = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("9007199254740993", '"', "\\", 'a"9007199254740993"'),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((number) => !isUnsafeInteger(number) && !Object.is(number, -0)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
    fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
  );
  return { json: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("json"), { maxLength: 4 }), object) };
}).json;

/** A float that JSON.stringify writes as the digits of an integer, which then is read as one. */
function isUnsafeInteger(number: number): boolean {
  return Number.isInteger(number) && !Number.isSafeInteger(number);
}

describe("parseJson and stringifyJson", () => {
  test("whatever is written is read back as the same value", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
        expect(parseJson(stringifyJson(value, indent))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test("integers beyond 2^53 are exact, digit by digit", () => {
    const text =
      '{"max":18446744073709551615,"min":-9223372036854775808,"list":[9007199254740993,9007199254740991]}';
    expect(parseJson(text)).toEqual({
      max: 18446744073709551615n,
      min: -9223372036854775808n,
      list: [9007199254740993n, 9007199254740991],
    });
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  test.each([
    ["0.30000000000000004", 0.30000000000000004],
    ["0.1234567890123456789", 0.12345678901234568],
    ["-1.2345678901234567890e+10", -12345678901.234568],
    ["1e0000000000000000001", 10],
    ["12345678901234567890.5", 12345678901234567000],
    ["123456789012345678e-5", 1234567890123.4568],
  ])("%s is a float, however many digits it has", (text, value) => {
    expect(parseJson(`[${text},{"a":${text}}]`)).toEqual([value, { a: value }]);
  });

  test("digits in strings stay text", () => {
    const text =
      '{"9007199254740993":"9007199254740993","a\\"":": 9007199254740993, \\\\","b":9007199254740993}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  test("a long string with an unsafe integer beside it is no trouble", () => {
    const long = '\\"x'.repeat(1_000_000);
    expect(parseJson(`{"a":"${long}","b":9007199254740993}`)).toMatchObject({ b: 9007199254740993n });
  });

  test("text that is not JSON throws SyntaxError, with and without such integers", () => {
    for (const text of [
      "",
      "{",
      "[1,]",
      "[9007199254740993,]",
      "{9007199254740993:1}",
      "[09007199254740993]",
      "[-]",
    ]) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
  });
});

describe("keys are data, whatever their names", () => {
  test("a parsed __proto__ is an own key and pollutes nothing", () => {
    for (const big of ["", ',"b":9007199254740993']) {
      const value = parseJson(`{"__proto__":{"polluted":true}${big}}`) as JsonObject;
      expect(Object.keys(value)[0]).toBe("__proto__");
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(getPath(value, ["__proto__", "polluted"])).toBe(true);
      expect(getKey({}, "polluted")).toBeUndefined();
    }
  });

  test("getKey answers nothing that is inherited", () => {
    for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(getKey({}, key)).toBeUndefined();
      expect(getPath({ a: {} }, ["a", key])).toBeUndefined();
    }
    expect(getKey([1], "length")).toBeUndefined();
  });

  test("setKey sets __proto__ as an own key that can be set again", () => {
    const object: JsonObject = {};
    setKey(object, "__proto__", 1);
    setKey(object, "__proto__", 2);
    expect(Object.entries(object)).toEqual([["__proto__", 2]]);
  });
});

describe("equalJson and cloneJson", () => {
  test("a clone is equal and shares nothing", () => {
    fc.assert(
      fc.property(json, (value) => {
        const clone = cloneJson(value);
        expect(equalJson(clone, value)).toBe(true);
        expect(clone).toEqual(value);
        if (isObject(value) || Array.isArray(value)) expect(clone).not.toBe(value);
      }),
    );
  });

  test("the order of keys does not matter, that of items does", () => {
    expect(equalJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
  });

  test("values of different kinds differ, and so do absent and null", () => {
    const values: (Json | undefined)[] = [
      undefined,
      null,
      false,
      0,
      "",
      "0",
      [],
      {},
      [null],
      { a: null },
      1n,
      "1",
    ];
    for (const [at, a] of values.entries()) {
      for (const [other, b] of values.entries()) expect(equalJson(a, b)).toBe(at === other);
    }
    expect(equalJson({ a: 1 }, { b: 1 })).toBe(false);
    expect(equalJson({ toString: 1 }, { a: 1 })).toBe(false);
  });
});
