/**
 * References to variables in a text: `${A}`, `${A:-default}` and `${A:?message}`, as a POSIX shell reads them within
 * double quotes (XCU 2.6.2). Pure text: which scalars are read, and what becomes of them, is in substitute.ts.
 */

/** A text, as it is or as a variable has it. */
export type Part =
  | string
  | { is: "value"; name: string }
  | { is: "default"; name: string; otherwise: readonly Part[] }
  | { is: "required"; name: string; message: string };

/** What can't be read as a reference, and the way out. */
export interface Malformed {
  message: string;
  hint: string;
}

/** A variable that is needed and has no value, and what the manifest says in that case. */
export interface Missing {
  name: string;
  is: "not set" | "empty";
  message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which references are read: those to some variables, or all. */
export type Names = ReadonlySet<string> | "all";

/** More than this many defaults within defaults are no manifest of anybody's. */
const maxDepth = 50;

/** Thrown within this file only, to leave the recursion at the first thing that is no reference. */
class NoReference extends Error {
  constructor(readonly fault: Malformed) {
    super(fault.message);
  }
}

interface Reader {
  text: string;
  at: number;
  names: Names;
}

/**
 * The parts of a text; two neighbours are never both text. `$${A}` is the text `${A}`; any other `$` stays as it is, alone
 * or doubled, since scripts and SQL are full of them. A default may hold references, and `\}` for a brace. With names, a
 * reference to any other variable is text, escaped or not, though a default in it is read on.
 */
export function parseReferences(text: string, names: Names): Part[] | Malformed {
  try {
    return readParts({ text, at: 0, names }, 0);
  } catch (error) {
    if (error instanceof NoReference) return error.fault;
    throw error;
  }
}

const plainText = /[^$}\\]+/y;

