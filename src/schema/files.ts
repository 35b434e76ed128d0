/** The one module that reads schema files. A bundle replaces it by one that has the texts within. */
import { readFileSync } from "node:fs";

/** The text of a file of the package's `schemas/` folder, or undefined when there is none of that name. */
export function readSchemaFile(name: string): string | undefined {
  try {
    return readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}
