/** The ajv instance, its keywords for what is Kubernetes' own, and compiling on demand. */
import type { Ajv as AjvInstance, ErrorObject, FuncKeywordDefinition, ValidateFunction } from "ajv";
import type { Path } from "../model.js";
import { getKey, isObject, stringifyJson, type Json, type JsonObject } from "../json.js";
import { convert, type Compilable, type Dialect, type Fields, type Lazily, type Lazy } from "./dialect.js";
import { findsPattern } from "./patterns.js";
import { numberFormats, stringFormats } from "./formats.js";
import { isQuantity } from "./quantities.js";

/** What ajv found, and where; `params` by keyword, `parentSchema` and `schema` are set. */
export type Finding = ErrorObject<string, Record<string, unknown>> & { path: Path };

/** Checks values against one schema. */
export type Check = (value: Json) => Finding[];

/** Compiles schemas. Make one per process: compiled definitions are kept. */
export interface Validator {
  /**
   * The check of a schema, by the name of its definition where it has one; compiled when it is used. The check
   * throws what ajv throws for a schema that it can't use.
   */
  check: (name: string, schema: JsonObject, dialect: Dialect) => Check;
}

/** The definitions that are no objects: Go types that read more than one JSON type. */
const special = new Map<string, Compilable>([
  ["io.k8s.apimachinery.pkg.api.resource.Quantity", { quantity: true }],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", { intOrString: "int32" }],
  ["io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", { type: "string", kubeFormat: "micro-time" }],
]);

type DataValidateFunction = ReturnType<NonNullable<FuncKeywordDefinition["compile"]>>;
type Judge = (expected: unknown, value: Json) => boolean | Record<string, unknown>;

/** A keyword from a function that answers true, false, or what is wrong. */
function keyword(name: string, judge: Judge): FuncKeywordDefinition {
  const validate: FuncKeywordDefinition["validate"] = (expected: unknown, value: Json): boolean => {
    const answer = judge(expected, value);
    if (answer === true) return true;
    const params = answer === false ? {} : answer;
    if (validate !== undefined) validate.errors = [{ keyword: name, params }];
    return false;
  };
  return { keyword: name, validate, errors: true };
}

/** The keyword of a value that another schema describes. */
const definitionKeyword: FuncKeywordDefinition = {
  keyword: "definition",
  errors: true,
  compile: (check: Lazy) => {
    const validate: DataValidateFunction = (value) => {
      const compiled = check();
      if (compiled(value)) return true;
      validate.errors = [inside([], compiled.errors)];
      return false;
    };
    return validate;
  },
};

/** The keyword of a value that is of a simple type, or else what another schema describes. */
const definitionUnlessKeyword: FuncKeywordDefinition = {
  keyword: "definitionUnless",
  errors: true,
  compile: ({ type, check }: { type: "boolean" | "array"; check: Lazy }) => {
    const validate: DataValidateFunction = (value) => {
      if (type === "boolean" ? typeof value === "boolean" : Array.isArray(value)) return true;
      const compiled = check();
      if (compiled(value)) return true;
      // The server reads these with a decoder of their own, which drops what it does not know.
      const errors = flatten(compiled.errors).filter((finding) => finding.keyword !== "unknownField");
      validate.errors = errors.length === 0 ? [] : [inside([], errors)];
      return errors.length === 0;
    };
    return validate;
  },
};

/** The keyword of an object's fields: `properties` and `additionalProperties` in one, each compiled when met. */
const fieldsKeyword: FuncKeywordDefinition = {
  keyword: "fields",
  type: "object",
  errors: true,
  compile: ({ known, rest }: Fields) => {
    const validate: DataValidateFunction = (object: JsonObject) => {
      const errors: Partial<ErrorObject>[] = [];
      for (const [name, value] of Object.entries(object)) {
        const check = known.get(name) ?? rest;
        if (check === true) continue;
        if (check === false) {
          errors.push({ keyword: "unknownField", params: { name, known: [...known.keys()] } });
          continue;
        }
        const compiled = check();
        if (!compiled(value)) errors.push(inside([name], compiled.errors));
      }
      validate.errors = errors;
      return errors.length === 0;
    };
    return validate;
  },
};

/** Findings inside a value, on their way out: ajv writes its own view over the rest of what a keyword reports. */
function inside(path: Path, errors: unknown): Partial<ErrorObject> {
  return { keyword: "inside", params: { path, errors } };
}