/** Parts up to the end, or where `depth` is not 0 up to the brace that closes the reference they are in. */
function readParts(reader: Reader, depth: number): Part[] {
  const { text } = reader;
  const parts: Part[] = [];
  let literal = "";
  let left = 0; // references that are left as they are or escaped, and still open
  for (;;) {
    plainText.lastIndex = reader.at;
    const plain = plainText.exec(text)?.[0] ?? "";
    literal += plain;
    reader.at += plain.length;
    if (reader.at >= text.length || (depth > 0 && left === 0 && text.charAt(reader.at) === "}")) break;
    const part = readSpecial(reader, depth);
    if (typeof part === "string") {
      if (part.endsWith("${")) left += 1;
      if (part === "}" && left > 0) left -= 1;
      literal += depth > 0 && left === 0 && part === "\\}" ? "}" : part;
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push(part);
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

/** A reference, or what stands for itself: `$`, `}`, a backslash (with the brace behind it), an unread `${`. */
function readSpecial(reader: Reader, depth: number): Part {
  const { text, at } = reader;
  const two = text.slice(at, at + 2);
  if (two === "${") return readReference(reader, depth);
  if (two === "$$") return readDollars(reader);
  reader.at += two === "\\}" ? 2 : 1;
  return two === "\\}" ? two : text.charAt(at);
}

const dollars = /\$+/y;

/** Dollars before what would be a reference: each two are one, and the last of an odd number begins it. */
function readDollars(reader: Reader): string {
  const { text, at } = reader;
  dollars.lastIndex = at;
  const { length } = dollars.exec(text)?.[0] ?? "";
  const begins = openingAt(reader, at + length - 1);
  if (begins?.isRead !== true) {
    // The last one may begin a reference that is left as it is.
    reader.at = at + length - 1;
    return "$".repeat(length - 1);
  }
  if (length % 2 === 1) {
    reader.at = at + length - 1;
    return "$".repeat(length >> 1);
  }
  reader.at = at + length + 1;
  return `${"$".repeat(length >> 1)}{`;
}

const opening = /\$\{([A-Za-z_][A-Za-z0-9_]*)/y;

/** What a shell has between the name and the brace, this room's two forms among them. */
const operators = /[-:=?+#%/^,@[]/;

/** What begins with `${` at a place: undefined where nothing does. */
function openingAt(
  { text, names }: Reader,
  at: number,
): { name: string | undefined; end: number; next: string; isRead: boolean } | undefined {
  if (!text.startsWith("${", at)) return undefined;
  opening.lastIndex = at;
  const name = opening.exec(text)?.[1];
  const end = at + 2 + (name?.length ?? 0);
  const next = text.charAt(end);
  const wanted = names === "all" || (name !== undefined && names.has(name));
  const isRead = wanted && (names === "all" || next === "" || next === "}" || operators.test(next));
  return { name, end, next, isRead };
}

function readReference(reader: Reader, depth: number): Part {
  const { text } = reader;
  const { name, end, next = "", isRead } = openingAt(reader, reader.at) ?? { end: reader.at };
  if (isRead !== true) {
    reader.at += 2;
    return "${";
  }
  if (name === undefined) throw unnamed(reader);
  if (depth === maxDepth) throw tooDeep(reader);
  const form = text.slice(end, end + 2);
  if (next === "}") {
    reader.at = end + 1;
    return { is: "value", name };
  }
  if (next === "" || next === "\n" || next === "\r") throw unclosed(reader, name);
  if (form !== ":-" && form !== ":?") throw unknownForm(reader, name, next);
  const start = reader.at;
  reader.at = end + 2;
  const parts = readParts(reader, depth + 1);
  if (reader.at >= text.length) throw unclosed({ ...reader, at: start }, name);
  reader.at += 1;
  if (form === ":-") return { is: "default", name, otherwise: parts };
  return { is: "required", name, message: text.slice(end + 2, reader.at - 1) };
}

/** The variables that parts refer to. */
export function namesIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [];
    return part.is === "default" ? [part.name, ...namesIn(part.otherwise)] : [part.name];
  });
}

/**
 * A text with the values of its variables, and which of them it lacks. An empty variable counts as unset where there is
 * a default or a message, as in a shell. Values are not read again: what they hold is text.
 */
export function fill(parts: readonly Part[], env: Environment): { text: string; missing: Missing[] } {
  const missing: Missing[] = [];
  const textOf = (part: Part): string => {
    if (typeof part === "string") return part;
    const value = Object.hasOwn(env, part.name) ? env[part.name] : undefined;
    if (value !== undefined && (value !== "" || part.is === "value")) return value;
    if (part.is === "default") return part.otherwise.map(textOf).join("");
    const message = part.is === "required" ? part.message : "";
    missing.push({ name: part.name, is: value === undefined ? "not set" : "empty", message });
    return "";
  };
  return { text: parts.map(textOf).join(""), missing };
}

// Of the text no more is told than a name with what follows it: it may be a value of a Secret.

function unnamed(reader: Reader): NoReference {
  return fault(reader, "a `${` that is not followed by the name of a variable");
}

function unclosed(reader: Reader, name: string): NoReference {
  const message = `the reference \`\${${name}\` is never closed`;
  return fault(reader, message, "close it with }; where it has a ` #` or `: ` in it, quote the whole value");
}

function unknownForm(reader: Reader, name: string, next: string): NoReference {
  const message = `the reference \`\${${name}${next}\` has a form that kapply does not know`;
  return fault(reader, message, `write \${${name}}, \${${name}:-default} or \${${name}:?message}`);
}

function tooDeep(reader: Reader): NoReference {
  return fault(reader, `defaults within defaults, more than ${maxDepth} deep`, "set the variables instead");
}

/** In a text of several lines, the line is told: its place is that of the whole text. */
function fault({ text, at }: Reader, what: string, way?: string): NoReference {
  const where = text.includes("\n") ? ` (in line ${text.slice(0, at).split("\n").length} of the text)` : "";
  const otherwise = "write $${ if the text is meant, or name the variables that are: --env-subst=A,B";
  return new NoReference({
    message: what + where,
    hint: way === undefined ? otherwise : `${way}; ${otherwise}`,
  });
}
