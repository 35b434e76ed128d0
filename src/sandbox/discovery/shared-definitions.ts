/**
 * Definitions that OpenAPI documents need beside the bundled ones: what requests and responses carry that are no
 * objects, and the kinds that subresources alone read and write. In the form of `schemas/`.
 *
 * Source: apimachinery pkg/apis/meta/v1/types.go; k8s.io/api autoscaling/v1, authentication/v1, policy/v1.
 */
import type { JsonObject } from "../../json.js";

const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";
const api = "io.k8s.api";

const text: JsonObject = { type: "string" };
/** Always written. */
const mustText: JsonObject = { type: "string", default: "" };
const flag: JsonObject = { type: "boolean" };
const int32: JsonObject = { type: "integer", format: "int32" };
const int64: JsonObject = { type: "integer", format: "int64" };
const texts: JsonObject = { type: "array", "x-kubernetes-list-type": "atomic", items: mustText };
const listOf = (name: string): JsonObject => ({
  type: "array",
  "x-kubernetes-list-type": "atomic",
  items: { $ref: name },
});
const pointer = (name: string): JsonObject => ({ $ref: name });
const struct = (name: string): JsonObject => ({ $ref: name, "x-kapply-zero": "keep" });
const record = (properties: JsonObject, ...required: string[]): JsonObject => ({
  type: "object",
  ...(required.length === 0 ? {} : { required }),
  properties,
});
const typed = (properties: JsonObject, ...required: string[]): JsonObject =>
  record({ apiVersion: text, kind: text, ...properties }, ...required);

export const names = {
  objectMeta: `${meta}.ObjectMeta`,
  listMeta: `${meta}.ListMeta`,
  status: `${meta}.Status`,
  deleteOptions: `${meta}.DeleteOptions`,
  watchEvent: `${meta}.WatchEvent`,
  patch: `${meta}.Patch`,
} as const;

const definitions: Record<string, JsonObject> = {
  [names.deleteOptions]: typed({
    dryRun: texts,
    gracePeriodSeconds: int64,
    ignoreStoreReadErrorWithClusterBreakingPotential: flag,
    orphanDependents: flag,
    preconditions: pointer(`${meta}.Preconditions`),
    propagationPolicy: text,
  }),
  [`${meta}.Preconditions`]: record({ resourceVersion: text, uid: text }),
  [names.listMeta]: record({
    continue: text,
    remainingItemCount: int64,
    resourceVersion: text,
    selfLink: text,
    shardInfo: pointer(`${meta}.ShardInfo`),
  }),
  [`${meta}.ShardInfo`]: record({ selector: mustText }, "selector"),
  [names.patch]: { type: "object" },
  [names.status]: typed({
    code: int32,
    details: pointer(`${meta}.StatusDetails`),
    message: text,
    metadata: struct(names.listMeta),
    reason: text,
    status: text,
  }),
  [`${meta}.StatusDetails`]: record({
    causes: listOf(`${meta}.StatusCause`),
    group: text,
    kind: text,
    name: text,
    retryAfterSeconds: int32,
    uid: text,
  }),
  [`${meta}.StatusCause`]: record({ field: text, message: text, reason: text }),
  [names.watchEvent]: record(
    { object: pointer("io.k8s.apimachinery.pkg.runtime.RawExtension"), type: mustText },
    "object",
    "type",
  ),
  [`${api}.autoscaling.v1.Scale`]: typed({
    metadata: struct(names.objectMeta),
    spec: struct(`${api}.autoscaling.v1.ScaleSpec`),
    status: struct(`${api}.autoscaling.v1.ScaleStatus`),
  }),
  [`${api}.autoscaling.v1.ScaleSpec`]: record({ replicas: { ...int32, default: 0 } }),
  [`${api}.autoscaling.v1.ScaleStatus`]: record(
    { replicas: { ...int32, default: 0 }, selector: text },
    "replicas",
  ),
  [`${api}.policy.v1.Eviction`]: typed({
    deleteOptions: pointer(names.deleteOptions),
    metadata: struct(names.objectMeta),
  }),
  [`${api}.authentication.v1.TokenRequest`]: typed({
    metadata: struct(names.objectMeta),
    spec: struct(`${api}.authentication.v1.TokenRequestSpec`),
    status: struct(`${api}.authentication.v1.TokenRequestStatus`),
  }),
  [`${api}.authentication.v1.TokenRequestSpec`]: record({
    audiences: texts,
    boundObjectRef: pointer(`${api}.authentication.v1.BoundObjectReference`),
    expirationSeconds: int64,
  }),
  [`${api}.authentication.v1.TokenRequestStatus`]: record({
    expirationTimestamp: pointer(`${meta}.Time`),
    token: mustText,
  }),
  [`${api}.authentication.v1.BoundObjectReference`]: record({
    apiVersion: text,
    kind: text,
    name: text,
    uid: text,
  }),
};

export function sharedDefinition(name: string): JsonObject | undefined {
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

const groups: Record<string, string> = {
  autoscaling: "autoscaling",
  "authentication.k8s.io": "authentication",
  policy: "policy",
};

/** The definition of a kind that only subresources have: `Scale` of autoscaling/v1. */
export function subresourceDefinition(group: string, version: string, kind: string): string | undefined {
  const name = `${api}.${(Object.hasOwn(groups, group) ? groups[group] : undefined) ?? ""}.${version}.${kind}`;
  return Object.hasOwn(definitions, name) ? name : undefined;
}
