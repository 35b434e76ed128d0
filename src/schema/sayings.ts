/** What each finding of ajv says to a person. */
import { getPath, type Json } from "../json.js";
import type { Path, ProblemCode } from "../model.js";
import { cut, expectedType, found, listOf, pathText, quote, typeName } from "./describe.js";
import { formatNames } from "./formats.js";
import { nearestQuantity } from "./quantities.js";
import { nearest } from "../words.js";
import { looksUnrendered, templateAdvice } from "./unrendered.js";
import type { Finding } from "./validator.js";

/** What a problem says beyond its place. */
export interface Saying {
  code: ProblemCode;
  message: string;
  hint?: string | undefined;
  /** Below the finding's path: the unknown field, the second of two items. */
  below?: Path;
}

/** A value in its words; without its content where it is a secret. */
export interface Seen {
  value: Json | undefined;
  path: Path;
  secret: boolean;
}

const show = ({ value, secret }: Seen): string => (secret ? typeName(value) : found(value));

/** The saying of a finding about a value. */
export function say(finding: Finding, seen: Seen): Saying {
  const saying = sayingOf(finding, seen);
  return looksUnrendered(seen.value) ? { ...saying, hint: saying.hint ?? templateAdvice } : saying;
}

function sayingOf(finding: Finding, seen: Seen): Saying {
  const { keyword, params, schema } = finding;
  switch (keyword) {
    case "unknownField":
      return unknownField(params as { name: string; known: string[] });
    case "required":
      return missingField(String(params.missingProperty), seen);
    case "type":
      return wrongType(expectedType(schema), schema, seen);
    case "enum":
      return notListed(schema as Json[], seen);
    case "quantity":
      return notQuantity(seen);
    case "intOrString":
      return notIntOrString(seen);
    case "kubeFormat":
      return wrongFormat(String(schema), seen);
    case "goPattern":
      return {
        code: "bad-value",
        message: `${subject(seen)} does not match the pattern ${cut(String(schema), 160)}`,
      };
    case "listMap":
    case "listSet":
      if (typeof params.keyless === "number") return keylessItem(params.keyless, params.keys as string[]);
      return duplicateItem(params as unknown as Duplicate, seen);
    case "anyOf":
    case "oneOf":
      return noBranch(finding, seen);
    case "not":
      return { code: "bad-value", message: `${subject(seen)} is of a form that the schema excludes` };
    default:
      return { code: "bad-value", message: `${subject(seen)} ${limit(keyword, schema, seen)}` };
  }
}

/** The value as the subject of a sentence. */
function subject({ value, secret }: Seen): string {
  if (secret || typeof value === "object" || value === undefined) return "the value";
  return typeof value === "string" ? quote(value) : String(value);
}

function unknownField({ name, known }: { name: string; known: string[] }): Saying {
  const near = nearest(name, known);
  const hint = near === undefined ? fieldsHint(known) : `did you mean "${near}"?`;
  return { code: "unknown-field", message: `unknown field ${quote(name)}`, hint, below: [name] };
}

function fieldsHint(known: string[]): string | undefined {
  if (known.length === 0 || known.length > 12) return undefined;
  return `fields here: ${[...known].sort().join(", ")}`;
}

function missingField(name: string, { value }: Seen): Saying {
  const given = getPath(value, [name]) === null;
  const message = given ? `required field "${name}" is null` : `required field "${name}" is missing`;
  return { code: "missing-field", message, below: [name] };
}

function wrongType(expected: string, schema: unknown, seen: Seen): Saying {
  const message = `expected ${expected}, found ${show(seen)}`;
  return { code: "wrong-type", message, hint: typeHint(schema, seen) };
}

