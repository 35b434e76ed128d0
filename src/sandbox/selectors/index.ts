/** Selecting objects by labels and fields, and finding values in them. */
export { exactField, parseFieldSelector } from "./fields.js";
export { compileJsonPath, jsonPathText, type FindValues } from "./json-path.js";
export { parseLabelSelector, type Labels } from "./labels.js";
