import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { findsPattern, loadPatterns, patternFault } from "../../src/schema/patterns.js";
import { isQuantity, nearestQuantity } from "../../src/schema/quantities.js";
import { checkManifests } from "../../src/schema/index.js";

describe("quantities", () => {
  // Each was given to a 1.36 API server as a memory limit.
  test.each([
    "0",
    "1",
    "1.",
    ".5",
    "-1",
    "+1",
    "1.5Gi",
    "100m",
    "1e3",
    "1E3",
    "1E",
    "12e-1",
    "1e+2",
    "0.1n",
    "5u",
    "1k",
    "3Pi",
    "  1 ",
  ])("%s is one", (text) => {
    expect(isQuantity(text)).toBe(true);
  });

  test.each([
    "",
    " ",
    "1 Gi",
    "1gi",
    "1KB",
    "1K",
    "1GB",
    "1.5.5",
    "0x10",
    "1e",
    "1e3.5",
    "1ee3",
    "1_000",
    "1Gi5",
    "1k5",
    "abc",
    "1,5",
    "NaN",
    "1\n",
    "1e99999999999999999999",
  ])("%j is none", (text) => {
    expect(isQuantity(text)).toBe(false);
  });

  test.each([
    ["512MB", "512M"],
    ["1gb", "1G"],
    ["1 Gi", "1Gi"],
    ["1,5Gi", "1.5Gi"],
    ["64mib", "64Mi"],
    ["2K", "2k"],
  ])("%s was meant to be %s", (text, meant) => {
    expect(nearestQuantity(text)).toBe(meant);
  });

  test("what can't be guessed is not", () => {
    expect(nearestQuantity("lots")).toBeUndefined();
  });
});

describe("patterns", () => {
  beforeAll(loadPatterns);

  test.each([
    ["(?i)abc", "xABCx", true],
    ["\\Aa\\z", "a", true],
    ["a\\z", "az", false],
    ["^[[:alpha:]]+$", "abc", true],
    ["^[[:alpha:]]+$", "ab1", false],
    ["^\\pL+$", "äö", true],
    ["(?s)^a.b$", "a\nb", true],
    ["^.$", "😀", true],
    ["^a{,2}$", "a{,2}", true],
    ["", "anything", true],
  ])("%s in %j: %s, as Go says", (pattern, text, expected) => {
    expect(findsPattern(pattern, text)).toBe(expected);
  });

  test.each(["a**", "(", ")", "[", "a{1001}", "(?=a)", "\\1", "*", "[b-a]", "((a{1000}){1000}){1000}"])(
    "%s is no RE2: it is told, and holds nothing up",
    (pattern) => {
      expect(patternFault(pattern)).toBeDefined();
      expect(findsPattern(pattern, "anything")).toBe(true);
    },
  );

  test("what makes JavaScript backtrack for years is over at once", () => {
    expect(findsPattern("^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(5000))).toBe(false);
  });
});

test("any JSON in place of any object is judged without an exception", async () => {
  const place = { source: "a.yaml", line: 1, column: 1 };
  const kinds: [string, string][] = [
    ["apps/v1", "Deployment"],
    ["v1", "Secret"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["example.com/v1", "Gadget"],
  ];
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 1, 1.5, 10n ** 20n, "", "a", "1Gi", "{{ x }}"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "spec",
          "metadata",
          "name",
          "labels",
          "template",
          "containers",
          "data",
          "versions",
          "schema",
          "openAPIV3Schema",
          "properties",
          "items",
          "type",
          "__proto__",
          "status",
        ),
        tie("value"),
        { maxKeys: 5 },
      ),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      json,
      json,
      json,
      async ([apiVersion, kind], spec, metadata, data) => {
        const body = { apiVersion, kind, spec, metadata, data } as never;
        const manifest = { ref: { apiVersion, kind, name: "a" }, body, place, placeOf: () => place };
        const { problems } = await checkManifests([manifest], { mode: "strict" });
        for (const { message } of problems) expect(message).not.toContain("undefined");
      },
    ),
    { numRuns: 500 },
  );
});
