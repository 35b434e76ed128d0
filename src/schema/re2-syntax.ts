/** The syntax of RE2 (Go's regexp/syntax), as far as CRDs use it: from a pattern to a tree. */
import {
  ahead,
  bracket,
  codeOf,
  eat,
  escaped,
  fail,
  next,
  range,
  word,
  type Matches,
  type Reader,
} from "./re2-classes.js";

/** Holds between two characters; -1 stands for the ends of the text. */
type Assertion = (before: number, after: number) => boolean;

export type Node =
  | { kind: "character"; matches: Matches }
  | { kind: "assert"; holds: Assertion }
  | { kind: "sequence"; items: Node[] }
  | { kind: "choice"; items: Node[] }
  | { kind: "repeat"; item: Node; min: number; max: number };

interface Flags {
  ignoreCase: boolean;
  multiLine: boolean;
  dotAll: boolean;
}

const mostRepeats = 1000;
const deepest = 200;

/** Parses a pattern. Throws `SyntaxError`. */
export function parsePattern(pattern: string): Node {
  const reader: Reader = { text: Array.from(pattern), at: 0, depth: 0 };
  const whole = choice(reader, { ignoreCase: false, multiLine: false, dotAll: false });
  if (reader.at < reader.text.length) fail("a closing parenthesis has no opening one");
  return whole;
}

function choice(reader: Reader, flags: Flags): Node {
  if (++reader.depth > deepest) fail("it is nested too deeply");
  // Flags set in the middle of a group, `(?i)`, hold to its end.
  const own = { ...flags };
  const first = sequence(reader, own);
  const items = [first];
  while (eat(reader, "|")) items.push(sequence(reader, own));
  reader.depth--;
  return items.length === 1 ? first : { kind: "choice", items };
}

function sequence(reader: Reader, flags: Flags): Node {
  const items: Node[] = [];
  while (reader.at < reader.text.length && !/^[|)]/.test(ahead(reader))) {
    const item = atom(reader, flags);
    if (item !== undefined) items.push(quantified(reader, item));
  }
  return { kind: "sequence", items };
}

function quantified(reader: Reader, item: Node): Node {
  const bounds = repeatBounds(reader);
  if (bounds === undefined) return item;
  const [min, max] = bounds;
  eat(reader, "?"); // whether it prefers few or many does not matter for a yes or no
  if (repeatBounds(reader) !== undefined) fail("a repeat is repeated");
  return { kind: "repeat", item, min, max };
}

function repeatBounds(reader: Reader): [min: number, max: number] | undefined {
  if (eat(reader, "*")) return [0, Infinity];
  if (eat(reader, "+")) return [1, Infinity];
  if (eat(reader, "?")) return [0, 1];
  const counts = /^\{(\d+)(,?)(\d*)\}/.exec(ahead(reader));
  if (counts === null) return undefined;
  const [whole, least, comma, most] = counts;
  reader.at += whole.length;
  const min = Number(least);
  const max = comma === "" ? min : most === "" ? Infinity : Number(most);
  if (min > mostRepeats || min > max || (max !== Infinity && max > mostRepeats))
    fail("a repeat count is out of range");
  return [min, max];
}

function atom(reader: Reader, flags: Flags): Node | undefined {
  const character = next(reader);
  switch (character) {
    case "(":
      return group(reader, flags);
    case "[":
      return { kind: "character", matches: folded(bracket(reader), flags) };
    case ".":
      return { kind: "character", matches: flags.dotAll ? () => true : (code) => code !== 10 };
    case "^":
      return { kind: "assert", holds: flags.multiLine ? lineStart : textStart };
    case "$":
      return { kind: "assert", holds: flags.multiLine ? lineEnd : textEnd };
    case "\\":
      return escape(reader, flags);
    case "*":
    case "+":
    case "?":
      return fail("a repeat has nothing to repeat");
    default:
      return literal(codeOf(character), flags);
  }
}

function group(reader: Reader, flags: Flags): Node | undefined {
  const named = /^\?P?<\w+>/.exec(ahead(reader));
  const set = /^\?([ims]*)(?:-([ims]+))?([:)])/.exec(ahead(reader));
  reader.at += (named ?? set)?.[0].length ?? 0;
  const inner = set === null ? flags : changed(flags, set[1] ?? "", set[2] ?? "");
  if (set?.[3] === ")") {
    Object.assign(flags, inner);
    return undefined;
  }
  if (ahead(reader).startsWith("?")) fail("look-around and its like are not known");
  const node = choice(reader, inner);
  if (!eat(reader, ")")) fail("a group is not closed");
  return node;
}

function changed(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, was: boolean): boolean =>
    !off.includes(letter) && (was || on.includes(letter));
  return {
    ignoreCase: value("i", flags.ignoreCase),
    multiLine: value("m", flags.multiLine),
    dotAll: value("s", flags.dotAll),
  };
}

function escape(reader: Reader, flags: Flags): Node {
  if (eat(reader, "A")) return { kind: "assert", holds: textStart };
  if (eat(reader, "z")) return { kind: "assert", holds: textEnd };
  if (eat(reader, "b")) return { kind: "assert", holds: boundary };
  if (eat(reader, "B")) return { kind: "assert", holds: (before, after) => !boundary(before, after) };
  if (eat(reader, "Q")) return quoted(reader, flags);
  const what = escaped(reader);
  return typeof what === "number"
    ? literal(what, flags)
    : { kind: "character", matches: folded(what, flags) };
}

function quoted(reader: Reader, flags: Flags): Node {
  const items: Node[] = [];
  while (reader.at < reader.text.length && !eat(reader, "\\E"))
    items.push(literal(codeOf(next(reader)), flags));
  return { kind: "sequence", items };
}

function literal(code: number, flags: Flags): Node {
  return { kind: "character", matches: folded(range(code, code), flags) };
}

function folded(matches: Matches, flags: Flags): Matches {
  if (!flags.ignoreCase) return matches;
  return (code) => {
    const character = String.fromCodePoint(code);
    const cases = [character, character.toLowerCase(), character.toUpperCase()];
    return cases.some((one) => Array.from(one).length === 1 && matches(codeOf(one)));
  };
}

const textStart: Assertion = (before) => before === -1;
const textEnd: Assertion = (_before, after) => after === -1;
const lineStart: Assertion = (before) => before === -1 || before === 10;
const lineEnd: Assertion = (_before, after) => after === -1 || after === 10;
const boundary: Assertion = (before, after) =>
  (before !== -1 && word(before)) !== (after !== -1 && word(after));
