/** What a diff shows of two objects, and that it is a diff of them: `patch` makes the one of the other. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { hunksOf } from "../../src/report/hunks.js";
import { asShown } from "../../src/report/noise.js";
import { rowsOf } from "../../src/report/rows.js";
import { emitYaml } from "../../src/yaml/index.js";

function hunks(before: KubeObject | undefined, after: KubeObject | undefined): string[] {
  return hunksOf(rowsOf(before, after, (text) => text));
}

/** The changed lines alone. */
function changes(before: KubeObject, after: KubeObject): string[] {
  return hunks(before, after).filter((line) => /^[-+]/.test(line));
}

function linesOf(object: KubeObject | undefined): string[] {
  return rowsOf(object, object, (text) => text).map((row) => (row.is === "same" ? row.text : "never"));
}

/** Does what `patch` does, and minds every number and every line of context. */
function applied(before: readonly string[], diff: readonly string[]): string[] {
  const after: string[] = [];
  let at = 0;
  let [oldLeft, newLeft] = [0, 0];
  for (const line of diff) {
    const range = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line);
    if (range !== null) {
      const [oldStart = 0, oldLines = 0, newStart = 0, newLines = 0] = range.slice(1).map(Number);
      expect([oldLeft, newLeft]).toEqual([0, 0]);
      while (at < (oldLines === 0 ? oldStart : oldStart - 1)) after.push(before[at++] ?? "no line");
      expect(after.length).toBe(newLines === 0 ? newStart : newStart - 1);
      [oldLeft, newLeft] = [oldLines, newLines];
      continue;
    }
    if (!line.startsWith("+")) {
      expect(before[at++]).toBe(line.slice(1));
      oldLeft--;
    }
    if (!line.startsWith("-")) {
      after.push(line.slice(1));
      newLeft--;
    }
  }
  expect([oldLeft, newLeft]).toEqual([0, 0]);
  return [...after, ...before.slice(at)];
}

function pod(...containers: Json[]): KubeObject {
  return { kind: "Pod", spec: { containers } };
}

function container(name: string, more: KubeObject = {}): KubeObject {
  return { name, image: `${name}:1`, imagePullPolicy: "Always", ports: [{ containerPort: 80 }], ...more };
}

describe("a list whose items have names", () => {
  test("shows an inserted container as one container, and its neighbour's change as its own", () => {
    expect(
      hunks(
        pod(container("web"), container("log")),
        pod(container("audit"), container("web", { image: "web:2" }), container("log")),
      ),
    ).toEqual([
      "@@ -1,7 +1,12 @@",
      " kind: Pod",
      " spec:",
      "   containers:",
      "+  - image: audit:1",
      "+    imagePullPolicy: Always",
      "+    name: audit",
      "+    ports:",
      "+    - containerPort: 80",
      "-  - image: web:1",
      "+  - image: web:2",
      "     imagePullPolicy: Always",
      "     name: web",
      "     ports:",
    ]);
  });

  test("shows a moved container as moved, however much it is like the others", () => {
    const [a, b, c] = [container("a"), container("b"), container("c")];
    const moved = linesOf(pod(a)).slice(3);
    expect(changes(pod(a, b, c), pod(b, c, a))).toEqual([
      ...moved.map((line) => `-${line}`),
      ...moved.map((line) => `+${line}`),
    ]);
  });

  test("shows a container of which only the name changed as renamed", () => {
    expect(
      changes(pod(container("a"), container("b")), pod(container("a"), { ...container("b"), name: "beta" })),
    ).toEqual(["-    name: b", "+    name: beta"]);
  });

  test("shows another container in the same place as another one", () => {
    const shown = changes(pod(container("a")), pod(container("b")));
    expect(shown.slice(0, 5).every((line) => line.startsWith("-"))).toBe(true);
    expect(shown.slice(5).every((line) => line.startsWith("+"))).toBe(true);
    expect(shown).toHaveLength(10);
  });

  test("takes ports by number and protocol, and mounts of one volume by their paths", () => {
    const port = (containerPort: number, protocol: string, hostPort: number): KubeObject => ({
      containerPort,
      protocol,
      hostPort,
    });
    expect(
      changes(
        { ports: [port(53, "TCP", 1), port(53, "UDP", 2)] },
        { ports: [port(80, "TCP", 9), port(53, "TCP", 1), port(53, "UDP", 3)] },
      ),
    ).toEqual([
      "+- containerPort: 80",
      "+  hostPort: 9",
      "+  protocol: TCP",
      "-  hostPort: 2",
      "+  hostPort: 3",
    ]);
    const mount = (mountPath: string, subPath: string): KubeObject => ({ name: "data", mountPath, subPath });
    expect(
      changes(
        { mounts: [mount("/a", "x"), mount("/b", "q")] },
        { mounts: [mount("/b", "z"), mount("/c", "q")] },
      ),
    ).toEqual([
      "-- mountPath: /a",
      "-  name: data",
      "-  subPath: x",
      "-  subPath: q",
      "+  subPath: z",
      "+- mountPath: /c",
      "+  name: data",
      "+  subPath: q",
    ]);
  });

  test("moves the dash to whatever comes first", () => {
    expect(changes(pod(container("a")), pod(container("a", { args: ["-v"] })))).toEqual([
      "+  - args:",
      "+    - -v",
      "-  - image: a:1",
      "+    image: a:1",
    ]);
  });
});

