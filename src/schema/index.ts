/** Manifests to problems: what can be known to be wrong before anything is sent. */
export { bundledDefinition, bundledRows, bundledType, bundledVersion } from "./bundled.js";
export { builtInCodec } from "./built-in-codec.js";
export { checkManifests, type CheckOptions, type CheckResult } from "./check.js";
export { DecodeError, type Cause, type Codec } from "./codec.js";
export { typesOfCrds } from "./crds.js";
export { codeDefaults } from "./defaults/index.js";
export { withValue } from "./defaults/row.js";
export { loadPatterns } from "./patterns.js";
export { semanticsOf, semanticsOfCrd } from "./semantics.js";
export { shapeOfDefinition, shapeOfStructural } from "./shape.js";
export { structuralCodec } from "./structural-codec.js";
export { embeddedResources } from "./structural-lists.js";
