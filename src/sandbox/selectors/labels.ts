/**
 * Label selectors: `app=web,tier in (a,b),!legacy`.
 *
 * Source: apimachinery pkg/labels/selector.go.
 */
import { badRequest } from "../status.js";
import { labelKeyFaults, labelValueFaults } from "./label-names.js";

/** Labels as an object has them. */
export type Labels = Readonly<Record<string, unknown>>;

type Operator = (typeof operators)[number] | "exists" | "!";
/** As the server lists them where it wants one. */
const operators = ["in", "notin", "=", "==", "!=", ">", "<"] as const;

interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

/**
 * Parses a label selector. An empty one matches everything.
 * Throws a 400 `StatusError`, with the server's words, for one that is none.
 */
export function parseLabelSelector(text: string): (labels: Labels | undefined) => boolean {
  const requirements = parse(tokensOf(text));
  return (labels = {}) => requirements.every((requirement) => meets(requirement, labels));
}

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "notin":
    case "!=":
      return !values.some((one) => one === value);
    case ">":
    case "<": {
      const [a, b] = [value, values[0]].map((one) => (typeof one === "string" ? integer(one) : undefined));
      return a !== undefined && b !== undefined && (operator === ">" ? a > b : a < b);
    }
    case "in":
    case "=":
    case "==":
      return values.some((one) => one === value);
  }
}

/** What Go reads as a 64-bit integer. */
function integer(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Words, and the signs that part them. Of signs, the longest that is one. */
function tokensOf(text: string): string[] {
  return text.match(/==|!=|[=!(),<>]|[^ \t\r\n=!(),<>\0]+/g) ?? [];
}

const signs = new Set(["==", "!=", "=", "!", "(", ")", ",", "<", ">"]);

/** Reads tokens one by one; the end of them is an empty one. */
interface Tokens {
  next: () => string;
  peek: () => string;
}

function parse(tokens: string[]): Requirement[] {
  let at = 0;
  const reader: Tokens = { next: () => tokens[at++] ?? "", peek: () => tokens[at] ?? "" };
  const requirements: Requirement[] = [];
  if (reader.peek() === "") return requirements;
  if (!isWord(reader.peek()) && reader.peek() !== "!")
    throw unexpected(reader.peek(), "!, identifier, or 'end of string'");
  for (;;) {
    requirements.push(requirement(reader));
    const after = reader.next();
    if (after === "") return requirements;
    if (after !== ",") throw unexpected(after, "',' or 'end of string'");
    if (!isWord(reader.peek()) && reader.peek() !== "!")
      throw unexpected(reader.peek(), "identifier after ','");
  }
}

const isWord = (token: string): boolean => token !== "" && !signs.has(token);

const unexpected = (found: string, expected: string, inside = ""): Error =>
  badRequest(`${inside}found '${found}', expected: ${expected}`);

const within = "unable to parse requirement: ";

function requirement(tokens: Tokens): Requirement {
  const negated = tokens.peek() === "!";
  if (negated) tokens.next();
  const key = tokens.next();
  if (!isWord(key)) throw unexpected(key, "identifier", within);
  const faults = labelKeyFaults(key);
  if (faults.length > 0) throw badRequest(`${within}${wrong("<nil>", key, faults.join("; "))}`);
  const after = tokens.peek();
  if (negated) return { key, operator: "!", values: [] };
  if (after === "" || after === ",") return { key, operator: "exists", values: [] };
  const operator = operators.find((one) => one === tokens.peek());
  if (operator === undefined) throw unexpected(after, "in, notin, =, ==, !=, gt, lt", within);
  tokens.next();
  const values = operator === "in" || operator === "notin" ? listed(tokens) : [exact(tokens)];
  checkValues(key, operator, values);
  return { key, operator, values };
}

function checkValues(key: string, operator: Operator, values: readonly string[]): void {
  const faults: string[] = [];
  values.forEach((value, at) => {
    if ((operator === ">" || operator === "<") && integer(value) === undefined)
      faults.push(
        wrong(`values[${String(at)}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"),
      );
    const reasons = labelValueFaults(value);
    if (reasons.length > 0) faults.push(wrong(`values[${String(at)}][${key}]`, value, reasons.join("; ")));
  });
  if (faults.length === 0) return;
  throw badRequest(`${within}${faults.length === 1 ? faults.join("") : `[${faults.join(", ")}]`}`);
}

function wrong(field: string, value: string, why: string): string {
  return `${field}: Invalid value: ${JSON.stringify(value)}: ${why}`;
}

/** The value after a sign: none at the end. */
function exact(tokens: Tokens): string {
  if (tokens.peek() === "" || tokens.peek() === ",") return "";
  const value = tokens.next();
  if (isWord(value)) return value;
  throw unexpected(value, "identifier", within);
}

/** The values of a set, each once and in order: `(a,,b)` has an empty one. */
function listed(tokens: Tokens): string[] {
  const open = tokens.next();
  if (open !== "(") throw badRequest(`${within}found '${open}' expected: '('`);
  const first = tokens.peek();
  if (first !== ")" && first !== "," && !isWord(first))
    throw unexpected(first, "',', ')' or identifier", within);
  const values = new Set<string>();
  let last = ",";
  for (;;) {
    const token = tokens.next();
    if (isWord(token)) {
      if (last !== ",") throw unexpected(token, "',' or ')'", within);
      values.add(token);
    } else if (token === "," || token === ")") {
      if (last === ",") values.add("");
      if (token === ")") return [...values].sort();
    } else {
      throw unexpected(token, last === "," ? "',', or identifier" : "',' or ')'", within);
    }
    last = token;
  }
}