describe("a list whose items have no names", () => {
  const rule = (group: string, resource: string, ...verbs: string[]): KubeObject => ({
    apiGroups: [group],
    resources: [resource],
    verbs,
  });

  test("pairs what has the most in common", () => {
    expect(
      changes(
        { rules: [rule("", "pods", "get"), rule("apps", "deployments", "get", "list")] },
        {
          rules: [
            rule("", "configmaps", "get"),
            rule("", "pods", "get", "watch"),
            rule("apps", "deployments", "get", "list", "patch"),
          ],
        },
      ),
    ).toEqual([
      "+- apiGroups:",
      '+  - ""',
      "+  resources:",
      "+  - configmaps",
      "+  verbs:",
      "+  - get",
      "+  - watch",
      "+  - patch",
    ]);
  });

  test("compares lists of words, lists of lists, and the lines of a script", () => {
    expect(changes({ args: ["-a", "-b", "-c"] }, { args: ["-a", "-x", "-c", "-d"] })).toEqual([
      "-- -b",
      "+- -x",
      "+- -d",
    ]);
    expect(changes({ m: [["a", "b"], [1]] }, { m: [["a", "c"], [1], []] })).toEqual([
      "-  - b",
      "+  - c",
      "+- []",
    ]);
    expect(
      changes(
        { command: ["sh", "-c", "set -e\nmake\nmake test\n"] },
        { command: ["sh", "-ec", "set -e\nmake all\nmake test\n"] },
      ),
    ).toEqual(["-- -c", "+- -ec", "-  make", "+  make all"]);
  });

  test("takes many in their order, without comparing each with each", () => {
    const items = (add: number): Json[] =>
      Array.from({ length: 2000 }, (_, n) => ({ parts: [n * 2 + add, { at: n }] }));
    expect(changes({ items: items(0) }, { items: items(1) })).toHaveLength(4000);
  });
});

