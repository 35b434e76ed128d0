/** Builds dist/: the command line as one file, the library as one module with its types. */
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import type { BuildOptions, Plugin } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The texts of schemas/ within the bundle, in place of the module that reads them from disk. */
const embedSchemas: Plugin = {
  name: "embed-schemas",
  setup(build) {
    build.onLoad({ filter: /src[\\/]schema[\\/]files\.ts$/ }, () => {
      const folder = join(root, "schemas");
      const texts = readdirSync(folder).map((file) => [
        basename(file),
        readFileSync(join(folder, file), "utf8"),
      ]);
      return {
        contents: [
          `const texts = ${JSON.stringify(Object.fromEntries(texts))};`,
          `export function readSchemaFile(name) { return Object.hasOwn(texts, name) ? texts[name] : undefined; }`,
        ].join("\n"),
        loader: "js",
      };
    });
  },
};

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  charset: "utf8",
  legalComments: "none",
  plugins: [embedSchemas],
  logLevel: "warning",
};

rmSync(join(root, "dist"), { recursive: true, force: true });
await Promise.all([
  // One file that carries everything: what a path does not need is neither evaluated nor compiled.
  bundle({
    ...shared,
    entryPoints: ["src/cli.ts"],
    outfile: "dist/kapply.cjs",
    format: "cjs",
    minify: true,
    keepNames: false,
    banner: { js: "#!/usr/bin/env node" },
  }),
  bundle({
    ...shared,
    entryPoints: ["src/index.ts"],
    outfile: "dist/index.js",
    format: "esm",
    packages: "external",
  }),
]);
chmodSync(join(root, "dist/kapply.cjs"), 0o755);
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.types.json"], {
  cwd: root,
  stdio: "inherit",
});
