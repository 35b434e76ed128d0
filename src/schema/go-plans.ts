/**
 * Plans of built-in types: what decoding JSON into the Go type and encoding it again makes of a value. Each definition
 * is planned once, when the first value reaches it.
 *
 * What is written for a value that is absent or zero comes from the Go types, as `x-kapply-zero` in the schemas. An
 * empty list or map is a nil one, but where it is always written: only the store makes that nil (`withoutEmpties`).
 */
import { isObject, setKey, type Json, type JsonObject } from "../json.js";
import { bundledDefinition } from "./bundled.js";
import { refOf } from "./dialect.js";
import { mismatch, unknownField, type FieldStep, type Reader } from "./go-reading.js";
import * as scalars from "./go-scalars.js";
import type { GoType } from "./go-scalars.js";
import { goField, goTypeOf, impliedType, isWrittenNil, shortName } from "./go-types.js";

interface Field extends FieldStep {
  type: GoType;
  /** What is written: nothing for a zero value, always something, or (a pointer) what was given. */
  written: "omit" | "keep" | "given";
  /** Null is written for a pointer that was not given, where one is always written. */
  nil: boolean;
}

const crd = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Types that read and write themselves. */
const special = new Map<string, () => GoType>([
  [`${meta}.Time`, () => scalars.timeType("second")],
  [`${meta}.MicroTime`, () => scalars.timeType("micro")],
  [`${meta}.FieldsV1`, () => scalars.rawType],
  ["io.k8s.apimachinery.pkg.runtime.RawExtension", () => scalars.rawType],
  ["io.k8s.apimachinery.pkg.api.resource.Quantity", () => scalars.quantityType("nano")],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", () => scalars.intOrStringType],
  [`${crd}.JSON`, () => scalars.rawType],
  [`${crd}.JSONSchemaPropsOrBool`, () => scalars.schemaOrBool(typeOf(schemaProps))],
  [
    `${crd}.JSONSchemaPropsOrArray`,
    () => scalars.schemaOrList(typeOf(schemaProps), listType(typeOf(schemaProps), "[]v1.JSONSchemaProps")),
  ],
  [
    `${crd}.JSONSchemaPropsOrStringArray`,
    () => scalars.schemaOrList(typeOf(schemaProps), listType(scalars.stringType("string"), "[]string")),
  ],
]);
const schemaProps = `${crd}.JSONSchemaProps`;

const planned = new Map<string, GoType>();

/** The plan of a definition. */
export function typeOf(definition: string): GoType {
  let type = planned.get(definition);
  if (type === undefined) {
    type = special.get(definition)?.() ?? structType(definition);
    planned.set(definition, type);
  }
  return type;
}

function structType(definition: string): GoType {
  let fields: Map<string, Field> | undefined;
  let kept: readonly Field[] = [];
  const load = (): Map<string, Field> => {
    if (fields === undefined) {
      fields = fieldsOf(definition);
      kept = [...fields.values()].filter(({ written }) => written === "keep");
    }
    return fields;
  };
  const name = definition.split(".").slice(-2).join(".");
  return {
    read: (value, at) => {
      if (!isObject(value)) return mismatch(at, value, name, "struct");
      const known = load();
      const result: JsonObject = {};
      for (const key of Object.keys(value)) {
        const field = known.get(key);
        const given = value[key];
        if (field === undefined) unknownField(at, key);
        else if (given !== null && given !== undefined) {
          at.path.push(field);
          const read = field.type.read(given, at);
          at.path.pop();
          if (read !== undefined && !(field.written === "omit" && isZero(read))) result[key] = read;
        }
      }
      return fill(result, kept);
    },
    zero: () => {
      load();
      return fill({}, kept);
    },
  };
}

function fill(object: JsonObject, kept: readonly Field[]): JsonObject {
  for (const { name, nil, type } of kept)
    if (!Object.hasOwn(object, name)) object[name] = nil ? null : type.zero();
  return object;
}

function isZero(value: Json): boolean {
  return value === "" || value === 0 || value === false || value === null;
}

function fieldsOf(definition: string): Map<string, Field> {
  const properties = bundledDefinition(definition)?.properties;
  const struct = shortName(definition);
  const owner = struct.slice(struct.lastIndexOf(".") + 1);
  const fields = new Map<string, Field>();
  for (const [name, schema] of Object.entries(isObject(properties) ? properties : {})) {
    if (!isObject(schema)) continue;
    const zero = schema["x-kapply-zero"];
    const written = zero === "omit" || zero === "keep" ? zero : "given";
    const goType = goTypeOf(struct, name, schema);
    // Those of other packages are not rounded (RuntimeClass).
    const rounded = goType === "v1.ResourceList" && struct.startsWith("core.");
    const type = rounded
      ? mapType(scalars.quantityType("milli"), goType)
      : planOf(schema, goType, written === "keep");
    const goName = goField(struct, name);
    fields.set(name, { name, owner, goName, type, written, nil: isWrittenNil(struct, name) });
  }
  return fields;
}

/** The plan of a schema at a field. `name` is what Go calls its type. `keeps`: an empty list or map is kept. */
function planOf(schema: JsonObject, name: string, keeps = false): GoType {
  const ref = refOf(schema);
  if (ref !== undefined) return lazyType(ref);
  const { items, additionalProperties } = schema;
  switch (schema.type as string) {
    case "string":
      return schema.format === "byte" ? scalars.bytesType(name) : scalars.stringType(name);
    case "integer":
      return scalars.intType(schema.format === "int32" ? 32 : 64);
    case "number":
      return scalars.floatType;
    case "boolean":
      return scalars.boolType(name);
    case "array":
      return listType(partPlan(name, "[]", items), name, keeps);
    case "object":
      return mapType(partPlan(name, "map[string]", additionalProperties), name, keeps);
    default:
      return scalars.rawType;
  }
}

/** The plan of items: named in the name of their list, if that is none of its own. */
function partPlan(name: string, before: string, part: Json | undefined): GoType {
  if (!isObject(part)) return scalars.rawType;
  return planOf(part, name.startsWith(before) ? name.slice(before.length) : impliedType(part));
}

/** Types refer to themselves: a plan is looked up when a value is there. */
function lazyType(definition: string): GoType {
  let type: GoType | undefined;
  return {
    read: (value, at) => (type ??= typeOf(definition)).read(value, at),
    zero: () => (type ??= typeOf(definition)).zero(),
  };
}

const nil = (): null => null;

function listType({ read, zero }: GoType, name: string, keeps = false): GoType {
  const readList: Reader = (value, at) => {
    if (!Array.isArray(value)) return mismatch(at, value, name, "slice");
    const result: Json[] = [];
    for (const [index, item] of value.entries()) {
      at.path.push(index);
      result.push((item === null ? undefined : read(item, at)) ?? zero());
      at.path.pop();
    }
    return result.length === 0 && !keeps ? null : result;
  };
  return { read: readList, zero: nil };
}

function mapType({ read, zero, null: nothing }: GoType, name: string, keeps = false): GoType {
  const readMap: Reader = (value, at) => {
    if (!isObject(value)) return mismatch(at, value, name, "map");
    const result: JsonObject = {};
    const keys = Object.keys(value);
    for (const key of keys) {
      const item = value[key] as Json;
      at.path.push(key);
      if (item === null && nothing === null) setKey(result, key, null);
      else setKey(result, key, (item === null ? undefined : read(item, at)) ?? zero());
      at.path.pop();
    }
    return keys.length === 0 && !keeps ? null : result;
  };
  return { read: readMap, zero: nil };
}
