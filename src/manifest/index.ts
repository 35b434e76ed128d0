/** Sources (files, directories, standard input) to placed manifests. */
export { asWritten } from "./filled.js";
export { manifestsOf } from "./manifests.js";
export type { ReadOptions } from "./options.js";
export { filesToRead, readManifests } from "./read.js";
export { selectManifests } from "./select.js";
export { substitutionOf } from "./substitute.js";
export type { Substitution } from "./substitute.js";
