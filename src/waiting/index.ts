/** Waiting, with a server at hand: of applied objects, of those of a set, of those that must be found first. */
export { waitForAsked } from "./asked.js";
export { waitForSearches } from "./searches.js";
export type { Answer, Found, Item, Reached, Search, Unnamed } from "./searches.js";
export type { Looked } from "./seek.js";
export { waitForOutcomes } from "./wait-for-all.js";
export type { WaitWorld } from "./wait-for-all.js";
