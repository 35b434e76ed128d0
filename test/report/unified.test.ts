import { describe, expect, test } from "vitest";
import type { KubeObject, Origin, Outcome } from "../../src/model.js";
import { createNamer } from "../../src/report/names.js";
import { asShown } from "../../src/report/noise.js";
import { createSecrets } from "../../src/report/secrets.js";
import { unifiedDiff } from "../../src/report/unified.js";
import { at, base64, database, editor, objectOf, outcome, settings, web } from "./fixtures.js";

const words = {
  namer: createNamer(),
  paint: (_look: string, text: string) => text,
  secrets: createSecrets(false),
  now: () => new Date("2026-11-22T12:12:30Z"),
  manifestOf: () => undefined,
};

function diffOf(one: Outcome): string[] {
  return unifiedDiff(one, "kapply", words).trimEnd().split("\n");
}

function configured(before: KubeObject, after: KubeObject, ref = settings): string[] {
  return diffOf(outcome(ref, "configured", { place: at(12), before, after }));
}

/** A ConfigMap of so many lines. */
function lines(text: (n: number) => string, of = 5000): KubeObject {
  return objectOf(settings, {
    data: Object.fromEntries(Array.from({ length: of }, (_, n) => [`k${n}`, text(n)])),
  });
}

describe("a diff", () => {
  test("shows three lines around a change, under the object and its place", () => {
    const data = { a: "1", b: "2", c: "3", d: "4", e: "5", f: "6", g: "7", h: "8" };
    expect(
      configured(objectOf(settings, { data }), objectOf(settings, { data: { ...data, e: "five" } })),
    ).toEqual([
      "--- live configmap/settings",
      "+++ web.yaml:12:1",
      "@@ -4,7 +4,7 @@",
      '   b: "2"',
      '   c: "3"',
      '   d: "4"',
      '-  e: "5"',
      "+  e: five",
      '   f: "6"',
      '   g: "7"',
      '   h: "8"',
    ]);
  });

  test("of a created object is all added, of a deleted one all removed", () => {
    const object = objectOf(settings, { data: { a: "one" } });
    const created = diffOf(outcome(settings, "created", { after: object }));
    expect(created.slice(0, 3)).toEqual([
      "--- live configmap/settings (does not exist)",
      "+++ web.yaml:1:1",
      "@@ -0,0 +1,7 @@",
    ]);
    expect(created.slice(3).every((line) => line.startsWith("+"))).toBe(true);
    const deleted = diffOf(outcome(settings, "deleted", { before: object }));
    expect(deleted.slice(0, 3)).toEqual([
      "--- live configmap/settings",
      "+++ configmap/settings deleted",
      "@@ -1,7 +0,0 @@",
    ]);
    expect(deleted.slice(3).every((line) => line.startsWith("-"))).toBe(true);
  });

  test.each(["unchanged", "failed", "unknown", "skipped", "not-attempted"] as const)(
    "of what is %s is nothing",
    (action) => {
      expect(
        unifiedDiff(outcome(web, action, { before: objectOf(web), after: objectOf(web) }), "kapply", words),
      ).toBe("");
    },
  );

  test("of a Secret shows that a value changed, and no value", () => {
    const secret = (password: string): KubeObject =>
      objectOf(database, { data: { password: base64(password), user: base64("me") } });
    const text = configured(secret("old-password"), secret("new-password!"), database).join("\n");
    expect(text).toMatch(/^- {2}password: <secret, 12 bytes, #[0-9a-f]{6}>$/m);
    expect(text).toMatch(/^\+ {2}password: <secret, 13 bytes, #[0-9a-f]{6}>$/m);
    expect(text).toMatch(/^ {3}user: <secret, 2 bytes, #[0-9a-f]{6}>$/m);
  });

  test("of a Secret has the lines of a file in it, with --show-secrets", () => {
    const secret = (line: string): KubeObject =>
      objectOf(database, { data: { ".env": base64(`a=1\n${line}\n`), user: base64("me") } });
    const [before, after] = [secret("b=2"), secret("b=3")];
    const one = outcome(database, "configured", { before, after });
    const open = { ...words, secrets: createSecrets(true) };
    expect(unifiedDiff(one, "kapply", open).split("\n").slice(3, 9)).toEqual([
      " data:",
      "   .env: |  # base64",
      "     a=1",
      "-    b=2",
      "+    b=3",
      "   user: bWU=",
    ]);
    expect(unifiedDiff(one, "kapply", words)).not.toContain("base64");
  });

  test("says so when only the ownership of fields differs", () => {
    expect(configured(objectOf(settings), objectOf(settings)).at(-1)).toBe(
      "(nothing that is shown: kapply would come to own fields that others own, or give some up)",
    );
  });

  test("names the one who comes to own the fields, and whose they were", () => {
    const takenOver = [
      { manager: "kubectl-client-side-apply", operation: "Update" as const, apiVersion: "v1" },
    ];
    const [before, after] = [objectOf(settings), objectOf(settings)];
    expect(diffOf(outcome(settings, "configured", { before, after, takenOver })).slice(2)).toEqual([
      '# fields of "kubectl-client-side-apply" (Update) become kapply\'s',
    ]);
  });

  test("that is a prediction says so, and why", () => {
    const after = objectOf(settings);
    const heading = (rest: Partial<Outcome>): string =>
      diffOf(outcome(settings, "created", { after, preview: "predicted", ...rest }))[1] ?? "";
    expect(heading({})).toBe("+++ web.yaml:1:1 (predicted)");
    expect(heading({ reason: "--read-only" })).toBe("+++ web.yaml:1:1 (predicted: --read-only)");
    expect(heading({ reason: "patch of\nconfigmaps" })).toBe(
      "+++ web.yaml:1:1 (predicted: patch of\\nconfigmaps)",
    );
  });

  describe("says in comments why fields differ:", () => {
    const sides = {
      before: objectOf(settings, { data: { a: "1" } }),
      after: objectOf(settings, { data: { a: "2" } }),
    };
    const comments = (...origins: (Origin | undefined)[]): string[] => {
      const differences = origins.map((origin, at) => ({ path: `data.k${at}`, before: 1, after: 2, origin }));
      const shown = diffOf(outcome(settings, "configured", { ...sides, differences }));
      expect(shown.slice(2).filter((line) => line.startsWith("#"))).toEqual(
        shown.slice(
          2,
          shown.findIndex((line) => line.startsWith("@@")),
        ),
      );
      return shown.slice(2).filter((line) => line.startsWith("#"));
    };
    const manifest: Origin = { by: "manifest" };
    const byHand: Origin = { by: "others", owners: [editor] };

    test("the manifest", () => {
      expect(comments(manifest, manifest)).toEqual(["# the manifest changed"]);
    });

    test("somebody else, and when", () => {
      expect(comments(byHand)).toEqual(['# set by "kubectl-edit" 12 min ago: data.k0']);
    });

    test("both", () => {
      expect(comments(manifest, byHand)).toEqual([
        "# the manifest changed: data.k0",
        '# set by "kubectl-edit" 12 min ago: data.k1',
      ]);
    });

    test("what can't be told", () => {
      expect(comments({ by: "unknown" })).toEqual([
        "# not there: new in the manifest, or removed by someone: data.k0",
      ]);
    });

    test("nothing where nothing is known, and few of many paths", () => {
      expect(comments(undefined)).toEqual([]);
      expect(comments(byHand, byHand, byHand, byHand, byHand)).toEqual([
        '# set by "kubectl-edit" 12 min ago: data.k0, data.k1, data.k2 and 2 more fields',
      ]);
    });
  });

  test("shows the differences that are known where an object is not", () => {
    const differences = [
      { path: "spec.replicas", before: 1, after: 2 },
      { path: "spec.paused", before: true },
    ];
    expect(diffOf(outcome(web, "configured", { differences })).slice(2)).toEqual([
      "-spec.replicas: 1",
      "+spec.replicas: 2",
      "-spec.paused: true",
    ]);
  });

  test("does not search for ever: what is changed throughout is shown as replaced", () => {
    const before = lines((n) => `old ${n}`);
    const shown = configured(
      before,
      lines((n) => `new ${n}`),
    );
    expect(shown[2]).toBe("@@ -1,5005 +1,5005 @@");
    expect(shown.filter((line) => line.startsWith("-  k"))).toHaveLength(5000);
    expect(shown.filter((line) => line.startsWith("+  k"))).toHaveLength(5000);
    expect(shown.at(-1)).toBe("   name: settings");
  });

  test("spells out what would steer a terminal", () => {
    const text = configured(
      objectOf(settings, { data: { a: "x" } }),
      objectOf(settings, { data: { a: "\u001b[31m" } }),
    );

    expect(text.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe("an object in a diff", () => {
  test("has its keys in alphabetical order, and no copy of itself in an annotation", () => {
    const object: KubeObject = {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: {
        name: "settings",
        labels: { b: "1", a: "2" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      },
    };
    expect(JSON.stringify(asShown(object))).toBe(
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { labels: { a: "2", b: "1" }, name: "settings" },
      }),
    );
  });

  test("keeps annotations that someone wrote, and leaves its input alone", () => {
    const annotations = { team: "shop", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    const object: KubeObject = { metadata: { annotations } };
    const copy = structuredClone(object);
    expect(asShown(object)).toEqual({ metadata: { annotations: { team: "shop" } } });
    expect(object).toEqual(copy);
  });
});
