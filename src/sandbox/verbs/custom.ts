/**
 * What a server asks of custom resources beside their schemas.
 *
 * Source: k8s.io/apiextensions-apiserver pkg/registry/customresource (strategy.go, validator.go).
 */
import { getKey, isObject, stringifyJson, type Json } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { embeddedResources, type Cause } from "../../schema/index.js";
import { schemaOf } from "./custom-versions.js";
import { goText, goType } from "../patches/index.js";
import type { Request } from "./request.js";
import { embeddedProblems } from "../rules/embedded.js";

/** What is wrong with an object by the schema of its kind: of a custom resource, by where its scale is too. */
export function schemaProblems({ kind, ask }: Request, object: KubeObject, live?: KubeObject): Cause[] {
  const codec = kind.codec();
  if (kind.source.from === "bundle") return codec.validate(object);
  const part = ask.subresource === "status" ? "status" : "whole";
  const change = live === undefined ? undefined : ({ live, part } as const);
  const scale = getKey(kind.source.version["subresources"], "scale");
  const replicas = (path: string): Cause[] => replicasCauses(object, getKey(scale, path));
  const causes = [...codec.validate(object, change), ...replicas("statusReplicasPath")];
  if (part === "status") return causes;
  const within = embeddedResources(schemaOf(kind.source.version), object);
  return [
    ...causes,
    ...within.flatMap(([path, resource]) => embeddedProblems(path, resource)),
    ...replicas("specReplicasPath"),
  ];
}

const standardFinalizers = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

/** What is said of new finalizers without a path: others may have the same. */
export function finalizerWarnings(finalizers: readonly Json[], before: readonly Json[]): string[] {
  const added = new Set(finalizers.filter((name) => typeof name === "string" && !before.includes(name)));
  return [...added]
    .map(String)
    .sort()
    .filter((name) => !name.includes("/") && !standardFinalizers.has(name))
    .map((name) => {
      const path = name.includes(".") ? " including a path (/)" : "";
      return `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    });
}

const mostReplicas = 2 ** 31 - 1;

/** Numbers of replicas are whole and not negative, whatever the schema says. */
function replicasCauses(object: KubeObject, path: Json | undefined): Cause[] {
  if (typeof path !== "string") return [];
  const refuse = (shown: Json, words: string): Cause[] => {
    const message = `Invalid value: ${stringifyJson(shown)}: ${words}`;
    return [{ reason: "FieldValueInvalid", message, field: path }];
  };
  let value: Json | undefined = object;
  let found = "";
  for (const step of path.replace(/^\./, "").split(".")) {
    if (value === undefined || value === null) return [];
    found += `.${step}`;
    if (!isObject(value)) return refuse(0, accessError(found, value, "map[string]interface{}"));
    value = getKey(value, step);
  }
  if (value === undefined) return [];
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) {
    if (value < 0) return refuse(value, "should be a non-negative integer");
    return value > mostReplicas ? refuse(value, `should be less than or equal to ${mostReplicas}`) : [];
  }
  return refuse(0, accessError(found, value, "int64"));
}

function accessError(path: string, value: Json, expected: string): string {
  return `${path} accessor error: ${goText(value)} is of the type ${value === null ? "<nil>" : goType(value)}, expected ${expected}`;
}
