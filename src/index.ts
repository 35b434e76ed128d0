/** The library's public surface: what the command line is made of. */
export { exitStatuses, exitStatusOf, KapplyError, toFailure } from "./errors.js";
export type { ErrorCode, ErrorDetails } from "./errors.js";
export type { AuthEnvironment, AuthFlags } from "./auth/index.js";
export type { Job, SetOptions, World } from "./job.js";
export { parseJson, stringifyJson } from "./json.js";
export type { Json, JsonObject } from "./json.js";
export { manifestsOf, readManifests, substitutionOf } from "./manifest/index.js";
export type { ReadOptions, Substitution } from "./manifest/index.js";
export type * from "./model.js";
export { run } from "./pipeline.js";
export type { Signal } from "./result.js";

export { checkManifests } from "./schema/index.js";
export { connectServer } from "./server.js";
export type { Sends, Server, ServerOptions } from "./server.js";
export { parseAsked, parseFor } from "./wait/index.js";
export type { Asked, Goal } from "./wait/index.js";
export { waitForAsked } from "./waiting/index.js";
export type { Answer, WaitWorld } from "./waiting/index.js";
export { emitYaml, readJson, readYaml } from "./yaml/index.js";
