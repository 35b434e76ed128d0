/** Changes made real, in stages. */
export { execute } from "./execute.js";
export { outcomeOf } from "./outcome.js";
export type { Writes } from "./write.js";
