/** The REST API of a Kubernetes server: transport, discovery, reading, writing. */
export { waitForCrd } from "./crd.js";
export type { CrdWait } from "./crd.js";
export { discoverType, serverVersion } from "./discovery.js";
export { serverSchemas } from "./openapi.js";
export { collectionPath, objectPath } from "./paths.js";
export { fetchRaw } from "./raw.js";
export { getObject, listObjects } from "./read.js";
export type { ListOptions } from "./read.js";
export type { Selection } from "./selection.js";
export { readSnapshot } from "./snapshot.js";
export { typeName } from "./naming.js";
export { openTransport } from "./transport.js";
export type { Request, Sends, Transport, TransportOptions } from "./types.js";
export { watchObjects } from "./watch.js";
export type { WatchEvent } from "./watch.js";
export { applyObject, isDryRunUnsupported, leaseType, patchOwnership, putLease, whoAmI } from "./write.js";
export type { ApplyOptions } from "./write.js";
