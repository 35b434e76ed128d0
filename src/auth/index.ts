/** From flags, environment and files to a `Connection`, and from a `Connection` to what its requests carry. */
export { createAuthorizer } from "./authorizer.js";
export { describeCredential } from "./describe.js";
export type { AuthEnvironment, AuthFlags } from "./environment.js";
export { findConnection } from "./find.js";
export { chooseNamespace } from "./namespace.js";
