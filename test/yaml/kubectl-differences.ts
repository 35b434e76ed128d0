/** The rows of the fixtures on which kapply differs from kubectl on purpose, each with the reason. */

const tooLarge = "kubectl makes it a float and loses its digits: nobody means that";
const noInfinity = "JSON has no such number, and kubectl's key for it (.inf) is a text nobody wrote";
const unknownTag = "kubectl drops the tag silently, so the value is not what was asked for";
const noText = "kubectl puts U+FFFD for the bytes, which destroys the value";
const commentSpace = "in YAML 1.2 a comment needs white space before it: other readers refuse this";

const pairs = (reason: string, ...scalars: string[]): [string, string][] =>
  scalars.flatMap((scalar): [string, string][] => [
    [`value ${scalar}`, reason],
    [`key ${scalar}`, reason],
  ]);
const keys = (reason: string, ...scalars: string[]) =>
  scalars.map((scalar): [string, string] => [`key ${scalar}`, reason]);

/** Scalars that kubectl takes and kapply refuses. */
export const strictScalars: Readonly<Record<string, string>> = Object.fromEntries([
  ...pairs(tooLarge, "-9223372036854775809", "18446744073709551616", "99999999999999999999999"),
  ...pairs(tooLarge, "-99999999999999999999999", "02000000000000000000000"),
  ...pairs("kubectl makes it a text, though it is written as a number", "0x10000000000000000"),
  ...keys(noInfinity, "1e308", "1.7976931348623157e308", "+.inf", "-.inf", ".inf", ".Inf", ".INF", "+.Inf"),
  ...keys(noInfinity, "-.INF", ".nan", ".NaN"),
  ...pairs(unknownTag, "!a", "!custom a", "!!unknown 1", "!!map a", "!!seq a", "!!set a", "!!omap a"),
  ...keys("`!!str:` is a tag of that name, which nobody knows", "!!str"),
  ["value !!merge <<", "a merge is a key: as a value the tag means nothing"],
  ...pairs(noText, "!!binary /w=="),
  ...pairs(commentSpace, '"a"# comment'),
]);

const exact = "kubectl rounds what is beyond int64 to a float; kapply sends the digits as they are";
const escapes = "JSON has this escape and so has YAML 1.2; it can mean nothing else";

/** Scalars that kapply reads exactly where kubectl rounds, or reads where kubectl refuses. */
export const laxScalars: Readonly<Record<string, string>> = Object.fromEntries([
  ["value 9223372036854775808", exact],
  ["value 18446744073709551615", exact],
  ["value 0xFFFFFFFFFFFFFFFF", exact],
  ["value 01777777777777777777777", exact],
  ...pairs(escapes, '"\\ud83d\\ude00"', '"\\/\\\\\\""'),
]);

const duplicate = "kubectl keeps the last one silently";
const quotedIndent = "YAML wants the lines of a quoted text indented: other readers refuse this";
const dropped = "kubectl drops what follows a document end silently";
const collectionTag = "kubectl drops the tag silently, so the value is not what was asked for";

/** Structures that kubectl takes and kapply refuses. */
export const strictStructures: Readonly<Record<string, string>> = {
  "an alias as a key without a space":
    "in YAML 1.2 the colon belongs to the alias: other readers refuse this",
  "a merge after the keys": "kubectl lets the merge win, YAML lets the key win",
  "a duplicate key": duplicate,
  "a duplicate key after resolution": duplicate,
  "a duplicate key of number and string": duplicate,
  "a duplicate key in a flow map": duplicate,
  "a double-quoted scalar over lines at a small indent": quotedIndent,
  "a double-quoted scalar over lines at column 1": quotedIndent,
  "flow with a comment without a space": commentSpace,
  "flow at a small indent": "YAML wants the lines of a flow collection indented: other readers refuse this",
  "a wrong tag on a map": collectionTag,
  "a scalar's tag on a map": collectionTag,
  "a set": collectionTag,
  "an ordered map": collectionTag,
  "an unknown tag on a map": collectionTag,
  "a binary of bytes that are no text": noText,
  "a tab as indent in flow": "YAML 1.2 allows no tab in indentation, and people see it at different widths",
  "carriage returns alone": "YAML 1.2 and editors disagree about what they are",
  "a byte order mark in the middle": "it is invisible, and nobody means it",
  "a byte order mark in a quoted scalar": "it is invisible, and nobody means it",
  "a line separator in a quoted scalar": "kubectl reads it as a line break, YAML 1.2 as a character",
  "a document after a document end": dropped,
  "text after a document end": dropped,
  "a directive after a document": dropped,
};

const notAnObject = "it is YAML; manifestsOf says that it is no object, with its place";
const oneMeaning = "YAML 1.2 reads it, and it can mean nothing else";

/** Structures that kapply reads and kubectl refuses. */
export const laxStructures: Readonly<Record<string, string>> = {
  "flow with question marks": oneMeaning,
  "a tab after a dash": oneMeaning,
  "a tab on a blank line": oneMeaning,
  "a scalar document": notAnObject,
  "a number document": notAnObject,
  "a list document": notAnObject,
};
