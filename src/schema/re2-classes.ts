/** Characters and classes of characters in RE2: `[a-z]`, `[[:alpha:]]`, `\d`, `\pL`, `\x41`. */

/** Whether a code point is one of a class. */
export type Matches = (code: number) => boolean;

/** A pattern's characters, and how far they are read. */
export interface Reader {
  text: string[];
  at: number;
  depth: number;
}

export function fail(why: string): never {
  throw new SyntaxError(why);
}

/** The characters to come, as many as any rule looks at. */
export function ahead({ text, at }: Reader): string {
  return text.slice(at, at + 40).join("");
}

/** Goes past what comes next when it is that. */
export function eat(reader: Reader, expected: string): boolean {
  if (!ahead(reader).startsWith(expected)) return false;
  reader.at += expected.length;
  return true;
}

/** Goes past the next character. */
export function next(reader: Reader): string {
  return reader.text[reader.at++] ?? "";
}

export function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

export function range(from: number, to: number): Matches {
  return (code) => code >= from && code <= to;
}

function either(...parts: Matches[]): Matches {
  return (code) => parts.some((part) => part(code));
}

function not(part: Matches): Matches {
  return (code) => !part(code);
}

function oneOf(characters: string): Matches {
  return (code) => characters.includes(String.fromCodePoint(code));
}

const digit = range(0x30, 0x39);
const upper = range(0x41, 0x5a);
const lower = range(0x61, 0x7a);
const space = oneOf("\t\n\f\r ");
export const word = either(digit, upper, lower, range(0x5f, 0x5f));

const perl = new Map<string, Matches>([
  ["d", digit],
  ["D", not(digit)],
  ["s", space],
  ["S", not(space)],
  ["w", word],
  ["W", not(word)],
]);

const posix = new Map<string, Matches>([
  ["alnum", either(digit, upper, lower)],
  ["alpha", either(upper, lower)],
  ["ascii", range(0, 0x7f)],
  ["blank", oneOf("\t ")],
  ["cntrl", either(range(0, 0x1f), range(0x7f, 0x7f))],
  ["digit", digit],
  ["graph", range(0x21, 0x7e)],
  ["lower", lower],
  ["print", range(0x20, 0x7e)],
  ["punct", either(range(0x21, 0x2f), range(0x3a, 0x40), range(0x5b, 0x60), range(0x7b, 0x7e))],
  ["space", oneOf("\t\n\v\f\r ")],
  ["upper", upper],
  ["word", word],
  ["xdigit", either(digit, range(0x41, 0x46), range(0x61, 0x66))],
]);

const controls = new Map([
  ["a", 7],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
]);

/** What stands behind a backslash: a class, or a single character. */
export function escaped(reader: Reader): Matches | number {
  const simple = perl.get(reader.text[reader.at] ?? "");
  if (simple !== undefined) {
    reader.at++;
    return simple;
  }
  const unicode = /^([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/.exec(ahead(reader));
  if (unicode === null) return escapedCode(reader);
  const [whole, letter, negated, long, short = ""] = unicode;
  reader.at += whole.length;
  const matches = unicodeClass(long ?? short);
  return (letter === "P") !== (negated === "^") ? not(matches) : matches;
}

function unicodeClass(name: string): Matches {
  const expression = name.length <= 2 ? `\\p{${name}}` : `\\p{Script=${name}}`;
  try {
    const one = new RegExp(`^${expression}$`, "u");
    return (code) => one.test(String.fromCodePoint(code));
  } catch {
    return fail(`the class ${name} is not known`);
  }
}

function escapedCode(reader: Reader): number {
  const hexadecimal = /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(ahead(reader));
  const octal = /^0[0-7]{0,2}|^[1-7][0-7]{1,2}/.exec(ahead(reader));
  reader.at += (hexadecimal ?? octal)?.[0].length ?? 0;
  if (hexadecimal !== null) {
    const code = parseInt(hexadecimal[1] ?? hexadecimal[2] ?? "", 16);
    return code > 0x10ffff ? fail("a code point is too large") : code;
  }
  if (octal !== null) return parseInt(octal[0], 8);
  const character = next(reader);
  const control = controls.get(character);
  if (control !== undefined) return control;
  if (character === "" || /[A-Za-z0-9]/.test(character) || codeOf(character) > 0x7f)
    return fail(`the escape \\${character} is not known`);
  return codeOf(character);
}

/** A class in brackets, behind the opening one. */
export function bracket(reader: Reader): Matches {
  const negated = eat(reader, "^");
  const parts: Matches[] = [];
  // A closing bracket right at the start is a character.
  do parts.push(bracketPart(reader));
  while (reader.text[reader.at] !== "]");
  reader.at++;
  return negated ? not(either(...parts)) : either(...parts);
}

function bracketPart(reader: Reader): Matches {
  if (reader.at >= reader.text.length) fail("a class is not closed");
  const named = /^\[:(\^?)([a-z]+):\]/.exec(ahead(reader));
  if (named !== null) {
    const matches = posix.get(named[2] ?? "") ?? fail(`the class ${named[0]} is not known`);
    reader.at += named[0].length;
    return named[1] === "^" ? not(matches) : matches;
  }
  const from = bracketItem(reader);
  if (typeof from !== "number") return from;
  const after = reader.text[reader.at + 1];
  if (reader.text[reader.at] !== "-" || after === "]" || after === undefined) return range(from, from);
  reader.at++;
  const to = bracketItem(reader);
  return typeof to !== "number" || to < from ? fail("a range in a class is out of order") : range(from, to);
}

function bracketItem(reader: Reader): number | Matches {
  return eat(reader, "\\") ? escaped(reader) : codeOf(next(reader));
}
