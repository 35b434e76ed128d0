/** Problems of values that came from variables speak of the reference, not of the value. */
import { describe, expect, test } from "vitest";
import { asWritten, readManifests, substitutionOf } from "../../src/manifest/index.js";
import { checkManifests } from "../../src/schema/index.js";

async function problemsOf(text: string, env: Record<string, string>): Promise<string[]> {
  const { manifests, filled } = await readManifests({
    filenames: ["-"],
    recursive: false,
    readStdin: () => Promise.resolve(Buffer.from(text)),
    stdinIsTerminal: false,
    substitute: substitutionOf(["*"], env),
  });
  const { problems } = await checkManifests(manifests, { mode: "strict" });
  return asWritten(problems, filled).map(
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

test("in JSON, where a reference can't be without quotes, another way out is told", () => {
  const place = { source: "web.json", line: 1, column: 1 };
  const problem = {
    code: "wrong-type",
    place,
    path: "spec.replicas",
    message: "m",
    hint: "remove the quotes",
  } as const;
  const [told] = asWritten([problem], [{ place, written: "${N}", value: "5" }]);
  expect(told?.hint).toMatch(/^in JSON a reference is always text: write this manifest as YAML/);
});