describe("a value", () => {
  test("of another type replaces the old one as a whole", () => {
    expect(
      changes(
        { a: { x: 1 }, b: [1], c: {}, d: 5, e: "1" },
        { a: "x", b: { y: 2 }, c: { z: 1 }, d: "5", e: "1\n2" },
      ),
    ).toEqual([
      "-a:",
      "-  x: 1",
      "+a: x",
      "-b:",
      "-- 1",
      "+b:",
      '+  "y": 2',
      "-c: {}",
      "+c:",
      "+  z: 1",
      "-d: 5",
      '+d: "5"',
      '-e: "1"',
      "+e: |-",
      "+  1",
      "+  2",
    ]);
  });

  test("that differs is seen to differ, even where both look the same", () => {
    expect(changes({ a: "x\u200by\nz" }, { a: "x\\u{200b}y\nz" })).toEqual([
      "-a: |-  # with escapes",
      "+a: |-",
      "-  x\\u{200b}y",
      "+  x\\u{200b}y",
    ]);
  });

  test("stands next to the one it replaces", () => {
    expect(changes({ a: 1, b: 2 }, { a: 3, b: 4 })).toEqual(["-a: 1", "+a: 3", "-b: 2", "+b: 4"]);
  });
});

test("ten thousand lines that differ in every way take no seconds", () => {
  const text = (line: (n: number) => string): KubeObject => ({
    data: { text: Array.from({ length: 10_000 }, (_, n) => line(n)).join("\n") },
  });
  const started = performance.now();
  for (const [before, after] of [
    [text((n) => `old ${n}`), text((n) => `new ${n}`)],
    [text((n) => `line ${n}`), text((n) => `line ${n % 2 === 0 ? n : -n}`)],
    [text((n) => `line ${n % 7}`), text((n) => `line ${n % 5}`)],
  ] as const) {
    expect(applied(linesOf(before), hunks(before, after))).toEqual(linesOf(after));
  }
  expect(performance.now() - started).toBeLessThan(5000);
});

const words = fc.constantFrom(
  "a",
  "b",
  "web",
  "on",
  "",
  "0644",
  "a: b",
  "two\nlines",
  "one\ntwo\nlines\n",
  " x\ny\n\n",
);
const oddWords = fc.constantFrom(
  "a\tb\nc",
  "a\r\nb\r\n",
  "a\r\nb",
  "a\n  \nb",
  "\n\n",
  "\u0007",
  "\u202ex\ny",
  "a \nb",
);
const keys = fc.constantFrom("name", "image", "port", "protocol", "rules", "b", "10", "9", "on", "__proto__");

function objects(texts: fc.Arbitrary<string>, names: fc.Arbitrary<string>): fc.Arbitrary<KubeObject> {
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      texts,
      fc.integer({ min: 0, max: 3 }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(names, tie("value"), { maxKeys: 4 }),
    ),
  }));
  return fc
    .array(fc.dictionary(names, value, { maxKeys: 4 }), { maxLength: 5 })
    .chain((items) => value.map((rest) => ({ kind: "Test", items, rest })));
}

/** Two objects that are mostly alike: the second has some of its parts from the first, in another order. */
const pairs = objects(fc.oneof(words, oddWords), keys).chain((before) =>
  fc.record({
    before: fc.constant(before),
    after: objects(fc.oneof(words, oddWords), keys).chain((other) =>
      fc
        .shuffledSubarray([...(before["items"] as Json[]), ...(other["items"] as Json[])])
        .map((items): KubeObject => ({ ...other, items })),
    ),
  }),
);

test("the hunks make the one of the other, and back", () => {
  fc.assert(
    fc.property(pairs, ({ before, after }) => {
      const diff = hunks(before, after);
      expect(applied(linesOf(before), diff)).toEqual(linesOf(after));
      const back = hunks(after, before);
      expect(applied(linesOf(after), back)).toEqual(linesOf(before));
      expect(diff.length === 0).toBe(JSON.stringify(asShown(before)) === JSON.stringify(asShown(after)));
      expect(applied([], hunks(undefined, after))).toEqual(linesOf(after));
      expect(applied(linesOf(before), hunks(before, undefined))).toEqual([]);
    }),
    { numRuns: 250 },
  );
});

test("the lines are the object's YAML", () => {
  const plain = objects(
    words,
    keys.filter((key) => !/^\d/.test(key)),
  );
  fc.assert(
    fc.property(plain, (object) => {
      expect(`${linesOf(object).join("\n")}\n`).toBe(emitYaml(asShown(object)));
    }),
  );
});
