/** Patches: from a live object and what a client sent to what it shall be. All pure. */
export { unreadable } from "./failures.js";
export { goText, goType } from "./go-text.js";
export { jsonPatch, unknownOperationFields } from "./json-patch.js";
export { mergePatch } from "./merge-patch.js";
export { strategicPatch } from "./strategic.js";
export { spentPatch } from "./spent.js";
