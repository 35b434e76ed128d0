/**
 * A set of strings to look for in text, as a radix tree: adding one costs its length, and looking at a position of a
 * text costs as far as any string agrees with it, however many strings there are and however alike they begin.
 */

interface Node<T> {
  /** What this node adds to its parent's string. */
  label: string;
  /** By first character of their labels. */
  children: Map<number, Node<T>>;
  /** The value of the string that ends here. */
  value?: T | undefined;
  /** The value of some string that goes through here. */
  some: T;
}

export interface Prefixes<T> {
  /** Adds a string with its value; the first value of a string stays. */
  add(text: string, value: T): void;
  /** The longest string of the set that stands at a position of a text, of those that `accept` takes. */
  longestAt(text: string, at: number, accept: (value: T, length: number) => boolean): Found<T> | undefined;
  /** How far the text at a position agrees with any string of the set, and the value of one such string. */
  agreesAt(text: string, at: number): Found<T> | undefined;
}

export interface Found<T> {
  length: number;
  value: T;
}

export function createPrefixes<T>(): Prefixes<T> {
  const roots = new Map<number, Node<T>>();
  return {
    add: (text, value) => {
      if (text !== "") insert(roots, text, value);
    },
    longestAt: (text, at, accept) => {
      let best: Found<T> | undefined;
      walk(roots, text, at, (node, length, whole) => {
        if (whole && node.value !== undefined && accept(node.value, length))
          best = { length, value: node.value };
      });
      return best;
    },
    agreesAt: (text, at) => {
      let best: Found<T> | undefined;
      walk(roots, text, at, (node, length) => {
        best = { length, value: node.some };
      });
      return best;
    },
  };
}

/** Goes down as far as the text agrees; `visit` gets each node, how far it agrees in all, and whether wholly. */
function walk<T>(
  roots: Map<number, Node<T>>,
  text: string,
  at: number,
  visit: (node: Node<T>, length: number, whole: boolean) => void,
): void {
  let node = roots.get(text.charCodeAt(at));
  let length = 0;
  while (node !== undefined) {
    const shared = sharedLength(node.label, text, at + length);
    length += shared;
    const whole = shared === node.label.length;
    visit(node, length, whole);
    node = whole ? node.children.get(text.charCodeAt(at + length)) : undefined;
  }
}

function insert<T>(siblings: Map<number, Node<T>>, text: string, value: T): void {
  let at = 0;
  for (;;) {
    const first = text.charCodeAt(at);
    const node = siblings.get(first);
    if (node === undefined) {
      siblings.set(first, { label: text.slice(at), children: new Map(), value, some: value });
      return;
    }
    const shared = sharedLength(node.label, text, at);
    if (shared < node.label.length) split(node, shared);
    at += shared;
    if (at === text.length) {
      node.value ??= value;
      return;
    }
    siblings = node.children;
  }
}

/** Makes a node of the first characters of a label, and a child of the rest. */
function split<T>(node: Node<T>, length: number): void {
  const rest: Node<T> = { ...node, label: node.label.slice(length) };
  node.label = node.label.slice(0, length);
  node.children = new Map([[rest.label.charCodeAt(0), rest]]);
  node.value = undefined;
}

function sharedLength(label: string, text: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}
