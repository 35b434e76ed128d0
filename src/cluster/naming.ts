/** What messages call things. */
import type { Connection, ResourceType } from "../model.js";

/** An object as messages name it: `deployment.apps/web in namespace shop`. */
export function objectName(type: ResourceType, namespace: string | undefined, name: string): string {
  return `${typeName(type)}/${name}${type.namespaced && namespace !== undefined ? ` in namespace ${namespace}` : ""}`;
}

/** A kind as messages name it: `deployment.apps`. */
export function typeName({ kind, group }: ResourceType): string {
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}`;
}

/** The server as messages name it. */
export function serverName({ server, socketPath }: Connection): string {
  return socketPath === undefined ? withoutCredentials(server) : `${server} by the socket ${socketPath}`;
}

export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}
