/** Manifests to problems: what can be known to be wrong before anything is sent. */
export { bundledType, bundledVersion } from "./bundled.js";
export { checkManifests, type CheckOptions, type CheckResult } from "./check.js";
export { typesOfCrds } from "./crds.js";
