/** Kinds by the words that people use for them: built-in ones, and what the server serves. */
export { findNamedKind, lookUpKind, noSuchKind, unservedKind } from "./named.js";
