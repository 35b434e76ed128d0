/**
 * The paths of OpenAPI v3 documents: what kubectl reads them for is which kind a path has, and which parameters its
 * operations take. The `watch` paths, deprecated, and those of connections (`exec`, `proxy`) are left out.
 *
 * Source: k8s.io/apiserver pkg/endpoints/installer.go, apiextensions-apiserver
 * pkg/controller/openapi/builder/builder.go, k8s.io/kube-openapi pkg/builder3/openapi.go.
 */
import type { JsonObject } from "../../json.js";
import type { Kind, Subresource } from "../model.js";
import { deletionAnswersObject } from "../verbs/traits.js";
import { compareText, groupVersionPath } from "./groups.js";
import {
  actions,
  operationJson,
  parametersOf,
  pathParameter,
  queryParameter,
  type Action,
  type Operation,
} from "./operations.js";
import { names } from "./shared-definitions.js";
import { textAt } from "./values.js";

const actionOf: Record<string, Action> = {
  list: "list",
  create: "post",
  deletecollection: "deletecollection",
  get: "get",
  update: "put",
  delete: "delete",
  patch: "patch",
};

/** A kind, and what its requests and responses carry. */
export interface Documented {
  kind: Kind;
  definition: string;
  list: string;
  /** What a subresource reads and writes; undefined for connections. */
  subresource: (what: Subresource) => { definition: string; gvk: JsonObject } | undefined;
}

/** The paths of a kind, of its subresources too. */
export function pathsOf(documented: Documented): JsonObject {
  const { kind } = documented;
  const { group, version, plural, namespaced } = kind.type;
  const root = groupVersionPath(group, version);
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const verbs = kind.verbs.flatMap((verb) => actionOf[verb] ?? []);
  const of = (...wanted: Action[]): Action[] => wanted.filter((action) => verbs.includes(action));
  const paths: JsonObject = {};
  const add = (path: string, operations: readonly Operation[]): void => {
    if (operations.length > 0) paths[path] = pathItem(path, operations);
  };
  const operation = (action: Action): Operation => ownOperation(documented, action);
  add(collection, of("list", "post", "deletecollection").map(operation));
  add(`${collection}/{name}`, of("get", "put", "delete", "patch").map(operation));
  if (namespaced)
    add(
      `${root}/${plural}`,
      of("list").map((action) => ({
        ...operation(action),
        id: `list${camel(kind)}${kind.type.kind}ForAllNamespaces`,
      })),
    );
  for (const [name, what] of kind.subresources) {
    const carried = documented.subresource(what);
    // A log is text, whatever discovery says.
    if (carried === undefined || name === "log") continue;
    const found = what.verbs.flatMap((verb) => actionOf[verb] ?? []);
    add(
      `${collection}/{name}/${name}`,
      found.map((action) => subOperation(kind, name, action, carried)),
    );
  }
  return paths;
}

function gvkOf({ type }: Kind): JsonObject {
  return { group: type.group, version: type.version, kind: type.kind };
}

function facts(kind: Kind, action: Action): Pick<Operation, "action" | "custom" | "tag"> {
  const tag = `${groupWord(kind)}_${kind.type.version}`;
  return { action, custom: kind.source.from === "crd", tag };
}

function ownOperation({ kind, definition, list }: Documented, action: Action): Operation {
  const scope = kind.type.namespaced ? "Namespaced" : "";
  const collection = action === "deletecollection" ? "Collection" : "";
  const isDelete = action === "delete" || action === "deletecollection";
  // The real documents ask no body of a deletion of many custom objects.
  const hasOptions = action === "delete" || (isDelete && kind.source.from === "bundle");
  const gone = action === "delete" && deletionAnswersObject(kind) ? definition : names.status;
  return {
    ...facts(kind, action),
    gvk: gvkOf(kind),
    id: `${actions[action].word}${camel(kind)}${collection}${scope}${kind.type.kind}`,
    body: hasOptions ? names.deleteOptions : bodyOf(action, definition),
    answer: action === "list" ? list : isDelete ? gone : definition,
  };
}

function bodyOf(action: Action, definition: string): string | undefined {
  if (action === "patch") return names.patch;
  return action === "post" || action === "put" ? definition : undefined;
}

function subOperation(
  kind: Kind,
  name: string,
  action: Action,
  { definition, gvk }: { definition: string; gvk: JsonObject },
): Operation {
  const scope = kind.type.namespaced ? "Namespaced" : "";
  const last = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    ...facts(kind, action),
    gvk: kind.source.from === "crd" ? gvkOf(kind) : gvk,
    id: `${actions[action].word}${camel(kind)}${scope}${kind.type.kind}${last}`,
    body: bodyOf(action, definition),
    answer: definition,
  };
}

/** `RbacAuthorizationV1`, as operations are named. */
function camel(kind: Kind): string {
  const { version } = kind.type;
  return capital(groupWord(kind)) + capital(version);
}

function groupWord({ type }: Kind): string {
  if (type.group === "") return "core";
  const [first = "", ...rest] = type.group.replace(/\.k8s\.io$/, "").split(/[.-]/);
  return first + rest.map(capital).join("");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Parameters that all operations of a path have stand at the path. */
function pathItem(path: string, operations: readonly Operation[]): JsonObject {
  const [first = [], ...others] = operations.map(({ action, custom }) => parametersOf(action, custom));
  const common = first.filter((name) => others.every((names) => names.includes(name)));
  const item: JsonObject = {};
  for (const operation of operations) {
    const own = parametersOf(operation.action, operation.custom).filter((name) => !common.includes(name));
    const json = operationJson(operation);
    item[actions[operation.action].method] =
      own.length === 0 ? json : { ...json, parameters: own.map(queryParameter) };
  }
  const inPath = ["name", "namespace"].filter((name) => path.includes(`{${name}}`)).map(pathParameter);
  const all = [...inPath, ...common.map(queryParameter), queryParameter("pretty")];
  item["parameters"] = all.sort((a, b) => compareText(textAt(a, "name"), textAt(b, "name")));
  return item;
}
