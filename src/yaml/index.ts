/** YAML and JSON text to placed values and back. The only importer of the `yaml` package. */
export type { YamlDocument, YamlReading } from "./document.js";
export { readJson, readYaml } from "./read.js";
export { resolvePlain } from "./scalars.js";
export { emitYaml } from "./emit.js";
