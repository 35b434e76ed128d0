/** Changes made real, in stages. */
export { execute, outcomeOf } from "./execute.js";
export type { Writes } from "./execute.js";
