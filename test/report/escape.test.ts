import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeJson, escapeLine } from "../../src/report/escape.js";
import { escapeText } from "../../src/report/index.js";

/** Control characters (C0 but newline and tab, DEL, C1), bidi and zero-width characters, line separators, tags. */
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0001}-\u{e007f}]/u;

const anyText = fc.string({ unit: "binary" });

describe("escapeText", () => {
  test("spells out what would steer a terminal", () => {
    expect(escapeText("\u001b[31mred\u001b[0m")).toBe("\\x1b[31mred\\x1b[0m");
    expect(escapeText("all good\rfailed")).toBe("all good\\x0dfailed");
    expect(escapeText("\u009b2J")).toBe("\\x9b2J");
    expect(escapeText("user\u202egpj.exe")).toBe("user\\u{202e}gpj.exe");
    expect(escapeText("\u{e0041}")).toBe("\\u{e0041}");
    expect(escapeText("\ud800")).toBe("\\u{d800}");
  });

  test("leaves ordinary text of every script, newlines and tabs", () => {
    const text = "größe\t値 שלום عربى \u{1f469}\u200d\u{1f680}\nnext line";
    expect(escapeText(text)).toBe(text);
  });

  test("leaves nothing that steers, whatever comes", () => {
    fc.assert(fc.property(anyText, (text) => !steering.test(escapeText(text))));
  });

  test("keeps a line one line with escapeLine", () => {
    expect(escapeLine("a\nb\tc")).toBe("a\\nb\\tc");
  });
});

describe("escapeJson", () => {
  test("keeps the document and leaves nothing that steers", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const printed = escapeJson(JSON.stringify({ [text]: text }));
        expect(JSON.parse(printed)).toEqual({ [text]: text });
        expect(steering.test(printed)).toBe(false);
      }),
    );
  });
});
