/** Whether what is new is let in at all. */
import { isObject, type JsonObject } from "../../json.js";
import { metaText, aboutOf, type Request } from "./request.js";
import { forbidden, notFound, StatusError } from "../status.js";

/**
 * Objects are made in namespaces that are there and stay (apiserver pkg/admission/plugin/namespace/lifecycle).
 * @throws StatusError 404, 403.
 */
export function admitNamespace(request: Request, name: string): void {
  const { world, kind, ask } = request;
  if (!kind.type.namespaced) return;
  const namespace = world.store.get("namespaces", "", ask.namespace);
  if (namespace === undefined) throw notFound({ group: "", resource: "namespaces", name: ask.namespace });
  if (metaText(namespace, "deletionTimestamp") === "") return;
  const message = `namespace ${ask.namespace} is being terminated`;
  const refusal = forbidden(
    { ...aboutOf(request), name },
    `unable to create new content in namespace ${ask.namespace} because it is being terminated`,
  );
  const details: JsonObject = isObject(refusal.status["details"]) ? refusal.status["details"] : {};
  const causes = [{ reason: "NamespaceTerminating", message, field: "metadata.namespace" }];
  throw new StatusError(refusal.code, refusal.message, {
    ...refusal.status,
    details: { ...details, causes },
  });
}
