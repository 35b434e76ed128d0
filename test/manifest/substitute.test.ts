/** `--env-subst`: what becomes of references in values, and that nothing but values changes. */
import { execFileSync } from "node:child_process";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/json.js";
import { readManifests, substitutionOf, type Substitution } from "../../src/manifest/index.js";
import { substitute } from "../../src/manifest/substitute.js";
import { readJson, type YamlReading } from "../../src/yaml/index.js";
import { readYaml, told } from "../yaml/sync.js";

type Env = Substitution["env"];

function replaced(text: string, env: Env = {}, names: Substitution["names"] = "all"): YamlReading {
  return substitute(readYaml(text, "x.yaml"), { names, env }, text);
}

/** The value of `v` in a document of nothing else. */
function value(scalar: string, env: Env = {}, names: Substitution["names"] = "all"): Json | undefined {
  const reading = replaced(`v: ${scalar}\n`, env, names);
  expect(told(reading)).toEqual([]);
  return (reading.documents[0]?.value as { v: Json }).v;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

describe("a reference", () => {
  test.each([
    ["${A}", { A: "x" }, "x"],
    ["${A}", { A: "" }, ""],
    ["${A}-${B}-${A}", { A: "x", B: "y" }, "x-y-x"],
    ["${A:-b c}", {}, "b c"],
    ["${A:-b}", { A: "" }, "b"],
    ["${A:-b}", { A: "x" }, "x"],
    ["${A:-}", {}, ""],
    ["${A:?no}", { A: "x" }, "x"],
    ["${_a1}", { _a1: "x" }, "x"],
    ["${__proto__}", { ["__proto__"]: "x" }, "x"],
    ["${constructor:-own}", {}, "own"],
  ])("%s with %o is %o", (text, env, expected) => {
    expect(value(quoted(text), env as Env)).toBe(expected);
  });

  test("in a value is text: what a variable holds is not read again", () => {
    const env = { A: "${B} $$ {{ x }}\n- b: 1 # \u001b", B: "no" };
    expect(value("a ${A}", env)).toBe(`a ${env.A}`);
    expect(value("${A}", env)).toBe(env.A);
  });

  test.each([
    ["$A", "$A"],
    ["$", "$"],
    ["a$ {A}", "a$ {A}"],
    ["$(A)", "$(A)"],
    ["$$", "$$"],
    ["$$A", "$$A"],
    ["$${A}", "${A}"],
    ["$$${A}", "$x"],
    ["$$$${A}", "$${A}"],
    ["AS $$ BEGIN; END $$", "AS $$ BEGIN; END $$"],
    ["$$(A)", "$$(A)"],
    ["kill -9 $$; $$$", "kill -9 $$; $$$"],
    ["\\${A}", "\\x"],
    ["}{A}", "}{A}"],
  ])("is not in %s, which is %s", (text, expected) => {
    expect(value(quoted(text), { A: "x" })).toBe(expected);
  });
});

describe("a default", () => {
  test.each([
    ["${A:-${B}}", { B: "b" }, "b"],
    ["${A:-${B:-${C:-c}}}", {}, "c"],
    ["${A:-<${B}>}", { B: "b" }, "<b>"],
    ["${A:-${B}}", { A: "a" }, "a"], // B is not needed
    ["${A:-$${B}}", {}, "${B}"],
    ["run ${A:-$${B}} end", { A: "x" }, "run x end"],
    ["${C:-a$${A}b}c", {}, "a${A}bc"],
    ["${A:-{x}}", {}, "{x}"], // the first brace ends it
    ["${A:-{x\\}}", {}, "{x}"],
    ["${A:-\\d\\\\ }", {}, "\\d\\\\ "], // other backslashes are text
    ["${A:-b:-c:?d}", {}, "b:-c:?d"],
  ])("%s with %o is %s", (text, env, expected) => {
    expect(value(quoted(text), env as Env)).toBe(expected);
  });
});

describe("the type of a scalar that is one reference", () => {
  const types: [string, Json][] = [
    ["3", 3],
    ["-2.5", -2.5],
    ["0644", 420],
    ["1_000", 1000],
    ["9223372036854775807", 9223372036854775807n],
    ["yes", true],
    ["off", false],
    ["", null],
    ["~", null],
    ["1:30", "1:30"],
    ["2026-11-22", "2026-11-22"],
    ["3 # three", "3 # three"],
    [" 3", " 3"],
    ["[1, 2]", "[1, 2]"],
  ];
  test.each(types)("is for %j in plain style what kubectl reads: %o", (text, expected) => {
    expect(value("${N}", { N: text })).toEqual(expected);
    if (text !== "") expect(value("${M:-${N}} # comment", { N: text })).toEqual(expected);
  });

  test.each([
    ["in quotes", 'v: "${N}"', "3"],
    ["in single quotes", "v: '${N}'", "3"],
    ["in a block", "v: |-\n  ${N}", "3"],
    ["with a tag", "v: !!str ${N}", "3"],
    ["beside anything else", "v: 1${N}", "13"],
    ["beside another one", "v: ${N}${N}", "33"],
    ["beside an escape", "v: ${N}$${N}", "3${N}"],
  ])("is text %s", (_where, text, expected) => {
    expect(replaced(`${text}\n`, { N: "3" }).documents[0]?.value).toEqual({ v: expected });
  });

  test("is found through anchors, merges, lists and lines", () => {
    const text =
      "a: &n ${N}\nb: *n\nc: &m {x: 1}\nd: {<<: *m}\ne:\n- ${N}\n- k: ${N}\nf:\n  ${N}\ng: ${M:-\n  4}\n";
    expect(replaced(text, { N: "3" }).documents[0]?.value).toEqual({
      a: 3,
      b: 3,
      c: { x: 1 },
      d: { x: 1 },
      e: [3, { k: 3 }],
      f: 3,
      g: " 4", // the line break of a folded scalar is a space, and part of the default
    });
  });

  test("is text everywhere in JSON", () => {
    const text = '{"v": "${N}", "${N}": ["a ${N}"]}';
    const reading = substitute(readJson(text, "x.json"), { names: "all", env: { N: "3" } }, text);
    expect(reading.documents[0]?.value).toEqual({ v: "3", "${N}": ["a 3"] });
  });

  test("is refused for a number that JSON can't hold, without its digits", () => {
    expect(told(replaced("v: ${N}\n", { N: "99999999999999999999" }))).toEqual([
      "1:4 the variable N is a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity " +
        "(quote the reference if it is meant as text)",
    ]);
  });
});

test("keys are never read", () => {
  expect(replaced('${A}: 1\n"${A}": {b: 2}\n').problems).toEqual([
    expect.objectContaining({ code: "duplicate-key" }),
  ]);
  expect(replaced("${A}: ${A}\n", { A: "x" }).documents[0]?.value).toEqual({ "${A}": "x" });
});

describe("with names", () => {
  const script =
    "for f in $(ls ${DIR:-/tmp}); do echo ${f%.txt} ${#f} ${A} ${A.b} ${DIR:-${A}} $A ${@} ${; done";
  test("nothing but references to these is read", () => {
    expect(value(quoted(script), { A: "x", DIR: "no", f: "no" }, ["A"])).toBe(
      "for f in $(ls ${DIR:-/tmp}); do echo ${f%.txt} ${#f} x ${A.b} ${DIR:-x} $A ${@} ${; done",
    );
  });

  test("a default may hold references that are left as they are", () => {
    expect(value("${A:-${B:-c} d}", { B: "no" }, ["A"])).toBe("${B:-c} d");
  });

  test("one that has no value is a problem", () => {
    expect(told(replaced("v: ${A} ${B}\n", {}, ["A"]))).toEqual([
      "1:4 the variable A is not set (set it, or give a default as in ${A:-value}; write $${A} if the text is meant)",
    ]);
  });
});

describe("problems", () => {
  test("have the place of each scalar, all in one go", () => {
    const text = "a: 1\nb:\n  c: x ${A} ${B} ${A}\n  d: [x, '${C:?set it to the image}']\ne: |\n  ${D:?}\n";
    const reading = replaced(text, { C: "" });
    expect(reading.documents).toEqual([]);
    expect(told(reading)).toEqual([
      "3:6 the variable A is not set (set it, or give a default as in ${A:-value}; write $${A} if the text is meant)",
      "3:6 the variable B is not set (set it, or give a default as in ${B:-value}; write $${B} if the text is meant)",
      "4:10 the variable C is empty: set it to the image (set it; write $${C} if the text is meant)",
      "5:4 the variable D is not set (set it, or give a default as in ${D:-value}; write $${D} if the text is meant)",
    ]);
  });

  test("in a text of several lines say which", () => {
    const reading = replaced("v: |\n  first\n  ${AB} ${A}\n  ${A}\n", { AB: "x" });
    expect(reading.problems.map(({ message }) => message)).toEqual([
      "the variable A is not set (in line 2 of the text)",
    ]);
  });

  test("suggest a variable of nearly that name, with names one of these", () => {
    const hint = (names: Substitution["names"]): string | undefined =>
      replaced("v: ${IMGAE}\n", { IMAGE: "x" }, names).problems[0]?.hint;
    expect(hint("all")).toMatch(/^did you mean IMAGE\? else set it/);
    expect(hint(["IMGAE"])).toMatch(/^set it/);
  });

  test.each([
    ["v: '${A'", "1:4 the reference `${A` is never closed"],
    ["v: ${A:-b # c}", "1:4 the reference `${A` is never closed"],
    ["v: '${A:-${B}'", "1:4 the reference `${A` is never closed"],
    ["v: '${A-b}'", "1:4 the reference `${A-` has a form that kapply does not know"],
    ["v: '${A:+b}'", "1:4 the reference `${A:` has a form that kapply does not know"],
    ["v: '${A%%b}'", "1:4 the reference `${A%` has a form that kapply does not know"],
    ["v: '${}'", "1:4 a `${` that is not followed by the name of a variable"],
    ["v: '${#A}'", "1:4 a `${` that is not followed by the name of a variable"],
    [
      "v: |\n  a\n  ${1}\n",
      "1:4 a `${` that is not followed by the name of a variable (in line 2 of the text)",
    ],
    ["v: [${A}]", "1:6 a `${` without quotes between [ ] or { }, where braces are YAML's own"],
    ["v: {w: ${A}}", "1:9 a `${` without quotes between [ ] or { }, where braces are YAML's own"],
  ])("%j is refused: %s", (text, expected) => {
    const [problem, ...more] = told(replaced(`${text}\n`, { A: "x" }));
    expect(problem?.replace(/ \([^()]*\)$/, "")).toBe(expected);
    expect(more).toEqual([]);
  });

  test("never repeat a value", () => {
    const env = { A: "s3cret-value", B: "99999999999999999999" };
    const texts = ["v: ${A} ${C}", "v: ${B}", "v: '${A} ${'", "v: ${C:?no} ${A}", "v: ${A:-${C}} ${D}"];
    for (const text of texts) {
      const { problems } = replaced(`${text}\n`, env);
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toMatch(/s3cret|9999/);
    }
  });

  test("stop what would fill the memory", () => {
    const big = "x".repeat(100_000);
    const text = `v: '${"${A}".repeat(50)}'\nw: '${"${A}".repeat(50)}'\nx: '\${A}'\n`;
    expect(told(replaced(text, { A: big }))).toEqual([
      "1:4 variables add more than 4 MiB to this document (no API server stores an object of that size)",
    ]);
    const deep = `v: '${"${A:-".repeat(200_000)}'\n`;
    expect(told(replaced(deep))[0]).toMatch(/^1:4 defaults within defaults, more than 50 deep/);
  });
});

describe("as a shell has it", () => {
  const name = fc.constantFrom("A", "B", "E");
  const words = fc.stringMatching(/^[a-z :.?#-]{0,6}$/);
  const { template } = fc.letrec<{ template: string; part: string }>((tie) => ({
    template: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
    part: fc.oneof(
      { depthSize: "small" },
      words,
      name.map((one) => `\${${one}}`),
      fc.tuple(name, tie("template")).map(([one, otherwise]) => `\${${one}:-${otherwise}}`),
      name.filter((one) => one === "A").map((one) => `\${${one}:?no}`),
    ),
  }));

  test("in double quotes, nested defaults included", () => {
    const env = { A: "x y", E: "", B: "b" };
    const templates = fc.sample(template, { numRuns: 300, seed: 5 });
    expect(templates.filter((text) => /\$\{[^}]*\$\{/.test(text)).length).toBeGreaterThan(20);
    const script = templates.map((text) => `printf '%s\\0' "${text}"`).join("\n");
    const answers = execFileSync("sh", ["-c", script], { env, encoding: "utf8" }).split("\0");
    expect(templates.map((text) => value(quoted(text), env))).toEqual(answers.slice(0, -1));
  });
});

/** What a value is made of, without what it says: keys, lengths of lists, scalars. */
function structure(json: Json): unknown {
  if (Array.isArray(json)) return json.map(structure);
  if (typeof json !== "object" || json === null) return "scalar";
  return Object.entries(json).map(([key, item]) => [key, structure(item)]);
}

test("the structure is the same for any values of variables, and places are those of the text", () => {
  const text = [
    "kind: List",
    "items:",
    "- kind: ConfigMap # ${A}",
    "  data: {a: '${A}', b: [\"${B:-x}\", 1], <<: {c: d}}",
    "  plain: ${A}",
    "  more:",
    "    text: |",
    "      ${B:-y}",
    "      z: ${A}",
    "- ${A:-1}",
    "- &x ['a ${A}']",
    "- *x",
    "",
  ].join("\n");
  const before = readYaml(text, "x.yaml");
  expect(before.problems).toEqual([]);
  const paths = [
    ["items", 0, "data", "b", 1],
    ["items", 0, "more", "text"],
    ["items", 3, 0],
  ];
  const nasty = fc.constantFrom(
    "a: b",
    "- a",
    "\n---\n",
    "{a: 1}",
    "[",
    "*x",
    "!!map",
    "# a",
    "'",
    '"',
    "null",
    "${A}",
  );
  const anyValue = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(nasty).map((parts) => parts.join("\n")),
  );
  fc.assert(
    fc.property(anyValue, fc.option(anyValue, { nil: undefined }), (A, B) => {
      const after = replaced(text, { A, B });
      fc.pre(after.problems.length === 0); // a number that Kubernetes can't hold
      expect(after.documents.map((one) => structure(one.value))).toEqual(
        before.documents.map((one) => structure(one.value)),
      );
      for (const path of paths)
        expect(after.documents[0]?.placeOf(path)).toEqual(before.documents[0]?.placeOf(path));
    }),
  );
});

describe("readManifests", () => {
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${NAME}\ndata:\n  a: ${NAME:-x}\n";
  const read = (options: { substitute?: Substitution }) =>
    readManifests({
      filenames: ["-"],
      recursive: false,
      readStdin: () => Promise.resolve(Buffer.from(text)),
      stdinIsTerminal: false,
      ...options,
    });

  test("substitutes where it is asked to, before anything is made of the objects", async () => {
    expect((await read({})).manifests[0]?.ref.name).toBe("${NAME}");
    const { manifests, problems } = await read({ substitute: substitutionOf(["*"], { NAME: "web" }) });
    expect(problems).toEqual([]);
    expect(manifests[0]?.ref.name).toBe("web");
    expect(manifests[0]?.placeOf(["data", "a"])).toEqual({ source: "-", line: 6, column: 6 });
  });

  test("tells what is not set, and nothing of the document besides", async () => {
    const { manifests, problems } = await read({ substitute: substitutionOf(["NAME,OTHER"], {}) });
    expect(manifests).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: "unset-variable",
        message: "the variable NAME is not set",
        place: { source: "-", line: 4, column: 9 },
      }),
    ]);
  });

  test("tells which of the named variables no document refers to", async () => {
    const { unused } = await read({ substitute: substitutionOf(["NAME,NMAE"], { NAME: "web" }) });
    expect(unused).toEqual(["NMAE"]);
    expect(await read({ substitute: substitutionOf(["*"], { NAME: "web" }) })).toMatchObject({ unused: [] });
  });

  test("substitutes in JSON files", async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "kapply-subst-"));
    const file = path.join(dir, "a.json");
    writeFileSync(
      file,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${NAME}"},"data":{"n":"${N}"}}',
    );
    const { manifests } = await readManifests({
      filenames: [file],
      recursive: false,
      readStdin: () => Promise.reject(new Error("not asked for")),
      stdinIsTerminal: false,
      substitute: substitutionOf(["*"], { NAME: "web", N: "3" }),
    });
    rmSync(dir, { recursive: true });
    expect(manifests[0]?.body).toMatchObject({ metadata: { name: "web" }, data: { n: "3" } });
  });
});

test("--env-subst names variables, or means all", () => {
  expect(substitutionOf(["*"], {}).names).toBe("all");
  expect(substitutionOf(["A, B_2"], {}).names).toEqual(["A", "B_2"]);
  expect(substitutionOf(["A", "B,C"], {}).names).toEqual(["A", "B", "C"]);
  // `--env-subst=$NAMES` with nothing in NAMES is a mistake, and neither "all" nor "none".
  for (const bad of ["", "A,", "*,A", "$A", "${A}", "A-B", "1A", "A B"])
    expect(() => substitutionOf([bad], {})).toThrow(/is not the name of a variable/);
});
