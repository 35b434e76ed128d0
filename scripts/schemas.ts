/**
 * Writes `schemas/` from a running API server's OpenAPI v3 and discovery documents.
 *
 *   npm run schemas                                           on a control plane of its own
 *   tsx scripts/schemas.ts --server URL --token T --insecure  on the server at URL (or --ca FILE)
 *
 * One file per Go package of definitions (`io.k8s.api.apps.v1.json`), so that a definition that several
 * group-versions use is stored once and a run reads only the packages that its kinds need; `resources.json` says
 * which kinds there are. What OpenAPI leaves out, Go says (test/cluster/gofacts). The same server gives the same
 * bytes.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getKey, isObject, setKey, type Json, type JsonObject } from "../src/json.js";

interface Server {
  url: string;
  token: string;
  ca?: string | undefined;
}

/** What a definition keeps: what checking, defaulting and merging need. Descriptions and examples are dropped. */
const kept = [
  "type",
  "format",
  "enum",
  "default",
  "nullable",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "pattern",
  "required",
  "x-kubernetes-group-version-kind",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-unions",
] as const;

/** Our own keyword beside them: what Go writes for a value that is not there (test/cluster/gofacts). */
const zeroKeyword = "x-kapply-zero";

/**
 * And another: the number of the field in protobuf, or a list of numbers where JSON has the fields of a message
 * inlined: `[2, 6]` is field 6 of the message in field 2.
 */
const protoKeyword = "x-kapply-proto";

/** What is sent that is no resource and no subresource. */
const options = ["io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"];

const refPrefix = "#/components/schemas/";

function server(): Server {
  const { values } = parseArgs({
    options: {
      server: { type: "string" },
      token: { type: "string" },
      ca: { type: "string" },
      insecure: { type: "boolean", default: false },
    },
  });
  const description = process.env.KAPPLY_TEST_CLUSTER;
  if (values.server !== undefined) {
    const ca = values.ca === undefined ? undefined : readFileSync(values.ca, "utf8");
    if (ca === undefined && !values.insecure) throw new Error("name the server's --ca FILE, or --insecure");
    return { url: values.server, token: values.token ?? "", ca };
  }
  if (description === undefined) throw new Error("no server: pass --server, or run `npm run schemas`");
  const cluster = JSON.parse(readFileSync(description, "utf8")) as Json;
  const text = (...names: string[]): string | undefined => {
    const found = names.map((name) => getKey(cluster, name)).find((value) => typeof value === "string");
    return typeof found === "string" ? found : undefined;
  };
  const caFile = text("caFile");
  return {
    url: text("server", "url") ?? "",
    token: text("token", "adminToken") ?? "",
    ca: text("ca") ?? (caFile === undefined ? undefined : readFileSync(caFile, "utf8")),
  };
}

function get(from: Server, path: string): Promise<JsonObject> {
  const options = {
    headers: { authorization: `Bearer ${from.token}`, accept: "application/json" },
    ca: from.ca,
    rejectUnauthorized: from.ca !== undefined,
  };
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, from.url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode !== 200)
          reject(new Error(`GET ${path}: ${String(response.statusCode)} ${text}`));
        else resolve(JSON.parse(text) as JsonObject);
      });
    });
    call.on("error", reject);
    call.end();
  });
}

/** A schema with the kept keywords only, `allOf` around a single reference undone, references by bare name. */
function prune(schema: JsonObject): JsonObject {
  const pruned: JsonObject = {};
  const wrapped = schema.allOf;
  const inner = Array.isArray(wrapped) && wrapped.length === 1 ? wrapped[0] : undefined;
  const ref = getKey(inner, "$ref") ?? schema.$ref;
  if (typeof ref === "string") pruned.$ref = ref.replace(refPrefix, "");
  for (const keyword of kept) {
    const value = schema[keyword];
    if (value === undefined) continue;
    // `default: {}` stands at every reference and says nothing.
    if (keyword === "default" && isObject(value) && Object.keys(value).length === 0) continue;
    pruned[keyword] = keyword === "enum" || keyword === "required" ? [...(value as string[])].sort() : value;
  }
  if (isObject(schema.properties)) {
    const properties: JsonObject = {};
    for (const name of Object.keys(schema.properties).sort())
      setKey(properties, name, prune(schema.properties[name] as JsonObject));
    pruned.properties = properties;
  }
  for (const keyword of ["items", "additionalProperties"]) {
    const value = schema[keyword];
    if (isObject(value)) pruned[keyword] = prune(value);
    else if (value !== undefined) pruned[keyword] = value;
  }
  for (const keyword of ["oneOf", "anyOf"]) {
    const value = schema[keyword];
    if (Array.isArray(value)) pruned[keyword] = value.map((branch) => prune(branch as JsonObject));
  }
  return pruned;
}

