/**
 * The documents of discovery: `APIVersions`, `APIGroupList`, `APIGroup`, `APIResourceList`, and the two of aggregated
 * discovery (`APIGroupDiscoveryList`).
 *
 * Source: k8s.io/apiserver pkg/endpoints/discovery, apiextensions-apiserver
 * pkg/apiserver/customresource_discovery_controller.go, k8s.io/api apidiscovery/v2.
 */
import { createHash } from "node:crypto";
import { apiVersionOf, parseApiVersion } from "../../group-version.js";
import { getKey, type JsonObject } from "../../json.js";
import type { Kind, Subresource } from "../model.js";
import { compareText, servedGroups, type ServedGroup, type ServedVersion } from "./groups.js";
import { listAt, textAt } from "./values.js";

/** `/api`. `address` is where the client reached the server: `127.0.0.1:6443`. */
export function coreVersions(kinds: readonly Kind[], address: string): JsonObject {
  const core = servedGroups(kinds, "service").find(({ name }) => name === "");
  return {
    kind: "APIVersions",
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `/apis`: every group but the core one. */
export function groupList(kinds: readonly Kind[]): JsonObject {
  const groups = servedGroups(kinds, "service").filter(({ name }) => name !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupOf) };
}

/** `/apis/GROUP`. */
export function groupDocument(group: ServedGroup): JsonObject {
  return { kind: "APIGroup", apiVersion: "v1", ...groupOf(group) };
}

function groupOf({ name, versions }: ServedGroup): JsonObject {
  const rows = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group: name, version }),
    version,
  }));
  return { name, versions: rows, preferredVersion: rows[0] ?? { groupVersion: "", version: "" } };
}

/** `/api/v1` and `/apis/GROUP/VERSION`: resources with their subresources. */
export function resourceList(group: string, { version, kinds }: ServedVersion): JsonObject {
  const rows = [...kinds].sort(byPlural).flatMap(resourceRows);
  const builtIn = kinds.some(({ source }) => source.from === "bundle");
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf({ group, version }),
    resources: builtIn ? rows.sort((a, b) => compareText(textAt(a, "name"), textAt(b, "name"))) : rows,
  };
}

function byPlural(a: Kind, b: Kind): number {
  return compareText(a.type.plural, b.type.plural);
}

function resourceRows(kind: Kind): JsonObject[] {
  const { plural, namespaced } = kind.type;
  const hash = storageVersionHash(kind);
  return [
    {
      name: plural,
      singularName: kind.singular,
      namespaced,
      kind: kind.type.kind,
      verbs: [...kind.verbs],
      ...names(kind),
      ...(hash === undefined ? {} : { storageVersionHash: hash }),
    },
    ...[...kind.subresources].map(([name, subresource]) => ({
      name: `${plural}/${name}`,
      singularName: "",
      namespaced,
      ...(subresource.group === undefined ? {} : { group: subresource.group }),
      ...(subresource.version === undefined ? {} : { version: subresource.version }),
      kind: subresource.kind,
      verbs: [...subresource.verbs],
    })),
  ];
}

function names({ shortNames, categories }: Kind): JsonObject {
  return {
    ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
    ...(categories.length === 0 ? {} : { categories: [...categories] }),
  };
}

/** Kinds that are stored as another version than they are served as. */
const storedAs: Record<string, string> = {
  "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy": "admissionregistration.k8s.io/v1beta1",
  "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1 CustomResourceDefinition": "apiextensions.k8s.io/v1beta1",
  "autoscaling/v1 HorizontalPodAutoscaler": "autoscaling/v2",
  "events.k8s.io/v1 Event": "v1",
};

/**
 * Tells clients when objects of a kind are stored anew.
 *
 * Source: k8s.io/apiserver pkg/endpoints/discovery/storageversionhash.go.
 */
function storageVersionHash({ type, stored, source }: Kind): string | undefined {
  if (!stored) return undefined;
  const served = apiVersionOf(type);
  const key = `${served} ${type.kind}`;
  const apiVersion =
    source.from === "crd"
      ? `${type.group}/${storageVersion(source.crd)}`
      : Object.hasOwn(storedAs, key)
        ? (storedAs[key] ?? served)
        : served;
  const { group, version } = parseApiVersion(apiVersion);
  const digest = createHash("sha256").update(`${group}/${version}/${type.kind}`).digest();
  return digest.subarray(0, 8).toString("base64");
}

function storageVersion(crd: JsonObject): string {
  const stored = listAt(crd, "spec.versions").find((version) => getKey(version, "storage") === true);
  return textAt(stored, "name");
}

/** Aggregated discovery of `/api` (`core`) or `/apis`: everything in one document. */
export function aggregated(kinds: readonly Kind[], of: "core" | "groups"): JsonObject {
  const groups = servedGroups(kinds, "name").filter(({ name }) => (name === "") === (of === "core"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map((version) => ({
        version: version.version,
        resources: [...version.kinds].sort(byPlural).map(aggregatedResource),
        freshness: "Current",
      })),
    })),
  };
}

function aggregatedResource(kind: Kind): JsonObject {
  const subresources = [...kind.subresources].map(([subresource, what]) => ({
    subresource,
    responseKind: responseKind(kind, what),
    verbs: [...what.verbs],
  }));
  return {
    resource: kind.type.plural,
    responseKind: responseKind(kind, { kind: kind.type.kind, verbs: [] }),
    scope: kind.type.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.singular,
    verbs: [...kind.verbs],
    ...names(kind),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** Built-in kinds leave the group and version to the entry that they stand in. */
function responseKind({ type, source }: Kind, { kind, group, version }: Subresource): JsonObject {
  const own = source.from === "crd" ? type : { group: "", version: "" };
  return { group: group ?? own.group, version: version ?? own.version, kind };
}
