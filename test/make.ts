/** Words that tests share: small manifests, types and targets. */
import type { JsonObject } from "../src/json.js";
import { getPath } from "../src/json.js";
import type { KubeObject, Manifest, ResourceType } from "../src/model.js";
import type { Target } from "../src/plan/index.js";

export const types = {
  configMap: { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  secret: { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true },
  namespace: { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
  deployment: { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
  crd: {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    namespaced: false,
  },
  widget: { group: "shop.example", version: "v1", kind: "Widget", plural: "widgets", namespaced: true },
  webhook: {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingWebhookConfiguration",
    plural: "validatingwebhookconfigurations",
    namespaced: false,
  },
} as const satisfies Record<string, ResourceType>;

/** An object of a type, with whatever else it says. */
export function object(
  type: ResourceType,
  name: string,
  rest: JsonObject = {},
  namespace?: string,
): KubeObject {
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const metadata: JsonObject = namespace === undefined ? { name } : { name, namespace };
  return { apiVersion, kind: type.kind, metadata, ...rest };
}

/** A manifest whose places are line numbers handed out by path: line 1 for the object, 10 for anything within. */
export function manifest(body: KubeObject, source = "set.yaml"): Manifest {
  const text = (path: string[]): string => getPath(body, path) as string;
  return {
    ref: {
      apiVersion: text(["apiVersion"]),
      kind: text(["kind"]),
      namespace: getPath(body, ["metadata", "namespace"]) as string | undefined,
      name: text(["metadata", "name"]),
    },
    body,
    place: { source, line: 1, column: 1 },
    placeOf: (path) => ({ source, line: path.length === 0 ? 1 : 10, column: path.length + 1 }),
  };
}

/** A target as planning sees it. */
export function target(type: ResourceType, name: string, rest: JsonObject = {}, namespace = "shop"): Target {
  const body = object(type, name, rest, type.namespaced ? namespace : undefined);
  const made = manifest(body);
  return { manifest: made, type, ref: made.ref, body };
}

/** A live object: a body as a server would hold it, at a resource version. */
export function live(
  body: KubeObject,
  resourceVersion: string,
  managedFields: JsonObject[] = [],
): KubeObject {
  return { ...body, metadata: { ...(body["metadata"] as JsonObject), resourceVersion, managedFields } };
}