/** Names of the definitions that a schema refers to. */
function refsOf(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(refsOf);
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value] : refsOf(value),
  );
}

/** All definitions of all built-in group-versions, pruned, by full name. */
async function definitions(from: Server): Promise<Map<string, JsonObject>> {
  const index = await get(from, "/openapi/v3");
  const all = new Map<string, JsonObject>();
  for (const [path, entry] of Object.entries(index.paths as JsonObject)) {
    if (!/^(api|apis\/[^/]+)\/v[0-9a-z]+$/.test(path)) continue;
    const document = await get(from, (entry as { serverRelativeURL: string }).serverRelativeURL);
    const schemas = getKey(document.components, "schemas");
    if (!isObject(schemas)) continue;
    for (const [name, schema] of Object.entries(schemas)) all.set(name, prune(schema as JsonObject));
  }
  return all;
}

/** A resource or subresource as discovery lists it (apimachinery meta/v1 APIResource). */
interface ServedResource {
  name: string;
  singularName: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  group?: string;
  version?: string;
}

/** A row of `resources.json`, but for its definition. */
interface Resource {
  kind: string;
  plural: string;
  singular: string;
  namespaced: boolean;
  /** Whether the server stores such objects, so that they can be applied. */
  stored: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  /** By name, what each reads and writes where that is another kind (`scale`, `eviction`). */
  subresources?: Record<string, Subresource>;
}

// No interface: those are not taken for JSON.
type Subresource = {
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
  /** Where the kind is another one than the resource's, and has bodies. */
  definition?: string;
};

function subresourcesOf(plural: string, list: ServedResource[]): Pick<Resource, "subresources"> {
  const found = list.filter(({ name }) => name.startsWith(`${plural}/`));
  if (found.length === 0) return {};
  const entries = found.map(({ name, kind, group, version, verbs }) => [
    name.slice(plural.length + 1),
    {
      kind,
      ...(group === undefined ? {} : { group }),
      ...(version === undefined ? {} : { version }),
      verbs,
    },
  ]);
  return { subresources: Object.fromEntries(entries) as NonNullable<Resource["subresources"]> };
}

