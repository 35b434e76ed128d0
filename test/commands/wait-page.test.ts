/** docs/wait.md: the commands that it shows are understood. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/commands/index.js";
import { parseArguments } from "../../src/commands/parse.js";
import { parseAsked, parseFor } from "../../src/wait/index.js";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/wait.md"), "utf8");
const lines = [...page.matchAll(/^kapply wait (.*?)(?: +#.*)?$/gm)].map(([, words = ""]) => words);
const flags = commands.find(({ name }) => name === "wait")?.flags ?? [];

test("docs/wait.md shows every goal of --for", () => {
  const goals = lines.map((words) => /--for=(\w+)/.exec(words)?.[1] ?? "ready");
  expect([...new Set(goals)].sort()).toEqual(["condition", "create", "delete", "jsonpath", "ready"]);
});

test.each(lines)("kapply wait %s", (words) => {
  const unquoted = words.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
  const values = parseArguments(unquoted, flags);
  expect(parseFor(values.text("for") ?? "ready").is).toBeDefined();
  const named =
    values.rest.length > 0 ? parseAsked(values.rest, values.text("selector"), values.on("all")) : [];
  expect(named.length + values.list("filename").length).toBe(1);
});
