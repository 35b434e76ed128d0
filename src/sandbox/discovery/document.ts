/** The OpenAPI v3 document of one group and version. */
import { setKey, type JsonObject } from "../../json.js";
import { bundledVersion } from "../../schema/index.js";
import type { Kind, Subresource } from "../model.js";
import { customDefinitionName, customSchema, selectableFields } from "./custom-schemas.js";
import { pathsOf, type Documented } from "./paths.js";
import { definitionOf, listSchema, published, reachable } from "./published-schemas.js";
import { names, subresourceDefinition } from "./shared-definitions.js";

/**
 * The document: a definition for each kind, its list and all they refer to, and the paths of the kinds. There are
 * no descriptions.
 *
 * `all` are the kinds that are served, of all groups: definitions say which kind they are in every document.
 */
export function openApiDocument(kinds: readonly Kind[], all: readonly Kind[]): JsonObject {
  const builtIn = kinds.some(({ source }) => source.from === "bundle");
  const info = builtIn
    ? { title: "Kubernetes", version: bundledVersion }
    : { title: "Kubernetes CRD Swagger", version: "v0.1.0" };
  const paths: JsonObject = {};
  for (const kind of kinds) Object.assign(paths, pathsOf(documented(kind)));
  return {
    openapi: "3.0.0",
    info,
    paths: sorted(paths),
    components: { schemas: schemasOf(kinds, gvksOf(all)) },
  };
}

function documented(kind: Kind): Documented {
  const definition = definitionName(kind);
  return { kind, definition, list: listName(kind), subresource: (what) => carried(kind, what) };
}

/** What a subresource reads and writes: its kind's own type, or one of those that subresources alone have. */
function carried(kind: Kind, what: Subresource): ReturnType<Documented["subresource"]> {
  const group = what.group ?? kind.type.group;
  const version = what.version ?? kind.type.version;
  const definition =
    what.kind === kind.type.kind ? definitionName(kind) : subresourceDefinition(group, version, what.kind);
  return definition === undefined ? undefined : { definition, gvk: { group, version, kind: what.kind } };
}

function definitionName({ type, source }: Kind): string {
  return source.from === "bundle"
    ? source.definition
    : customDefinitionName(type.group, type.version, type.kind);
}

function listName(kind: Kind): string {
  return kind.source.from === "bundle"
    ? `${kind.source.definition}List`
    : customDefinitionName(kind.type.group, kind.type.version, kind.listKind);
}

const gvkKeyword = "x-kubernetes-group-version-kind";

/** Which kinds built-in definitions are. */
function gvksOf(all: readonly Kind[]): ReadonlyMap<string, JsonObject> {
  return new Map(
    all.flatMap(({ type: { group, version, kind }, source }) =>
      source.from === "bundle" ? [[source.definition, { group, kind, version }]] : [],
    ),
  );
}

/** Kinds without a resource of their own. */
const unlisted: Record<string, JsonObject> = {
  [names.status]: { group: "", kind: "Status", version: "v1" },
  "io.k8s.api.autoscaling.v1.Scale": { group: "autoscaling", kind: "Scale", version: "v1" },
  "io.k8s.api.policy.v1.Eviction": { group: "policy", kind: "Eviction", version: "v1" },
  "io.k8s.api.authentication.v1.TokenRequest": {
    group: "authentication.k8s.io",
    kind: "TokenRequest",
    version: "v1",
  },
};

function schemasOf(kinds: readonly Kind[], gvks: ReadonlyMap<string, JsonObject>): JsonObject {
  const schemas: JsonObject = {};
  const roots = new Set<string>();
  const [first] = kinds;
  for (const kind of kinds) {
    const { group, version } = kind.type;
    const definition = definitionName(kind);
    const custom = kind.source.from === "crd";
    const more = kind.source.from === "crd" ? selectableFields(kind.source.version) : {};
    if (kind.source.from === "crd") {
      const gvk = [{ group, kind: kind.type.kind, version }];
      schemas[definition] = { ...customSchema(kind.source.version), [gvkKeyword]: gvk, ...more };
    } else roots.add(definition);
    for (const name of carriedBy(kind)) roots.add(name);
    if (kind.verbs.includes("list")) {
      const list = listSchema(definition, names.listMeta, custom);
      schemas[listName(kind)] = { ...list, [gvkKeyword]: [{ group, kind: kind.listKind, version }], ...more };
    }
    for (const what of kind.subresources.values()) {
      const found = carried(kind, what);
      if (found !== undefined && found.definition !== definition) roots.add(found.definition);
    }
  }
  for (const name of reachable(roots)) {
    const definition = definitionOf(name);
    if (definition === undefined) continue;
    const of = isShared(name) ? everyGroup(name, first) : (gvks.get(name) ?? unlisted[name]);
    schemas[name] = {
      ...published(definition, name),
      ...(of === undefined ? {} : { [gvkKeyword]: [of].flat() }),
    };
  }
  return sorted(schemas);
}

/** What requests for a kind and their answers carry beside it. */
function carriedBy({ verbs, source }: Kind): string[] {
  const watched = source.from === "bundle" && verbs.includes("watch") ? [names.watchEvent] : [];
  if (!verbs.includes("list")) return [];
  return [names.objectMeta, names.listMeta, names.status, names.deleteOptions, names.patch, ...watched];
}

/** Kinds that every group-version has as its own. */
function isShared(name: string): boolean {
  return name === names.deleteOptions || name === names.watchEvent;
}

function everyGroup(name: string, kind: Kind | undefined): JsonObject[] {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const core = { group: "", kind: short, version: "v1" };
  const { group, version } = kind?.type ?? core;
  return group === "" ? [core] : [core, { group, kind: short, version }];
}

function sorted(object: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const key of Object.keys(object).sort()) setKey(out, key, object[key] ?? null);
  return out;
}
