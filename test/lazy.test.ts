/** What a command loads is what it needs: packages that are dear to load are imported where they are used. */
import { build } from "esbuild";
import type { Metafile } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";

let graph: Metafile["inputs"] = {};

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ["src/cli.ts"],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outdir: "unwritten",
  });
  graph = metafile.inputs;
});

/** The packages that evaluating a file evaluates too: static imports, followed to the end. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const found = new Set<string>();
  for (const { path, kind, external } of graph[file]?.imports ?? []) {
    if (kind !== "import-statement") continue;
    if (external !== true) for (const name of packagesOf(path, seen)) found.add(name);
    else if (!path.startsWith("node:")) found.add(path);
  }
  return [...found].sort();
}

describe("packages that are loaded from the start", () => {
  test.each([
    ["src/cli.ts", []],
    ["src/commands/version.ts", []],
    ["src/commands/completion.ts", []],
    ["src/commands/raw.ts", []],
    ["src/commands/whoami.ts", []],
    ["src/commands/apply.ts", []],
  ])("%s loads %j", (file, packages) => {
    expect(Object.keys(graph)).toContain(file);
    expect(packagesOf(file)).toEqual(packages);
  });
  test("every package of package.json is loaded somewhere", () => {
    const external = Object.values(graph).flatMap(({ imports }) =>
      imports
        .filter((one) => one.external === true && !one.path.startsWith("node:"))
        .map(({ path }) => path.split("/")[0]),
    );
    expect([...new Set(external)].sort()).toEqual(["ajv", "diff", "listr2", "re2js", "undici", "yaml"]);
  });
});
