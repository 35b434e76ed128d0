import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../cluster/run.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "kapply-ci-"));
  cpSync(path.join(import.meta.dirname, "../../.ci/run"), path.join(root, ".ci/run"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs .ci/run with an `npm` whose scripts do these things. */
async function ci(scripts: { check: string; test: string; cluster: string }) {
  const npm = path.join(root, "bin/npm");
  mkdirSync(path.dirname(npm), { recursive: true });
  const { check, test, cluster } = scripts;
  writeFileSync(
    npm,
    `#!/bin/sh\ncase "$*" in\n'run check') ${check};;\ntest) ${test};;\n'run test:cluster') ${cluster};;\nesac\n`,
  );
  chmodSync(npm, 0o755);
  const env = { PATH: `${path.dirname(npm)}:${process.env["PATH"]}` };
  const { status, stdout } = await run(path.join(root, ".ci/run"), [], { cwd: "/", env });
  return { status, stdout, last: stdout.trimEnd().split("\n").at(-1) };
}

const passing = {
  check: "true",
  test: "echo '7 passed, 0 failed, 0 skipped'",
  cluster: "echo '5 passed, 0 failed, 0 skipped'",
};

test("the counts of both suites are summed in the last line", async () => {
  expect(await ci(passing)).toMatchObject({ status: 0, last: "12 passed, 0 failed" });
});

test("a failing check fails the run, and the suites run all the same", async () => {
  const result = await ci({ ...passing, check: "echo 'types: no'; exit 2" });
  expect(result).toMatchObject({ status: 1, last: "12 passed, 1 failed" });
  expect(result.stdout).toMatch(/npm run check +FAILED/);
});

test("failed tests are counted, whatever npm says after them", async () => {
  const failing = "echo '3 passed, 2 failed, 0 skipped'; echo 'npm error' >&2; exit 1";
  expect(await ci({ ...passing, test: failing })).toMatchObject({ status: 1, last: "8 passed, 2 failed" });
});

test("a suite that breaks before its first test is one failure", async () => {
  expect(await ci({ ...passing, cluster: "exit 1" })).toMatchObject({
    status: 1,
    last: "7 passed, 1 failed",
  });
});

test("a suite that ends well without a count is a failure", async () => {
  expect(await ci({ ...passing, cluster: "true" })).toMatchObject({ status: 1, last: "7 passed, 1 failed" });
});

test("a skipped test fails the run", async () => {
  const skipping = "echo '3 passed, 0 failed, 1 skipped'";
  expect(await ci({ ...passing, test: skipping })).toMatchObject({ status: 1, last: "8 passed, 1 failed" });
});
