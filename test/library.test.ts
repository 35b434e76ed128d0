/** The library as it is built: what `import ... from "kapply"` gives. `npm test` builds it first. */
import { expect, test } from "vitest";

type Library = typeof import("../src/index.js");

test("the built library reads manifests and checks them by its own schemas", async () => {
  const built = new URL("../dist/index.js", import.meta.url).href;
  const { readManifests, checkManifests } = (await import(built)) as Library;
  const { manifests, problems } = await readManifests({
    filenames: ["-"],
    recursive: false,
    stdinIsTerminal: false,
    readStdin: () =>
      Promise.resolve(Buffer.from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n")),
  });
  expect(problems).toEqual([]);
  const checked = await checkManifests(manifests, { mode: "strict" });
  expect(checked.problems.map(({ code, hint }) => [code, hint])).toEqual([
    ["unknown-field", 'did you mean "data"?'],
  ]);
});
