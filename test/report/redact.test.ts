import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/report/redact.js";

const mask = "<masked>";

function knowing(...values: string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.add(Buffer.from(value), mask);
  return redactor;
}

describe("a message", () => {
  const value = 'pass word/"&<1>';

  test.each([
    ["as it is", value],
    ["in base64", Buffer.from(value).toString("base64")],
    ["in base64 without padding", Buffer.from(value).toString("base64").replace(/=+$/, "")],
    ["in base64 for URLs", Buffer.from(value).toString("base64url")],
    ["percent-encoded", encodeURIComponent(value)],
    ["percent-encoded in lower case", encodeURIComponent(value).replace(/%../g, (d) => d.toLowerCase())],
    ["as in a form", new URLSearchParams({ v: value }).toString().slice(2)],
    ["percent-encoded base64", encodeURIComponent(Buffer.from(value).toString("base64"))],
    ["as a JSON string", JSON.stringify(value).slice(1, -1)],
    ["as Go writes JSON", 'pass word/\\"\\u0026\\u003c1\\u003e'],
  ])("loses a value %s", (_name, spelling) => {
    expect(knowing(value).message(`Invalid value: "${spelling}": no`)).toBe(`Invalid value: "${mask}": no`);
  });

  test("loses each of many values, the longer one where one begins another", () => {
    const redactor = knowing("hunter2", "hunter2-and-more");
    expect(redactor.message("hunter2-and-more, hunter2!")).toBe(`${mask}, ${mask}!`);
  });

  test("loses the start of a value that was cut off", () => {
    expect(knowing("0123456789abcdefghij").message("value 0123456789abcdef...")).toBe(`value ${mask}...`);
  });

  test("loses single lines of a value that has several", () => {
    const text = "line was: PASSWORD=tr0ub4dor";
    expect(knowing("USER=me\nPASSWORD=tr0ub4dor\n").message(text)).toBe("line was: <part of a secret>");
  });

  test("keeps a short value inside a word, and public words", () => {
    const redactor = knowing("root", "shop", "abc");
    redactor.addPublic("shop");
    expect(redactor.message("uprooted root in shop: abc")).toBe(`uprooted ${mask} in shop: abc`);
  });

  test("never holds a value of eight characters or more", () => {
    const text = fc.string({ minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, (before, secret, after) => {
        fc.pre(!["localhost"].includes(secret) && !mask.includes(secret));
        const message = knowing(secret).message(before + secret + after);
        expect(message.replaceAll(mask, "")).not.toContain(secret);
      }),
    );
  });
});

describe("content of objects", () => {
  test("loses what is unlikely to be an ordinary word", () => {
    const redactor = knowing("tr0ub4dor", "postgres", "correct-horse-battery");
    expect(redactor.content("tr0ub4dor postgres:16 correct-horse-battery")).toBe(
      `${mask} postgres:16 ${mask}`,
    );
  });
});

test("a thousand values and a long text take no time worth noticing", () => {
  const values = Array.from({ length: 1000 }, (_, n) => `-----value-${n}-${"x".repeat(30)}`);
  const redactor = knowing(...values);
  const text = `${"nothing to see ".repeat(10_000)}${values[999] ?? ""}`;
  expect(redactor.message(text).endsWith(mask)).toBe(true);
});
