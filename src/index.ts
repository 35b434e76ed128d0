/** The library's public surface: what the command line is made of. */
export { exitStatuses, exitStatusOf, KapplyError, toFailure } from "./errors.js";
export type { ErrorCode, ErrorDetails } from "./errors.js";
export type { Job, World } from "./job.js";
export { parseJson, stringifyJson } from "./json.js";
export type { Json, JsonObject } from "./json.js";
export { manifestsOf, readManifests } from "./manifest/index.js";
export type * from "./model.js";
export { run } from "./pipeline.js";

export { checkManifests } from "./schema/index.js";
export { connectServer } from "./server.js";
export type { Server, ServerOptions } from "./server.js";
export { emitYaml, readJson, readYaml } from "./yaml/index.js";
