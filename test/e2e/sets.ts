/**
 * The manifest sets that tests try: those in fixtures/, and those in the folder that KAPPLY_CORPUS names. Each file and
 * each folder there is one.
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

export interface ManifestSet {
  name: string;
  /** A file, or a folder to be read with all below it. */
  file: string;
}

export const fixtures = path.join(import.meta.dirname, "fixtures");

export const sets: readonly ManifestSet[] = [fixtures, process.env["KAPPLY_CORPUS"] ?? ""].flatMap((dir) =>
  dir !== "" && existsSync(dir) ? setsIn(dir) : [],
);

function setsIn(dir: string): ManifestSet[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".yaml"))
    .map(({ name }) => ({ name, file: path.join(dir, name) }));
}
