/**
 * What kube-apiserver sets in Go code wherever it reads an object of a built-in kind, beyond what its schemas say.
 *
 * Not set, since nobody sees it or much would be needed for it: quantities finer than a thousandth are not rounded up
 * (`SetDefaults_ResourceList`); metrics and behaviour that autoscaling/v1 keeps in annotations; what the older beta
 * annotations of pods stood for.
 *
 * Walks objects by the bundled schemas and applies the rows of every definition on the way: what is said once of
 * `io.k8s.api.core.v1.Container` holds wherever a container can be. Each definition is made into a plan once, which
 * knows only the fields that lead to rows, so that an object without any costs next to nothing.
 */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { bundledDefinition } from "../bundled.js";
import { otherRows } from "./others.js";
import { podRows } from "./pods.js";
import { compileRow, type Row, type Rows } from "./row.js";
import { workloadRows } from "./workloads.js";

/** All defaults that the server sets in code where it reads an object. */
export const rows: Rows = { ...podRows, ...workloadRows, ...otherRows };

interface Plan {
  rows: readonly ((object: JsonObject) => JsonObject)[];
  children: readonly Child[];
}

interface Child {
  key: string;
  is: "object" | "list" | "map";
  plan: Plan;
}

const plans = new Map<string, Plan | undefined>();

/**
 * A copy with the defaults of its definition, and of all that is in it; the object itself where it lacks none. The object
 * is in the normal form of `Codec.read`, and is not changed.
 */
export function codeDefaults(definition: string, object: JsonObject): JsonObject {
  const plan = planOf(definition);
  return plan === undefined ? object : run(plan, object);
}

function run({ rows, children }: Plan, object: JsonObject): JsonObject {
  let out = object;
  for (const row of rows) out = row(out);
  let own = out !== object;
  for (const { key, is, plan } of children) {
    const value = out[key];
    if (value === undefined) continue;
    const next =
      is === "object" ? runOne(plan, value) : is === "list" ? runList(plan, value) : runMap(plan, value);
    if (next === value) continue;
    if (!own) out = { ...out };
    own = true;
    out[key] = next;
  }
  return out;
}

function runOne(plan: Plan, value: Json): Json {
  return isObject(value) ? run(plan, value) : value;
}

function runList(plan: Plan, value: Json): Json {
  if (!Array.isArray(value)) return value;
  const next = value.map((item) => runOne(plan, item));
  return next.some((item, at) => item !== value[at]) ? next : value;
}

function runMap(plan: Plan, value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, runOne(plan, item)]));
}

/** The plan of a definition; undefined where nothing in it has a row. */
function planOf(name: string): Plan | undefined {
  if (plans.has(name)) return plans.get(name);
  // Types that refer to themselves (JSON schemas in CRDs) have no rows: while a plan is made, it is none.
  plans.set(name, undefined);
  const definition = bundledDefinition(name);
  const properties = getKey(definition, "properties");
  const children = Object.entries(isObject(properties) ? properties : {}).flatMap(([key, schema]) =>
    childrenAt(key, schema),
  );
  const own = (Object.hasOwn(rows, name) ? rows[name] : undefined) ?? [];
  const plan =
    children.length + own.length === 0
      ? undefined
      : { rows: own.map((row) => compileRow(row, zeroIsUnset(name, row))), children };
  plans.set(name, plan);
  return plan;
}

function childrenAt(key: string, schema: Json): Child[] {
  const ways = [
    ["object", getKey(schema, "$ref")],
    ["list", getKey(getKey(schema, "items"), "$ref")],
    ["map", getKey(getKey(schema, "additionalProperties"), "$ref")],
  ] as const;
  return ways.flatMap(([is, ref]) => {
    const plan = typeof ref === "string" ? planOf(ref) : undefined;
    return plan === undefined ? [] : [{ key, is, plan }];
  });
}

/**
 * Whether the zero of a row's field is as good as nothing: so it is in Go but behind a pointer, which is what the
 * absence of `x-kapply-zero` says. A path that no schema has is a mistake in the table.
 */
function zeroIsUnset(name: string, row: Row): boolean {
  if ("rewrite" in row) return false;
  let definition: string | undefined = name;
  let schema: Json | undefined;
  for (const step of row.at.split(".")) {
    schema = getKey(
      getKey(definition === undefined ? undefined : bundledDefinition(definition), "properties"),
      step,
    );
    if (schema === undefined) throw new Error(`no field ${row.at} in ${name}`);
    const ref = getKey(schema, "$ref");
    definition = typeof ref === "string" ? ref : undefined;
  }
  return getKey(schema, "x-kapply-zero") !== undefined;
}
