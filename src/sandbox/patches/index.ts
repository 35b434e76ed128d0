/** Patches: from a live object and what a client sent to what it shall be. All pure. */
export { unreadable, type FieldValidation } from "./failures.js";
export { goText } from "./go-text.js";
export { jsonPatch, unknownOperationFields } from "./json-patch.js";
export { mergePatch } from "./merge-patch.js";
export { strategicPatch } from "./strategic.js";
