/** docs/env-subst.md: each form that its table has is what it says. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { fill, parseReferences } from "../../src/manifest/references.js";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/env-subst.md"), "utf8");
const forms = [...page.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, form = ""]) => form),
);

/** What a form becomes with a value, and without. */
function becomes(form: string): (string | string[])[] {
  return [{ A: "v" }, {}].map((env) => {
    const parts = parseReferences(form, "all");
    if (!Array.isArray(parts)) throw new Error(`${form}: ${parts.message}`);
    const { text, missing } = fill(parts, env);
    return missing.length > 0 ? missing.map(({ name, is, message }) => `${name} ${is} ${message}`) : text;
  });
}

test("docs/env-subst.md has no form but those that are so", () => {
  expect(Object.fromEntries(forms.map((form) => [form, becomes(form)]))).toEqual({
    "${A}": ["v", ["A not set "]],
    "${A:-x}": ["v", "x"],
    "${A:?words}": ["v", ["A not set words"]],
    "$${A}": ["${A}", "${A}"],
    "$$${A}": ["$v", ["A not set "]],
    $A: ["$A", "$A"],
    $: ["$", "$"],
  });
});

test.each(["$$", "$(A)"])("a dollar as in %s, which it names too, stays", (form) => {
  expect(page).toContain(`\`${form}\``);
  expect(becomes(form)).toEqual([form, form]);
});

test.each(["${A-x}", "${A#x}"])("the form %s of a shell is an error, as it says", (form) => {
  expect(page).toContain(`\`${form}\``);
  expect(() => becomes(form)).toThrow("has a form that kapply does not know");
});
