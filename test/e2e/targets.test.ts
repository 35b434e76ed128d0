/** One suite, two targets: what runs against one of them alone is listed, with the reason. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const folder = path.join(import.meta.dirname, "control-plane");

test("each test that only a real control plane is given stands in the list of reasons", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  const list = readFileSync(path.join(folder, "README.md"), "utf8");
  const listed = [...list.matchAll(/^\| `([\w.-]+)`\s+\| \S/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(files.sort());
});

test("no test is skipped on the way", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const skipping = files
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) =>
      /\.(skip|todo|only|skipIf|runIf)\b/.test(readFileSync(path.join(import.meta.dirname, name), "utf8")),
    );
  expect(skipping).toEqual([]);
});
