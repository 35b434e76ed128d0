import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../cluster/run.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "kapply-setup-"));
  for (const name of ["setup.mjs", "lock.mjs"])
    cpSync(path.join(import.meta.dirname, "../../scripts", name), path.join(root, "scripts", name));
  write("package-lock.json", { "": {}, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, packages: object): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify({ packages }));
}

/** Runs setup with an `npm` that notes its arguments and installs what the lock file says. */
function setup({ npmStatus = 0 } = {}) {
  const npm = path.join(root, "bin/npm");
  mkdirSync(path.dirname(npm), { recursive: true });
  writeFileSync(
    npm,
    `#!/bin/sh
echo "$@" >>npm-calls
echo "added packages"
sleep 0.3
if [ ${npmStatus} != 0 ]; then exit ${npmStatus}; fi
mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json
`,
  );
  chmodSync(npm, 0o755);
  const env = { PATH: `${path.dirname(npm)}:${process.env["PATH"]}` };
  return run(process.execPath, ["scripts/setup.mjs"], { cwd: root, env });
}

function npmCalls(): string[] {
  const file = path.join(root, "npm-calls");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

test("a fresh clone is installed, with npm's talk on stderr", async () => {
  expect(await setup()).toEqual({ status: 0, stdout: "", stderr: "added packages\n" });
  expect(npmCalls()).toEqual(["ci --include=dev"]);
});

test("what is installed already is left alone, silently", async () => {
  await setup();
  expect(await setup()).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(npmCalls()).toHaveLength(1);
});

test("a changed lock file is installed again, an untouched one with a new date is not", async () => {
  await setup();
  write("package-lock.json", { "": {}, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } });
  await setup();
  expect(npmCalls()).toHaveLength(1);
  write("package-lock.json", { "": {}, "node_modules/a": { version: "1.0.1", integrity: "sha512-b" } });
  await setup();
  expect(npmCalls()).toHaveLength(2);
});

test("a package for another platform is not missed, a required one is", async () => {
  write("node_modules/.package-lock.json", {});
  write("package-lock.json", { "node_modules/a": { version: "1.0.0", optional: true } });
  await setup();
  expect(npmCalls()).toHaveLength(0);
  write("package-lock.json", { "node_modules/a": { version: "1.0.0" } });
  await setup();
  expect(npmCalls()).toHaveLength(1);
});

test("two at once install once", async () => {
  const both = await Promise.all([setup(), setup()]);
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  expect(npmCalls()).toHaveLength(1);
});

test("a failing installation fails the set-up with its status", async () => {
  expect((await setup({ npmStatus: 7 })).status).toBe(7);
});