function pointerSteps(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** All findings with whole paths, inner ones in place of those that carry them. */
function flatten(errors: unknown, above: Path = []): Finding[] {
  return ((errors ?? []) as (Finding | Omit<Finding, "path">)[]).flatMap((error) => {
    const path = [...above, ...("path" in error ? error.path : pointerSteps(error.instancePath))];
    if (error.keyword !== "inside") return [{ ...error, path }];
    return flatten(error.params.errors, [...path, ...(error.params.path as Path)]);
  });
}

const keywords = [
  keyword(
    "quantity",
    (_, value) => typeof value === "number" || (typeof value === "string" && isQuantity(value)),
  ),
  keyword("intOrString", (range, value) => {
    if (typeof value === "string") return true;
    return (
      typeof value === "number" &&
      Number.isInteger(value) &&
      (numberFormats.get(String(range))?.(value) ?? true)
    );
  }),
  keyword("kubeFormat", (format, value) => {
    const name = String(format);
    if (typeof value === "string") return stringFormats.get(name)?.(value) ?? true;
    return typeof value === "number" ? (numberFormats.get(name)?.(value) ?? true) : true;
  }),
  keyword("goPattern", (pattern, value) => typeof value !== "string" || findsPattern(String(pattern), value)),
  keyword("listSet", (_, value) => (Array.isArray(value) ? distinct(value, [], (item) => item) : true)),
  keyword("listMap", (expected, value) => {
    const { keys, defaults } = expected as { keys: string[]; defaults: (Json | undefined)[] };
    if (!Array.isArray(value)) return true;
    const keyless = value.findIndex((item) =>
      keys.every((key, at) => (getKey(item, key) ?? defaults[at]) === undefined),
    );
    if (keyless !== -1 && isObject(value[keyless])) return { keyless, keys };
    return distinct(value, keys, (item) => keys.map((key, at) => getKey(item, key) ?? defaults[at] ?? null));
  }),
];

/** True, or the first item that says the same as an earlier one. */
function distinct(
  items: Json[],
  keys: string[],
  identity: (item: Json) => Json,
): true | Record<string, unknown> {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const text = stringifyJson(identity(item));
    const first = seen.get(text);
    if (first !== undefined) return { first, index, keys, identity: identity(item) };
    seen.set(text, index);
  }
  return true;
}

/** Loads ajv, which nothing but a check needs. */
export async function createValidator(): Promise<Validator> {
  const { Ajv } = await import("ajv");
  const ajv = new Ajv({
    allErrors: true,
    verbose: true, // for messages: the schema that a value fails
    ownProperties: true, // `constructor` and its like are names of fields only where they are fields
    strict: false,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    multipleOfPrecision: 9, // as go-openapi, which tolerates what floating point adds
    logger: false,
  });
  for (const definition of [...keywords, fieldsKeyword, definitionKeyword, definitionUnlessKeyword])
    ajv.addKeyword(definition);
  const lazily = compiler(ajv);
  return {
    check: (name, schema, dialect) => {
      const check = lazily(name, schema, dialect);
      return (value) => {
        const compiled = check();
        return compiled(value) ? [] : flatten(compiled.errors);
      };
    },
  };
}

/** Compiles on demand, a definition once, and once all the leaves that say the same (`{"type":"string"}`). */
function compiler(ajv: AjvInstance): Lazily {
  const checks = new WeakMap<JsonObject, Lazy>();
  const leaves = new Map<string, ValidateFunction>();
  const compile = (schema: Compilable): ValidateFunction => {
    if ("definition" in schema && Object.keys(schema).length === 1) return (schema.definition as Lazy)();
    if ("definition" in schema || "definitionUnless" in schema || "fields" in schema || isCompound(schema))
      return ajv.compile(schema);
    const text = stringifyJson(schema);
    const leaf = leaves.get(text) ?? ajv.compile(schema);
    leaves.set(text, leaf);
    return leaf;
  };
  const lazily: Lazily = (name, schema, dialect) => {
    const known = checks.get(schema);
    if (known !== undefined) return known;
    let compiled: ValidateFunction | undefined;
    const check: Lazy = () =>
      (compiled ??= compile(special.get(name) ?? convert(name, schema, dialect, lazily)));
    checks.set(schema, check);
    return check;
  };
  return lazily;
}

/** Whether functions hide below the top, so that its JSON text would not tell a schema from another. */
function isCompound(schema: Compilable): boolean {
  return "items" in schema || "allOf" in schema || "anyOf" in schema || "oneOf" in schema || "not" in schema;
}
