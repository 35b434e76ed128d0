/** `npm run demo`, and the transcript of it in the README. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { run } from "./cluster/run.js";

const root = path.resolve(import.meta.dirname, "..");

/** What is another in each run: ports, the temporary folder, times. Objects of one stage are done in any order. */
function steady(text: string): string[] {
  const lines = text
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/\S*kapply-demo-\w+/g, "DIR")
    .replaceAll(/ in \d+(\.\d+)? m?s$/gm, " in N ms")
    .trim()
    .split("\n\n");
  return lines.flatMap((block) => {
    const [command = "", ...output] = block.split("\n");
    return [command, ...(/ apply /.test(block) ? output.sort() : output)];
  });
}

test("the demo does kapply's main job, and the README shows what it prints", async () => {
  const env = { PATH: process.env["PATH"] };
  const args = ["--import", "tsx", "scripts/demo.ts"];
  const { stdout, stderr, status } = await run(process.execPath, args, { cwd: root, env });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, shown = ""] =
    /test\/demo\.test\.ts holds it true -->\s+```console\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(steady(shown)).toEqual(steady(stdout));
});
