import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "./cluster/run.js";

const root = path.resolve(import.meta.dirname, "..");
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "kapply-reporter-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs vitest on one test file and returns the last line that it prints. */
async function lastLine(source: string): Promise<string | undefined> {
  writeFileSync(path.join(dir, "some.test.ts"), source);
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", `--reporter=${path.join(root, "test/summary-reporter.ts")}`];
  const args = [vitest, "run", "--globals", `--root=${dir}`, ...reporters];
  const { stdout } = await run(process.execPath, args, { cwd: dir });
  return stdout.trimEnd().split("\n").at(-1);
}

test("the last line counts what passed, failed and was skipped", async () => {
  const source = `
    test("a", () => {});
    test("b", () => {});
    test("c", () => expect(1).toBe(2));
    test.skip("d", () => {});`;
  expect(await lastLine(source)).toBe("2 passed, 1 failed, 1 skipped");
});

test("a file that can't be loaded is one failure", async () => {
  expect(await lastLine(`throw new Error("at load");`)).toBe("0 passed, 1 failed, 0 skipped");
});

test("an error outside of any test is one failure", async () => {
  const source = `test("a", () => { void Promise.reject(new Error("left alone")); });`;
  expect(await lastLine(source)).toBe("1 passed, 1 failed, 0 skipped");
});
