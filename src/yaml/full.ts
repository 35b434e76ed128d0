/** One document read by the `yaml` package: everything YAML can say, and what is wrong with it. */
import { Composer, type CST, Lexer, Parser } from "yaml";
import { convert } from "./convert.js";
import { type Fault, type PlacedValue, maxDepth } from "./document.js";
import { syntaxFaults } from "./syntax.js";
import { tooDeep } from "./faults.js";
import { rootCause } from "./root-cause.js";

// `failsafe` leaves every scalar as text, which resolvePlain then reads as kubectl does.
const options = {
  schema: "failsafe",
  uniqueKeys: false,
  resolveKnownTags: false,
  prettyErrors: false,
} as const;

/** Reads the text of one document. Offsets count from the start of that text. */
export function readFull(text: string): PlacedValue & { faults: Fault[] } {
  const nothing: PlacedValue = { value: null, placed: { offset: 0 } };
  const parsed = parse(text);
  if ("deep" in parsed) return { ...nothing, faults: [rootCause(text) ?? tooDeep(parsed.deep)] };
  const [document] = [...new Composer(options).compose(parsed.tokens, true, text.length)];
  if (document === undefined) return { ...nothing, faults: [] };
  const faults = syntaxFaults(document, text);
  const result = faults.length > 0 ? nothing : convert(document.contents, text, faults);
  const cause = faults.length > 0 ? rootCause(text) : undefined;
  return { ...result, faults: cause === undefined ? faults : [cause] };
}

/** The syntax tree of a text, or where it nests too deep: what comes after that is not even looked at. */
function parse(text: string): { tokens: CST.Token[] } | { deep: number } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxDepth + 1) return { deep: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}
