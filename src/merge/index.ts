/** Field sets and ownership: pure functions on JSON. */
export { isUnchanged } from "./unchanged.js";