function typeHint(schema: unknown, { value, path, secret }: Seen): string | undefined {
  const types: unknown[] = Array.isArray(schema) ? schema : [schema];
  const wants = (type: string): boolean => types.includes(type);
  if (
    wants("string") &&
    (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
  )
    return secret ? "quote it" : `quote it: "${String(value)}"`;
  if (typeof value === "string") {
    if (wants("integer") && /^[-+]?\d+$/.test(value)) return "remove the quotes";
    if (wants("number") && /^[-+]?\d+(\.\d+)?$/.test(value)) return "remove the quotes";
    if (wants("boolean") && /^(true|false)$/i.test(value)) return "remove the quotes";
  }
  if (value === null && path.length > 0 && typeof path.at(-1) === "number")
    return wants("object")
      ? 'an item is empty: remove it, or write "{}" if that is meant'
      : "an item is empty: remove it";
  if (wants("array") && value !== null && !Array.isArray(value)) return 'start each item with "- "';
  if (wants("object") && Array.isArray(value)) return 'remove the "- " before the fields';
  return undefined;
}

function notListed(values: Json[], seen: Seen): Saying {
  const real = values.filter((value) => value !== null && value !== "");
  const near =
    typeof seen.value === "string"
      ? nearest(
          seen.value,
          real.filter((value) => typeof value === "string"),
        )
      : undefined;
  const message = `expected ${real.length === 1 ? "" : "one of "}${listOf(real)}, found ${show(seen)}`;
  return { code: "bad-value", message, hint: near === undefined ? undefined : `did you mean "${near}"?` };
}

function notQuantity(seen: Seen): Saying {
  const { value } = seen;
  if (typeof value !== "string")
    return { code: "wrong-type", message: `expected a quantity such as 500m or 1Gi, found ${show(seen)}` };
  const near = nearestQuantity(value);
  const message = `${quote(value)} is not a quantity such as 500m, 0.5 or 1Gi`;
  return { code: "bad-value", message, hint: near === undefined ? undefined : `did you mean "${near}"?` };
}

function wrongFormat(format: string, seen: Seen): Saying {
  const name = formatNames.get(format) ?? `of the format ${format}`;
  if (seen.secret && format === "byte") {
    const hint = "encode it (base64), or put the plain text under stringData";
    return { code: "bad-value", message: "the value is not base64 text", hint };
  }
  return { code: "bad-value", message: `${subject(seen)} is not ${name}` };
}

function notIntOrString(seen: Seen): Saying {
  const { value } = seen;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value)))
    return { code: "bad-value", message: `${String(value)} is not a 32-bit integer` };
  return { code: "wrong-type", message: `expected an integer or a string, found ${show(seen)}` };
}

function keylessItem(index: number, keys: string[]): Saying {
  const message = `the item has no ${keys.join(" and no ")}, which tells the items of this list apart`;
  return { code: "missing-field", message, below: [index] };
}

interface Duplicate {
  first: number;
  index: number;
  keys: string[];
  identity: Json;
}

function duplicateItem({ first, index, keys, identity }: Duplicate, seen: Seen): Saying {
  const values = Array.isArray(identity) ? identity : [identity];
  const text = keys.map((key, at) => `${key} ${quoteJson(values[at] ?? null)}`).join(", ");
  const what = keys.length === 0 ? `value ${quoteJson(identity)}` : text;
  const list = pathText(seen.path);
  return {
    code: "duplicate-item",
    message: `${list}[${index}] has the same ${what} as ${list}[${first}]`,
    hint: "each item of this list must differ: remove or rename one",
    below: [index],
  };
}

function quoteJson(value: Json): string {
  return typeof value === "string" ? quote(value) : found(value).replace(/^the \w+ /, "");
}

/** What a failed `anyOf` or `oneOf` asks for, when it is simple enough to say. */
function noBranch({ keyword, schema, params }: Finding, seen: Seen): Saying {
  const branches = schema as Record<string, unknown>[];
  const passing = params.passingSchemas;
  const fields = branches.map((branch) => branch.required).filter((names) => Array.isArray(names));
  if (fields.length === branches.length && fields.length > 0) {
    const names = fields.map((list) => list.map(String).join(" and "));
    const set = Array.isArray(passing) ? "only one of" : keyword === "oneOf" ? "one of" : "at least one of";
    return { code: "missing-field", message: `${set} ${names.join(", ")} must be set` };
  }
  const types = branches.map((branch) => branch.type).filter((type) => typeof type === "string");
  if (types.length === branches.length) return wrongType(expectedType(types), types, seen);
  const how = Array.isArray(passing) ? "matches more than one of the forms" : "matches none of the forms";
  return { code: "bad-value", message: `${subject(seen)} ${how} that the schema allows` };
}

const limits = new Map([
  ["minimum", "must be at least"],
  ["maximum", "must be at most"],
  ["exclusiveMinimum", "must be more than"],
  ["exclusiveMaximum", "must be less than"],
  ["multipleOf", "must be a multiple of"],
]);

function limit(keyword: string, schema: unknown, { value }: Seen): string {
  const bound = String(schema);
  const size = Array.isArray(value)
    ? value.length
    : typeof value === "string"
      ? Array.from(value).length
      : undefined;
  const count = size ?? Object.keys(value ?? {}).length;
  const unit = keyword.endsWith("Length") ? "characters" : keyword.endsWith("Items") ? "items" : "fields";
  const words = limits.get(keyword);
  if (words !== undefined) return `${words} ${bound}`;
  if (/^min(Length|Items|Properties)$/.test(keyword))
    return `must have at least ${bound} ${unit}, and has ${count}`;
  if (/^max(Length|Items|Properties)$/.test(keyword))
    return `must have at most ${bound} ${unit}, and has ${count}`;
  if (keyword === "uniqueItems") return "must not have the same item twice";
  return `fails the rule ${keyword} of the schema`;
}
