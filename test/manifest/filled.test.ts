/** Problems of values that came from variables speak of the reference, not of the value. */
import { describe, expect, test } from "vitest";
import { asWritten, readManifests, substitutionOf } from "../../src/manifest/index.js";
import { checkManifests } from "../../src/schema/index.js";

async function problemsOf(text: string, env: Record<string, string>, namespace?: string): Promise<string[]> {
  const { manifests, problems, filled } = await readManifests({
    filenames: ["-"],
    recursive: false,
    readStdin: () => Promise.resolve(Buffer.from(text)),
    stdinIsTerminal: false,
    substitute: substitutionOf(["*"], env),
  });
  const checked = await checkManifests(manifests, {
    mode: "strict",
    ...(namespace === undefined ? {} : { namespace: { name: namespace, explicit: true } }),
  });
  return [...problems, ...asWritten([...checked.problems, ...checked.warnings], filled)].map(
    ({ place, message, hint }) => `${place.line}: ${message} (${hint ?? ""})`,
  );
}

const deployment = (replicas: string, value: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: app
          image: app
          env:
            - name: PASSWORD
              value: ${value}
`;

describe("a value that a variable holds", () => {
  test("is not told where it is of the wrong type", async () => {
    expect(await problemsOf(deployment("1", "${PW}"), { PW: "0099887766" })).toEqual([
      '15: expected a string, found the number in ${PW} (quote it: "${PW}")',
    ]);
    expect(await problemsOf(deployment("${N}", "x"), { N: "S3cr3tPassw0rd" })).toEqual([
      expect.stringContaining('expected an integer, found the string "${N}"'),
    ]);
  });

  test.each(['hunt"er\\2', "hunter2\nline2", "x".repeat(400), "string", "found", "1"])(
    "is not told, nor are words like it replaced: %j",
    async (value) => {
      const [problem = ""] = await problemsOf(deployment("a${N}", "x"), { N: value });
      expect(problem).toContain('expected an integer, found the string "a${N}"');
    },
  );

  test.each(["\n", '"', "\\", "\t\u0001", "ü"])(
    "is not told where it is long and begins with %j",
    async (start) => {
      const value = `pass${start}word${"secret".repeat(60)}`;
      const [problem = ""] = await problemsOf(deployment("${N}", "x"), { N: value });
      expect(problem).toContain('expected an integer, found the string "${N}"');
    },
  );

  test("is told where the manifest has it itself", async () => {
    expect(await problemsOf(deployment("1", "77"), { PW: "77" })).toEqual([
      '15: expected a string, found the number 77 (quote it: "77")',
    ]);
  });
});

describe("a reference that a number is expected of", () => {
  const service = (port: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n${port}\n`;
  const flow =
    "between [ ] or { } a reference is always text: write `port: ${P}` on a line of its own, in block style";
  const mixed = "a reference beside other text is always text: let one variable hold the whole value";

  test.each([
    ["in quotes where it need not be", '  ports:\n    - port: "${P}"', "remove the quotes"],
    ["between brackets", '  ports: [{ port: "${P}" }]', flow],
    ["between braces", "  ports:\n    - { port: '${P}' }", flow],
    ["between brackets over lines", '  ports:\n    [\n      {\n        port: "${P}",\n      },\n    ]', flow],
    ["beside other text", "  ports:\n    - port: 1${P}", mixed],
    ["beside other text, in quotes", '  ports:\n    - port: "${P}${P}"', mixed],
  ])("%s has its own way out", async (_where, port, hint) => {
    const [problem, ...more] = await problemsOf(service(port), { P: "80" });
    expect(problem).toMatch(/^\d+: expected an integer, found the string "/);
    expect(problem).toContain(` (${hint})`);
    expect(more).toEqual([]);
  });

  test("takes the way out that is told", async () => {
    expect(await problemsOf(service("  ports:\n    -\n      port: ${P}"), { P: "80" })).toEqual([]);
  });

  test.each([
    ["", 1],
    ["\ufeff", 1],
    ["\n ", 2],
  ])("is text in JSON, whatever the file is called: %j", async (start, line) => {
    const json = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ port: "${P}" }] },
    };
    expect(await problemsOf(start + JSON.stringify(json), { P: "80" })).toEqual([
      `${line}: expected an integer, found the string "\${P}" (in JSON a reference is always text: write this manifest ` +
        "as YAML, with `port: ${P}` on a line of its own)",
    ]);
  });
});

