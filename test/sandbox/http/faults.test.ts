import { describe, expect, test } from "vitest";
import { KapplyError } from "../../../src/errors.js";
import { chooser } from "../../../src/sandbox/http/faults.js";
import { faultExamples, faultWords, parseFault } from "../../../src/sandbox/http/fault-spec.js";

const patch = { method: "PATCH", verb: "patch", path: "/api/v1/namespaces/shop/configmaps/a" };
const list = { method: "GET", verb: "list", path: "/apis/apps/v1/deployments" };

/** What each of so many equal requests meets. */
function met(specs: string[], count: number, request = patch): (string | undefined)[] {
  const choose = chooser(specs.map(parseFault));
  return Array.from({ length: count }, () => choose(request).name);
}

/** The numbers, from 1, of the requests that meet a fault. */
const hits = (spec: string, count: number, request = patch): number[] =>
  met([spec], count, request).flatMap((name, at) => (name === undefined ? [] : [at + 1]));

describe("which requests meet a fault", () => {
  test.each<[string, number[]]>([
    ["429", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ["429,every=3", [3, 6, 9]],
    ["429,first=2", [1, 2]],
    ["429,once", [1]],
    ["429,after=5", [6, 7, 8, 9, 10]],
    ["429,after=2,every=3,first=2", [5, 8]],
    ["429,after=4,once", [5]],
  ])("%s of ten: %j", (spec, numbers) => {
    expect(hits(spec, 10)).toEqual(numbers);
  });

  test("rate draws a share of them, the same each time, and another with another seed", () => {
    const of = (spec: string) => hits(spec, 1000);
    expect(of("500,rate=0.2").length).toBeGreaterThan(150);
    expect(of("500,rate=0.2").length).toBeLessThan(250);
    expect(of("500,rate=0.2")).toEqual(of("500,rate=0.2"));
    expect(of("500,rate=0.2,seed=7")).not.toEqual(of("500,rate=0.2"));
    expect(of("500,rate=0.2,first=3")).toEqual(of("500,rate=0.2").slice(0, 3));
    expect(of("500,rate=1")).toHaveLength(1000);
  });

  test.each<[string, boolean, boolean]>([
    ["429,verb=patch", true, false],
    ["429,verb=list|watch", false, true],
    ["429,method=GET", false, true],
    ["429,method=patch|put", true, false],
    ["429,path=/api/v1/namespaces/*/configmaps*", true, false],
    ["429,path=/api/v1/namespaces/shop/configmaps/a", true, false],
    ["429,path=/api/v1/namespaces/shop/configmaps", false, false],
    ["429,path=/apis/*", false, true],
    ["429,path=*s/a", true, false],
    ["429,path=*", true, true],
    ["429,path=/apis/*,verb=patch", false, false],
    ["429,path=/apis/apps/v1/dep*deployments", false, false],
    ["429,path=/apis/.*", false, false],
  ])("%s: a patch %s, a list %s", (spec, ofPatch, ofList) => {
    expect([hits(spec, 1).length === 1, hits(spec, 1, list).length === 1]).toEqual([ofPatch, ofList]);
  });

  test("requests that do not match are not counted", () => {
    const choose = chooser([parseFault("429,verb=patch,every=2")]);
    const names = [patch, list, list, patch, list, patch, patch].map((request) => choose(request).name);
    expect(names).toEqual([undefined, undefined, undefined, "429", undefined, undefined, "429"]);
  });
});

describe("several faults", () => {
  test("the first that matches takes the request, and the others do not count it", () => {
    expect(met(["429,every=2", "500,every=2"], 6)).toEqual([
      undefined,
      "429",
      "500",
      "429",
      undefined,
      "429",
    ]);
  });

  test("delays add up and leave the request to the others", () => {
    const choose = chooser(["slow=1s", "slow=250ms", "reset,slow=2", "500"].map(parseFault));
    expect(choose(patch)).toEqual({
      delayMs: 3250,
      effect: { is: "reset" },
      name: "slow=1s slow=250ms slow=2s reset",
    });
  });

  test("without any, nothing is wrong", () => {
    expect(chooser([])(patch)).toEqual({ delayMs: 0, effect: undefined, name: undefined });
  });
});

describe("what a fault does", () => {
  test.each<[string, object]>([
    ["429,retry-after=1", { is: "error", status: 429, retryAfter: 1 }],
    ["expired-token", { is: "error", status: 401 }],
    [
      "503, body=html , message=out to lunch",
      { is: "error", status: 503, body: "html", message: "out to lunch" },
    ],
    ["reset", { is: "reset" }],
    ["reset-after", { is: "reset-after" }],
    ["truncate", { is: "truncate" }],
  ])("%s", (spec, effect) => {
    expect(parseFault(spec).effect).toMatchObject(effect);
    expect(parseFault(spec).spec).toBe(spec);
  });

  test.each<[string, number]>([
    ["slow=2s", 2000],
    ["slow=1.5", 1500],
    ["slow=20ms", 20],
    ["slow=1m", 60_000],
    ["reset", 0],
  ])("%s waits for %i ms", (spec, delayMs) => {
    expect(parseFault(spec).delayMs).toBe(delayMs);
  });
});

describe("a fault that can't be read", () => {
  test.each<[string, string, RegExp]>([
    ["", "has an empty part", /429/],
    ["429,,once", "has an empty part", /429/],
    ["rest", 'has an unknown part "rest"', /did you mean "reset"\?/],
    ["429,retry_after=1", 'has an unknown part "retry_after"', /did you mean "retry-after"\?/],
    ["429,__proto__=1", 'has an unknown part "__proto__"', /./],
    ["200", "names the status 200", /400 to 599/],
    ["600", "names the status 600", /400 to 599/],
    ["429,500", 'says both "429" and "500"', /two faults/],
    ["429,every=2,every=3", 'says "every" twice', /./],
    ["verb=patch", "does not say what to do", /a status, reset/],
    ["once", "does not say what to do", /a status, reset/],
    ["reset,retry-after=1", 'has "retry-after" and no status', /429/],
    ["slow=2s,body=html", 'has "body" and no status', /429/],
    ["429,retry-after=soon", "has retry-after=soon", /whole number of at least 0/],
    ["429,every=0", "has every=0", /whole number of at least 1/],
    ["429,first=-1", "has first=-1", /whole number of at least 1/],
    ["429,once,first=2", "has both once and first", /first=1/],
    ["429,once=2", 'gives a value to "once", which takes none', /./],
    ["429,every", 'gives no value to "every"', /every=/],
    ["429,every=", 'gives no value to "every"', /./],
    ["429,rate=0", "has rate=0", /0\.1/],
    ["429,rate=2", "has rate=2", /0\.1/],
    ["429,seed=2", "has a seed and no rate", /rate=0\.1/],
    ["429,verb=apply", 'has an unknown verb "apply"', /patch/],
    ["429,verb=patch|", 'has an unknown verb ""', /patch/],
    ["429,method=BREW", 'has an unknown method "BREW"', /PATCH/],
    ["429,body=xml", 'has an unknown body "xml"', /status, text, html, none/],
    ["429,path=api", "has path=api", /slash/],
    ["slow=0", "has slow=0", /500ms/],
    ["slow=2h", "has slow=2h", /500ms/],
    ["slow=120m", "has slow=120m", /an hour/],
  ])("%j: %s", (spec, message, hint) => {
    const read = (): unknown => parseFault(spec);
    expect(read).toThrow(KapplyError);
    try {
      read();
    } catch (error) {
      const { code, message: said, details } = error as KapplyError;
      expect([code, said]).toEqual(["usage", `the fault "${spec}" ${message}`]);
      expect(details.hint).toMatch(hint);
    }
  });
});

describe("the help", () => {
  test.each(faultExamples.map(({ spec }) => spec))("shows %s, which can be read", (spec) => {
    expect(parseFault(spec).spec).toBe(spec);
  });

  test("names every word that can be read, with a value that can", () => {
    for (const { word } of faultWords.filter(({ word }) => !word.includes(" "))) {
      const needsStatus = /^(retry-after|body|message|verb|method|path|after|every|rate|first)=/.test(word);
      expect(() => parseFault(needsStatus ? `429,${word}` : word)).not.toThrow();
    }
    expect(() => parseFault("429,rate=0.1,seed=7,once")).not.toThrow();
  });
});