async function resources(from: Server): Promise<Map<string, Resource[]>> {
  const groups = (await get(from, "/apis")).groups as { versions: { groupVersion: string }[] }[];
  const versions = groups.flatMap((group) => group.versions.map((version) => version.groupVersion));
  const crds = (await get(from, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")).items as {
    spec: { group: string; names: { plural: string } };
  }[];
  const custom = new Set(crds.map(({ spec }) => `${spec.group}/${spec.names.plural}`));
  const served = new Map<string, Resource[]>();
  for (const groupVersion of ["v1", ...versions.sort()]) {
    const path = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
    const list = (await get(from, path)).resources as unknown as ServedResource[];
    const rows = list
      .filter(({ name }) => !name.includes("/") && !custom.has(`${groupVersion.split("/")[0] ?? ""}/${name}`))
      .map(({ name, singularName, kind, namespaced, verbs, shortNames, categories }) => ({
        kind,
        plural: name,
        singular: singularName,
        namespaced,
        stored: verbs.includes("patch"),
        verbs,
        ...(shortNames === undefined ? {} : { shortNames }),
        ...(categories === undefined ? {} : { categories }),
        ...subresourcesOf(name, list),
      }));
    if (rows.length > 0) served.set(groupVersion, rows);
  }
  return served;
}

interface Fact {
  zero: "omit" | "keep" | "pointer";
  proto?: number[];
}

/** What the Go types say of their fields, by definition and field. */
type Facts = Record<string, Record<string, Fact>>;

function goFacts(): Facts {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const cwd = join(import.meta.dirname, "..", "test", "cluster");
  const text = execFileSync("go", ["run", "-mod=readonly", "./gofacts"], { cwd, env, maxBuffer: 2 ** 24 });
  return JSON.parse(text.toString("utf8")) as Facts;
}

/** Fields without the zero keyword are pointers: what was given is kept. */
function withFacts(definition: JsonObject, facts: Facts[string] | undefined): JsonObject {
  for (const [field, schema] of Object.entries(
    isObject(definition.properties) ? definition.properties : {},
  )) {
    const { zero, proto = [] } = facts?.[field] ?? { zero: "pointer" };
    if (!isObject(schema)) continue;
    if (zero !== "pointer") schema[zeroKeyword] = zero;
    const [number, ...more] = proto;
    if (number !== undefined) schema[protoKeyword] = more.length === 0 ? number : proto;
  }
  return definition;
}

/** The definition of a kind, by its `x-kubernetes-group-version-kind`. */
function definitionOf(all: Map<string, JsonObject>, groupVersion: string, kind: string): string | undefined {
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  for (const [name, schema] of all) {
    const named = (schema["x-kubernetes-group-version-kind"] ?? []) as JsonObject[];
    const matches = named.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind);
    if (matches && named.length === 1) return name;
  }
  return undefined;
}

/** Subresources of another kind than the resource, with the definitions of those kinds. */
function withDefinitions(all: Map<string, JsonObject>, groupVersion: string, row: Resource): Resource {
  if (row.subresources === undefined) return row;
  const entries = Object.entries(row.subresources).map(([name, subresource]): [string, Subresource] => {
    const { kind, group = "", version = "v1" } = subresource;
    const own = group === "" ? groupVersion : `${group}/${version}`;
    const definition = kind === row.kind ? undefined : definitionOf(all, own, kind);
    return [name, definition === undefined ? subresource : { ...subresource, definition }];
  });
  return { ...row, subresources: Object.fromEntries(entries) };
}

/** The definitions that the roots need, themselves included. */
function reachable(all: Map<string, JsonObject>, roots: string[]): string[] {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...refsOf(all.get(name) ?? {}));
  }
  return [...seen].sort();
}

async function main(): Promise<void> {
  const from = server();
  const all = await definitions(from);
  const table: JsonObject = {};
  const roots = [...options];
  for (const [groupVersion, rows] of await resources(from)) {
    const kinds: JsonObject = {};
    for (const row of rows.sort((a, b) => (a.kind < b.kind ? -1 : 1))) {
      const definition = definitionOf(all, groupVersion, row.kind);
      if (definition === undefined) continue;
      roots.push(definition);
      const { kind, ...facts } = withDefinitions(all, groupVersion, row);
      for (const subresource of Object.values(facts.subresources ?? {}))
        if (subresource.definition !== undefined) roots.push(subresource.definition);
      kinds[kind] = { ...facts, definition };
    }
    table[groupVersion] = kinds;
  }
  const facts = goFacts();
  const packages = new Map<string, JsonObject>();
  for (const name of reachable(all, roots)) {
    const at = name.lastIndexOf(".");
    const file = packages.get(name.slice(0, at)) ?? {};
    packages.set(name.slice(0, at), file);
    const definition = withFacts({ ...all.get(name) }, facts[name]);
    delete definition["x-kubernetes-group-version-kind"];
    setKey(file, name.slice(at + 1), definition);
  }
  const { major, minor } = (await get(from, "/version")) as { major: string; minor: string };
  const folder = join(import.meta.dirname, "..", "schemas");
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder)) if (old.endsWith(".json")) rmSync(join(folder, old));
  for (const [name, file] of packages)
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(file) + "\n");
  const resourcesFile = { kubernetes: `${major}.${minor}`, resources: table };
  writeFileSync(join(folder, "resources.json"), JSON.stringify(resourcesFile) + "\n");
  console.log(
    `${String(packages.size + 1)} files written to schemas/ from Kubernetes ${resourcesFile.kubernetes}`,
  );
}

await main();
