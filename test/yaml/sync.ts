/** Reading at once, with the full reader at hand. */
import { readFull } from "../../src/yaml/full.js";
import type { YamlReading } from "../../src/yaml/index.js";
import { readYamlWith } from "../../src/yaml/read.js";

export function readYaml(text: string, source: string): YamlReading {
  return readYamlWith(text, source, readFull);
}
