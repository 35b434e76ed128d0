/** Quantities and times beside what a real server made of them: `quantities.json`, `times.json`. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalBase64 } from "../../src/schema/go-base64.js";
import { canonicalQuantity } from "../../src/schema/canonical-quantity.js";
import { canonicalTime } from "../../src/schema/go-time.js";
import { goNumber, goQuote } from "../../src/schema/go-text.js";
import { recorded } from "./codec-support.js";

const quantities = recorded("quantities.json") as unknown as {
  given: string;
  nano?: string;
  milli?: string;
  fault?: string;
}[];
const times = recorded("times.json") as unknown as {
  given: string;
  second: string | null;
  micro: string | null;
}[];

describe("quantities", () => {
  test.each(quantities.filter(({ fault }) => fault === undefined))("$given is written $nano", (row) => {
    expect(canonicalQuantity(row.given)).toBe(row.nano);
    expect(canonicalQuantity(row.given, "milli")).toBe(row.milli);
  });

  test.each(quantities.filter(({ fault }) => fault !== undefined))("'$given' is none: $fault", (row) => {
    expect(() => canonicalQuantity(row.given)).toThrow(row.fault);
  });

  const amount = fc.tuple(
    fc.constantFrom("", "-"),
    fc.bigInt({ min: 0n, max: 10n ** 20n }),
    fc.constantFrom("", ".5", ".25", ".000"),
    fc.constantFrom("", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"),
  );

  test("a canonical form is its own", () => {
    fc.assert(
      fc.property(amount, (parts) => {
        const once = canonicalQuantity(parts.join(""));
        expect(canonicalQuantity(once)).toBe(once);
      }),
    );
  });

  test("a canonical form has no more than one factor of its unit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), fc.constantFrom("", "k", "m"), (digits, unit) => {
        expect(canonicalQuantity(`${digits}000${unit}`)).not.toMatch(/000[a-zA-Z]?$/);
      }),
    );
  });
});

describe("times", () => {
  const said = (given: string, precision: "second" | "micro"): string | null => {
    try {
      return canonicalTime(given, precision);
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each(times)("'$given' is $second", ({ given, second, micro }) => {
    expect(said(given, "second")).toBe(second);
    expect(said(given, "micro")).toBe(micro);
  });

  test("every instant that JavaScript writes is read, to the second", () => {
    const dates = fc.date({
      min: new Date("0001-01-02T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString();
        expect(canonicalTime(text, "second")).toBe(text.replace(/\.\d+/, ""));
      }),
    );
  });
});

test("base64 of any bytes is read, and written without its line breaks", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(20), (bytes, at) => {
      const text = Buffer.from(bytes).toString("base64");
      expect(canonicalBase64(`${text.slice(0, at)}\r\n${text.slice(at)}\n`)).toBe(text);
    }),
  );
});

test("texts and numbers as Go prints them", () => {
  expect(goQuote('a"b\\\t\u0001\u007fü\u2028é')).toBe('"a\\"b\\\\\\t\\x01\\x7fü\\u2028é"');
  expect([1.5, 1e21, 1e-7, -1e21, 5n, 100].map(goNumber)).toEqual([
    "1.5",
    "1e+21",
    "1e-07",
    "-1e+21",
    "5",
    "100",
  ]);
});
