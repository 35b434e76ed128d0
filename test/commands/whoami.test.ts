/** `whoami`: what it refuses before it asks anybody. */
import { expect, test } from "vitest";
import type { Context } from "../../src/commands/context.js";
import { parseArguments } from "../../src/commands/parse.js";
import { whoami } from "../../src/commands/whoami.js";

test.each(["ndjson", "yaml", "name"])("-o %s is refused: whoami has no such format", async (format) => {
  const values = parseArguments(["-o", format], ["output"]);
  await expect(whoami(values, {} as Context)).rejects.toMatchObject({
    code: "usage",
    message: `-o ${format} is not for whoami: it tells what it finds as text or json`,
  });
});
