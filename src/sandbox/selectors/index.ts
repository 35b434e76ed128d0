/** Selecting objects by labels and fields, and finding values in them. */
export { exactField, parseFieldSelector } from "./fields.js";
export { compileJsonPath, jsonPathText } from "./json-path.js";
export { parseLabelSelector } from "./labels.js";
