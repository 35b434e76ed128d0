/**
 * Builds dist/: the command line as one file, the library as one module with its types. `--command-line` builds the
 * former alone.
 */
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/**
 * A package as a text that is compiled when it is first imported. V8 scans a string far faster than it parses code, and
 * most runs need only some of the packages: this is a fourth of the start of `kapply version`.
 */
const lazyPackages: Plugin = {
  name: "lazy-packages",
  setup(build) {
    const names = new RegExp(`^(${Object.keys(packageJson.dependencies).join("|")})(/|$)`);
    build.onResolve({ filter: names }, ({ path, importer }) =>
      importer.includes("node_modules") ? undefined : { path, namespace: "lazy" },
    );
    build.onLoad({ filter: /.*/, namespace: "lazy" }, async ({ path }) => {
      const stdin = { contents: `module.exports = require(${JSON.stringify(path)});`, resolveDir: root };
      const { outputFiles, metafile } = await bundle({
        ...shared,
        ...commandLine,
        stdin,
        write: false,
        metafile: true,
      });
      Object.keys(metafile.inputs).forEach((file) => bundledFiles.add(file));
      return {
        contents: [
          `const text = ${JSON.stringify(outputFiles[0]?.text)};`,
          `const run = require("node:vm").compileFunction(text, ["module", "exports", "require"], { filename: "kapply/${path}" });`,
          `run(module, exports, require);`,
        ].join("\n"),
        resolveDir: root,
      };
    });
  },
};

/** What the sandbox has in common with the rest: one error class, and the texts that are carried once. */
const shares: readonly { name: string; file: RegExp; path: string }[] = [
  { name: "kapply:errors", file: /[\\/]errors\.js$/, path: "../errors.js" },
  { name: "kapply:files", file: /\.\/files\.js$/, path: "../schema/files.js" },
];

/** The sandbox as a text too: no other command should pay for what is a third of the code. */
const lazySandbox: Plugin = {
  name: "lazy-sandbox",
  setup(build) {
    build.onResolve({ filter: /^\.\/sandbox\.js$/ }, ({ resolveDir, kind }) =>
      kind === "dynamic-import"
        ? { path: join(resolveDir, "sandbox.ts"), namespace: "lazy-sandbox" }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "lazy-sandbox" }, async ({ path }) => {
      const names = Object.keys(packageJson.dependencies);
      const { outputFiles } = await bundle({
        ...shared,
        ...commandLine,
        entryPoints: [path],
        external: names,
        // A function that was compiled from a text has no import().
        supported: { "dynamic-import": false },
        plugins: [sharedModules],
        write: false,
      });
      const modules = [
        ...shares.map(({ name, path: file }) => [name, file]),
        ...names.map((name) => [name, name]),
      ];
      const table = modules.map(
        ([name, file]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(file)})`,
      );
      return {
        contents: [
          `const text = ${JSON.stringify(outputFiles[0]?.text)};`,
          `const modules = { ${table.join(", ")} };`,
          `const find = (name) => (Object.hasOwn(modules, name) ? modules[name]() : require(name));`,
          `const run = require("node:vm").compileFunction(text, ["module", "exports", "require"], { filename: "kapply/sandbox" });`,
          `run(module, exports, find);`,
        ].join("\n"),
        resolveDir: dirname(path),
      };
    });
  },
};

const sharedModules: Plugin = {
  name: "shared-modules",
  setup(build) {
    for (const { name, file } of shares)
      build.onResolve({ filter: file }, () => ({ path: name, external: true }));
  },
};

const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** The files of packages that the command line carries. */
const bundledFiles = new Set<string>();

const commandLine: BuildOptions = { format: "cjs", minify: true };

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  // One character beyond Latin-1 would make V8 hold the whole file with two bytes for each.
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
};

/** One file that carries everything: what a path does not need is neither evaluated nor compiled. */
async function buildCommandLine(): Promise<void> {
  await bundle({
    ...shared,
    ...commandLine,
    entryPoints: ["src/cli.ts"],
    outfile: "dist/kapply.cjs",
    plugins: [embedSchemas, lazyPackages, lazySandbox],
    banner: { js: "#!/usr/bin/env node" },
  });
  chmodSync(join(root, "dist/kapply.cjs"), 0o755);
}

async function buildLibrary(): Promise<void> {
  await bundle({
    ...shared,
    entryPoints: ["src/index.ts"],
    outfile: "dist/index.js",
    format: "esm",
    packages: "external",
    plugins: [embedSchemas],
  });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.types.json"], { cwd: root, stdio: "inherit" });
}

if (process.argv.includes("--command-line")) await buildCommandLine();
else {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  await Promise.all([buildCommandLine(), buildLibrary()]);
  writeFileSync(join(root, "dist/THIRD-PARTY.txt"), licenses());
}

/** The licenses of all packages within the command line, as they ask for. */
function licenses(): string {
  const folders = new Set(
    [...bundledFiles].map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]),
  );
  const packages = [...folders].filter((folder) => folder !== undefined).sort();
  const texts = packages.map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    ) as Record<string, string>;
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8");
    return `${name ?? folder} ${version ?? ""} (${license ?? "license unknown"})\n\n${text.trim()}\n`;
  });
  return `dist/kapply.cjs carries these packages.\n\n${texts.join("\n----\n\n")}`;
}
