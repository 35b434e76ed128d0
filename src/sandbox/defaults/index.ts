/**
 * What kube-apiserver makes of objects in Go code when it creates or changes them. The defaults that it sets wherever it
 * reads one are in the schema room (schema/defaults/).
 *
 * Not set, since nobody sees it or much would be needed for it:
 * - requests and huge page limits of a Pod as a whole are taken from its own limits only, not summed up from those
 *   of its containers;
 * - the time of device taints, multipliers of device resources;
 * - what LimitRanges, ResourceQuotas, RuntimeClasses, webhooks and admission policies of the user would change;
 * - second addresses of Services: one family, IPv4;
 * - everything that controllers do.
 */
import type { KubeObject } from "../../model.js";
import { codeDefaults } from "../../schema/index.js";
import type { DefaultsContext } from "./context.js";
import { podRefusal } from "./pod-admission.js";
import { prepared } from "./prepare.js";

export type { DefaultsContext } from "./context.js";

/**
 * What admission plugins, the kind's strategy and its allocators make of a defaulted object, after ownership is
 * recorded and before it is judged: service accounts, first statuses, selectors of Jobs, addresses of Services. On an
 * update, what was allocated is kept. To do it again changes nothing.
 */
export function prepareObject(definition: string, object: KubeObject, context: DefaultsContext): KubeObject {
  return prepared(definition, object, context);
}

/**
 * Why admission plugins refuse a new object, told before it is prepared: undefined where they let it in. The words
 * come after `RESOURCE "NAME" is forbidden: ` in a 403.
 */
export function admissionRefusal(
  definition: string,
  object: KubeObject,
  context: DefaultsContext,
): string | undefined {
  return definition === "io.k8s.api.core.v1.Pod" && context.create ? podRefusal(object, context) : undefined;
}

/** Both, one after the other. */
export function withCodeDefaults(
  definition: string,
  object: KubeObject,
  context: DefaultsContext,
): KubeObject {
  return prepared(definition, codeDefaults(definition, object), context);
}
