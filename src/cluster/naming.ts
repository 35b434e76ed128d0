/** What messages call things. */
import { apiVersionOf } from "../group-version.js";
import type { Connection, Ref, ResourceType } from "../model.js";

/** An object as messages name it: `deployment.apps/web in namespace shop`. */
export function objectName(type: ResourceType, namespace: string | undefined, name: string): string {
  return `${typeName(type)}/${name}${type.namespaced && namespace !== undefined ? ` in namespace ${namespace}` : ""}`;
}

/** An object as events name it. */
export function objectRef(type: ResourceType, namespace: string | undefined, name: string): Ref {
  const ref = { apiVersion: apiVersionOf(type), kind: type.kind, name };
  return type.namespaced && namespace !== undefined ? { ...ref, namespace } : ref;
}

/** A kind as messages name it: `deployment.apps`. */
export function typeName({ kind, group }: Pick<ResourceType, "kind" | "group">): string {
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}`;
}

/** The server as messages name it. */
export function serverName({ server, socketPath }: Connection): string {
  return socketPath === undefined ? withoutCredentials(server) : `${server} by the socket ${socketPath}`;
}

export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}
