/** What a server serves, asked about no more than is needed: one group and version at a time. */
import { apiVersionOf, parseApiVersion } from "../group-version.js";
import { getKey, isObject } from "../json.js";
import type { JsonObject } from "../json.js";
import type { ResourceType } from "../model.js";
import { groupVersionPath } from "./paths.js";
import type { Transport } from "./types.js";

const caches = new WeakMap<Transport, Map<string, Promise<JsonObject[] | undefined>>>();

/**
 * The type of an apiVersion and kind, or undefined when the server serves no such thing. What was found is kept for
 * the transport; what was not found is asked for again, since a run may bring it.
 */
export async function discoverType(
  transport: Transport,
  apiVersion: string,
  kind: string,
): Promise<ResourceType | undefined> {
  const { group, version } = parseApiVersion(apiVersion);
  if (version === "" || version.includes("/")) return undefined;
  const cache = caches.get(transport) ?? new Map<string, Promise<JsonObject[] | undefined>>();
  caches.set(transport, cache);
  const known = cache.get(apiVersion) ?? servedResources(transport, group, version);
  cache.set(apiVersion, known);
  let type: ResourceType | undefined;
  try {
    type = typeOf((await known) ?? [], group, version, kind);
  } finally {
    if (type === undefined && cache.get(apiVersion) === known) cache.delete(apiVersion);
  }
  return type;
}

/** The resources of a group and version; undefined when it is not served. Never cached. */
export async function servedResources(
  transport: Transport,
  group: string,
  version: string,
): Promise<JsonObject[] | undefined> {
  const path = groupVersionPath(group, version);
  const what = `the kinds of ${apiVersionOf({ group, version })}`;
  const reply = await transport.request({ method: "GET", path, what, alsoReturn: ["type-missing"] });
  if (reply.status === 404) return undefined;
  const resources = getKey(reply.body, "resources");
  return Array.isArray(resources) ? resources.filter(isObject) : [];
}

function typeOf(
  resources: JsonObject[],
  group: string,
  version: string,
  kind: string,
): ResourceType | undefined {
  for (const resource of resources) {
    const plural = getKey(resource, "name");
    // A name with a slash is a subresource: `deployments/scale`.
    if (typeof plural === "string" && !plural.includes("/") && getKey(resource, "kind") === kind)
      return { group, version, kind, plural, namespaced: getKey(resource, "namespaced") === true };
  }
  return undefined;
}

export interface ServerVersion {
  /** `v1.36.3` */
  gitVersion: string;
  major: string;
  minor: string;
  platform: string;
}

/** The server's version, which every server tells everyone. */
export async function serverVersion(transport: Transport): Promise<ServerVersion> {
  const { body } = await transport.request({ method: "GET", path: "/version", what: "the server's version" });
  const field = (name: string): string => {
    const value = getKey(body, name);
    return typeof value === "string" ? value : "";
  };
  return {
    gitVersion: field("gitVersion"),
    major: field("major"),
    minor: field("minor"),
    platform: field("platform"),
  };
}
