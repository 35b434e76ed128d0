/**
 * One operation of an OpenAPI v3 document: the parameters that an action takes, what it is sent and what it answers.
 *
 * Source: apimachinery pkg/apis/meta/v1/types.go (`ListOptions` and its like), k8s.io/apiserver
 * pkg/endpoints/installer.go.
 */
import type { JsonObject } from "../../json.js";
import { refTo } from "./published-schemas.js";

export type Action = "list" | "post" | "deletecollection" | "get" | "put" | "delete" | "patch";

/** How an action is done: its method, and the word for it in `operationId`. */
export const actions: Record<Action, { method: string; word: string }> = {
  list: { method: "get", word: "list" },
  post: { method: "post", word: "create" },
  deletecollection: { method: "delete", word: "delete" },
  get: { method: "get", word: "read" },
  put: { method: "put", word: "replace" },
  delete: { method: "delete", word: "delete" },
  patch: { method: "patch", word: "patch" },
};

const booleans = new Set([
  "allowWatchBookmarks",
  "force",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "sendInitialEvents",
  "watch",
]);
const integers = new Set(["gracePeriodSeconds", "limit", "timeoutSeconds"]);

const selecting = ["continue", "fieldSelector", "labelSelector", "limit"];
const paging = [
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "shardSelector",
  "timeoutSeconds",
];
const listing = ["allowWatchBookmarks", ...selecting, ...paging, "watch"];
const writing = ["dryRun", "fieldManager", "fieldValidation"];
const deleting = [
  "dryRun",
  "gracePeriodSeconds",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "propagationPolicy",
];

/** The query parameters of an action. The documents of CRDs differ in two of them. */
export function parametersOf(action: Action, custom: boolean): readonly string[] {
  switch (action) {
    case "list":
      return listing;
    case "deletecollection":
      return custom ? listing : [...selecting, ...paging, ...deleting].sort();
    case "get":
      return custom ? ["resourceVersion"] : [];
    case "delete":
      return deleting;
    case "patch":
      return [...writing, "force"];
    case "post":
    case "put":
      return writing;
  }
}

export function queryParameter(name: string): JsonObject {
  const type = booleans.has(name) ? "boolean" : integers.has(name) ? "integer" : "string";
  return { name, in: "query", schema: { type, uniqueItems: true } };
}

export function pathParameter(name: string): JsonObject {
  return { name, in: "path", required: true, schema: { type: "string", uniqueItems: true } };
}

export interface Operation {
  action: Action;
  /** Whether it is one of a custom kind, whose documents are somewhat different. */
  custom: boolean;
  tag: string;
  id: string;
  gvk: JsonObject;
  /** The names of the definitions of what it is sent and of what it answers. */
  body?: string | undefined;
  answer: string;
}

const patchTypes = ["apply-patch+yaml", "json-patch+json", "merge-patch+json"];

/** The operation, but for its parameters. */
export function operationJson({ action, custom, tag, id, gvk, body, answer }: Operation): JsonObject {
  const jsonAndYaml = ["application/json", "application/yaml"];
  const answers =
    action === "list" && !custom ? [...jsonAndYaml, "application/json;stream=watch"] : jsonAndYaml;
  const bodies =
    action === "patch"
      ? [...patchTypes, ...(custom ? [] : ["strategic-merge-patch+json"])].map(
          (type) => `application/${type}`,
        )
      : custom
        ? jsonAndYaml
        : ["*/*"];
  const isDelete = action === "delete" || action === "deletecollection";
  return {
    tags: [tag],
    operationId: id,
    ...(body === undefined
      ? {}
      : { requestBody: { content: content(bodies, body), ...(isDelete ? {} : { required: true }) } }),
    responses: responses(action, custom, content(answers, answer)),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
  };
}

function content(types: readonly string[], definition: string): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: refTo(definition) }]));
}

const descriptions: Record<string, string> = {
  "200": "OK",
  "201": "Created",
  "202": "Accepted",
  "401": "Unauthorized",
};

const codes: Record<Action, readonly string[]> = {
  list: ["200"],
  deletecollection: ["200"],
  get: ["200"],
  post: ["200", "201", "202"],
  put: ["200", "201"],
  delete: ["200", "202"],
  patch: ["200", "201"],
};

function responses(action: Action, custom: boolean, content: JsonObject): JsonObject {
  const found = codes[action].filter((code) => !(custom && action === "patch" && code === "201"));
  return {
    ...Object.fromEntries(found.map((code) => [code, { description: descriptions[code] ?? "", content }])),
    "401": { description: descriptions["401"] ?? "" },
  };
}