describe("of a value that a variable holds nothing is told", () => {
  const object = (kind: string, rest: string): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: web\n${rest}`;
  const pod = (containers: string): string => object("Pod", `spec:\n  containers:\n${containers}`);

  test("where a number is out of bounds", async () => {
    const text = object("Service", "spec:\n  ports:\n    - port: ${P}\n");
    expect(await problemsOf(text, { P: "99999999" })).toEqual([
      "7: the number in ${P} is not a port: expected 1 to 65535 ()",
    ]);
  });

  test.each([
    ["    - name: a\n    - name: ${A}\n", { A: "a" }, '8: spec.containers[1] has the same name "${A}" as'],
    [
      "    - {name: a}\n    - {image: a, name: '${A}'}\n",
      { A: "a" },
      '8: spec.containers[1] has the same name "${A}" as',
    ],
    [
      "    - name: a\n      env:\n        - name: X\n        - name: ${A}\n          value: ${B}\n",
      { A: "X", B: "X" },
      '10: spec.containers[0].env[1] has the same name "${A}" as',
    ],
    [
      "    - name: a\n      ports:\n        - containerPort: 80\n        - containerPort: ${A}\n          name: ${B}\n",
      { A: "80", B: "b80" },
      '10: spec.containers[0].ports[1] has the same containerPort ${A}, protocol "TCP" as',
    ],
  ])("where two items of a list are the same: %s", async (containers, env, expected) => {
    const problems = await problemsOf(pod(containers), env);
    expect(problems.filter((problem) => problem.includes("has the same"))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  test("by what it is like", async () => {
    const text = object("Service", "spec:\n  type: ${T}\n").replace("name: web", "name: ${N}");
    const problems = await problemsOf(text, { T: "ClusterIp", N: "s_q" });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/did you mean|s-q|ClusterIp\b/);
  });

  test("by the flag that would suit it", async () => {
    const text = object("ConfigMap", "").replace("name: web", "name: web\n  namespace: ${N}");
    expect(await problemsOf(text, { N: "hidden" }, "shop")).toEqual([
      expect.stringContaining("(pass -n ${N}, or leave"),
    ]);
  });

  test("by a part of a pattern", async () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: as.x.io }
spec:
  group: x.io
  scope: Namespaced
  names: { plural: as, kind: A }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: { type: object, properties: { a: { type: string, pattern: "\${P}" } } }
`;
    expect(await problemsOf(crd, { P: "x`(value" })).toEqual([
      expect.stringMatching(/ is not checked: error parsing regexp: missing closing \): `\$\{P\}` /),
    ]);
  });

  test("and what a name must not be is told as it is", async () => {
    const role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: ${N}\n";
    expect(await problemsOf(role, { N: ".." })).toEqual(['4: the name "${N}" must not be ".." ()']);
  });
});

describe("a key with a reference", () => {
  const map = (key: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  ${key}: v\n`;
  const hint = "keys are never filled in, only values: write the key itself";

  test.each(["${NAME}x", '"${NAME:-a b}"', "${NAME-x}"])("is told to stay as it is: %s", async (key) => {
    const problems = await problemsOf(map(key), { NAME: "a" });
    expect(problems).toEqual([expect.stringMatching(/^5: the key .* must consist of letters/)]);
    expect(problems[0]).toContain(`(${hint})`);
  });

  test("is told so where no field is called so, and where its value is one too", async () => {
    const text = map("a").replace("\ndata:", "\n${NAME}: ${NAME}\ndata:");
    expect(await problemsOf(text, { NAME: "a" })).toEqual([`4: unknown field "\${NAME}" (${hint})`]);
  });

  test("may be any other text with a dollar", async () => {
    expect(await problemsOf(map('"a$b"'), {})).toEqual([expect.stringMatching(/^5: the key .* \(\)$/)]);
  });
});
