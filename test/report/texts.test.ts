import { describe, expect, test } from "vitest";
import type { Json } from "../../src/json.js";
import { showValue } from "../../src/report/texts.js";
import { base64 } from "./fixtures.js";

function shown(value: Json, encoded = false, redact = (text: string): string => text): string[] {
  const { head, lines } = showValue(value, encoded, redact);
  return [head, ...(lines ?? []).map(({ text }) => text)];
}

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

describe("base64 where the field holds base64", () => {
  test("of lines of text is those lines, and says what it is", () => {
    expect(shown(base64(certificate), true)).toEqual([
      "|  # base64",
      "-----BEGIN CERTIFICATE-----",
      "MIIB",
      "-----END CERTIFICATE-----",
    ]);
    expect(shown(base64("a\nb"), true)).toEqual(["|-  # base64", "a", "b"]);
  });

  test("of a long line of text is that line", () => {
    const line = "a long line, ".repeat(6);
    expect(shown(base64(line), true)).toEqual([`"${line}"  # base64`]);
    expect(shown(base64("x".repeat(90)), true)).toEqual([`${"x".repeat(90)}  # base64`]);
  });

  test("of anything else that is long is its size and a fingerprint, another one for other bytes", () => {
    const bytes = (last: number): string =>
      Buffer.from([...Buffer.alloc(1203, 200), last]).toString("base64");
    expect(shown(bytes(1), true)).toEqual([expect.stringMatching(/^<1,204 bytes, sha256 [0-9a-f]{16}>$/)]);
    expect(shown(bytes(1), true)).not.toEqual(shown(bytes(2), true));
    expect(shown(bytes(1), true)).toEqual(shown(bytes(1), true));
  });

  test("may have line breaks of its own in a manifest", () => {
    const wrapped = base64(certificate).replace(/.{20}/g, "$&\n");
    expect(shown(wrapped, true)).toEqual(shown(base64(certificate), true));
  });

  test.each([
    ["short", base64("hunter2")],
    ["no base64", "not base64! ".repeat(10).trim()],
    ["base64 with stray bits", `${"QUJD".repeat(30)}QR==`],
    ["a mask", "<secret, 12 bytes, #a1b2c3>"],
    ["empty", ""],
  ])("stays as it is where it is %s", (_case, value) => {
    const [only, ...rest] = shown(value, true);
    expect(only?.replaceAll('"', "")).toBe(value);
    expect(rest).toEqual([]);
  });

  test("with control characters in it is no text", () => {
    expect(shown(base64(`\u001b[31m\n${"x".repeat(90)}`), true)).toEqual([
      expect.stringMatching(/^<96 bytes, sha256 /),
    ]);
  });

  test("loses what is secret once it is decoded", () => {
    expect(
      shown(base64("user=me\npassword=tr0ub4dor\n"), true, (text) => text.replace("tr0ub4dor", "***")),
    ).toEqual(["|  # base64", "user=me", "password=***"]);
  });
});

test("base64 in any other field is left alone", () => {
  expect(shown(base64(certificate))).toEqual([base64(certificate)]);
});

describe("a text of several lines", () => {
  test("is a block as YAML has it, where YAML has one", () => {
    expect(shown("a\nb")).toEqual(["|-", "a", "b"]);
    expect(shown("a\nb\n")).toEqual(["|", "a", "b"]);
    expect(shown("a\n\n\n")).toEqual(["|+", "a", "", ""]);
    expect(shown("  a\nb\n")).toEqual(["|2", "  a", "b"]);
  });

  test("is one too where YAML would quote it", () => {
    expect(shown("a \n  \nb")).toEqual(["|-", "a ", "  ", "b"]);
    expect(shown("all:\n\tmake\n")).toEqual(["|  # with escapes", "all:", "\\tmake"]);
    expect(shown("bell\n\u0007\n")).toEqual(["|  # with escapes", "bell", "\\x07"]);
  });

  test("says that its lines end as on Windows, and spells out a stray carriage return", () => {
    expect(shown("a\r\nb\r\n")).toEqual(["|  # CRLF", "a", "b"]);
    expect(shown("a\r\nb\n")).toEqual(["|  # with escapes", "a\\x0d", "b"]);
    expect(shown(base64("a\r\nb\r\n"), true)).toEqual(["|  # base64, CRLF", "a", "b"]);
  });

  test("of line feeds alone is no block", () => {
    expect(shown("\n\n")).toEqual(['"\\n\\n"']);
  });
});

test("a value on one line is as YAML has it, and steers no terminal", () => {
  expect([5, true, null, "yes", {}, [], "a b"].map((value) => shown(value)[0])).toEqual([
    "5",
    "true",
    "null",
    '"yes"',
    "{}",
    "[]",
    "a b",
  ]);
  expect(shown("\u001b[31m")).toEqual(['"\\u001b[31m"']);
  expect(shown("a\u202eb")[0]).not.toContain("\u202e");
});
