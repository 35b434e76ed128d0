/** Commands that tell what they find as text or JSON refuse other formats before they do anything. */
import { describe, expect, test } from "vitest";
import type { Context } from "../../src/commands/context.js";
import { parseArguments } from "../../src/commands/parse.js";
import { version } from "../../src/commands/version.js";
import { whoami } from "../../src/commands/whoami.js";

describe.each([
  ["whoami", whoami],
  ["version", version],
] as const)("%s", (name, command) => {
  test.each(["ndjson", "yaml", "name"])("refuses -o %s", async (format) => {
    const values = parseArguments(["-o", format], ["output"]);
    await expect(async () => command(values, {} as Context)).rejects.toMatchObject({
      code: "usage",
      message: `-o ${format} is not for ${name}: it takes text or json`,
    });
  });
});
