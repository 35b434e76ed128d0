/**
 * Whether somebody answers behind a Service.
 *
 * Source: Kubernetes api discovery/v1 types.go (an endpoint whose readiness is unknown counts as ready),
 * pkg/proxy/endpointslicecache.go (ports are matched by name).
 */
import { getKey, getPath, isObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { objectsOf, ready, textOf, waiting } from "./readiness.js";
import type { Readiness } from "./readiness.js";
import { deletionOf } from "./rules.js";
import type { Selector } from "./selector.js";

/** Where the endpoints of a Service are: EndpointSlices of `discovery.k8s.io/v1` in its namespace, by this selector. */
export function endpointSliceSelector(serviceName: string): Selector {
  return [{ is: "in", key: serviceLabel, values: [serviceName] }];
}

const serviceLabel = "kubernetes.io/service-name";

/**
 * Whether a Service has a ready endpoint, for each of its ports: in `slices`, of which those of other Services are left
 * out. A Service without endpoints by design (ExternalName) is ready.
 */
export function serviceReadiness(service: KubeObject | undefined, slices: readonly KubeObject[]): Readiness {
  if (service === undefined) return waiting("it does not exist");
  const going = deletionOf(service);
  if (going !== undefined) return waiting(going);
  if (getPath(service, ["spec", "type"]) === "ExternalName") return ready;
  const own = slices.filter((slice) => belongsTo(slice, service));
  const all = own.flatMap(endpointsOf);
  if (all.length === 0) return waiting(withoutEndpoints(service));
  if (!all.some(isReady))
    return waiting(
      all.length === 1 ? "its endpoint is not ready" : `none of its ${all.length} endpoints is ready`,
    );
  const unserved = portsOf(service).filter((port) => !own.some((slice) => serves(slice, port)));
  if (unserved.length === 0) return ready;
  const names = unserved.map((port) => (port === "" ? "its port" : `its port ${port}`)).join(" or ");
  return waiting(`no ready endpoint has ${names}`);
}

function belongsTo(slice: KubeObject, service: KubeObject): boolean {
  const name = getPath(slice, ["metadata", "labels", serviceLabel]);
  return (
    name === getPath(service, ["metadata", "name"]) &&
    getPath(slice, ["metadata", "namespace"]) === getPath(service, ["metadata", "namespace"]) &&
    getPath(slice, ["metadata", "deletionTimestamp"]) === undefined
  );
}

function endpointsOf(slice: KubeObject): KubeObject[] {
  return objectsOf(getKey(slice, "endpoints")).filter((endpoint) => {
    const addresses = getKey(endpoint, "addresses");
    return Array.isArray(addresses) && addresses.length > 0;
  });
}

function isReady(endpoint: KubeObject): boolean {
  return getPath(endpoint, ["conditions", "ready"]) !== false;
}

/** The names of the ports to be served; none of a headless Service, whose name leads to its Pods whatever the port. */
function portsOf(service: KubeObject): string[] {
  if (getPath(service, ["spec", "clusterIP"]) === "None") return [];
  return objectsOf(getPath(service, ["spec", "ports"])).map((port) => textOf(getKey(port, "name")) ?? "");
}

function serves(slice: KubeObject, port: string): boolean {
  const named = objectsOf(getKey(slice, "ports")).some((one) => (textOf(getKey(one, "name")) ?? "") === port);
  return named && endpointsOf(slice).some(isReady);
}

function withoutEndpoints(service: KubeObject): string {
  const selector = getPath(service, ["spec", "selector"]);
  const labels = Object.entries(isObject(selector) ? selector : {}).map(
    ([key, value]) => `${key}=${textOf(value) ?? ""}`,
  );
  return labels.length === 0
    ? "it has no endpoints: it has no selector, and no EndpointSlice was made for it"
    : `it has no endpoints: no Pod with ${labels.join(", ")} has an address`;
}
