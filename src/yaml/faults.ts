/** What can be wrong with a value wherever it is read, in words. No value is repeated: it may be one of a Secret. */
import { type Fault, maxDepth } from "./document.js";

/** A key that is there twice; `first` is where the first one stands. */
export function duplicateKey(key: string, offset: number, first: number | undefined): Fault {
  return {
    code: "duplicate-key",
    offset,
    first,
    message: `the key ${JSON.stringify(shorten(key))} is there twice`,
    hint: "keep one of them",
  };
}

export function unfitNumber(offset: number): Fault {
  return {
    code: "bad-value",
    offset,
    message: "a number that Kubernetes can't hold: integers have 64 bits, and there is no infinity",
    hint: "quote it if it is meant as text",
  };
}

export function halfSurrogate(offset: number): Fault {
  return {
    code: "bad-value",
    offset,
    message: "a string with half of a surrogate pair",
    hint: "write the character itself, or both halves of its escape",
  };
}

export function tooDeep(offset: number): Fault {
  return {
    code: "too-large",
    offset,
    message: `collections are nested more than ${maxDepth} deep`,
    hint: "no Kubernetes object is nested like that: check how this file was made",
  };
}

/** The start of a text, for a message. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
