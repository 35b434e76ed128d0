/**
 * The cells of services, ingresses, endpoints.
 *
 * Source: kubernetes pkg/printers/internalversion/printers.go (`printService`, `printIngress`, `formatEndpoints`,
 * `formatDiscoveryEndpoints`, `printIPAddress`).
 */
import { getKey, type Json, type JsonObject } from "../../../json.js";
import { listAt, numberAt, scalarText, textAt, valueAt } from "../values.js";
import { annotation, firstOf, type Cell } from "./cells.js";

/** Addresses of a load balancer, each once. */
function balancers(object: JsonObject): string[] {
  const found = listAt(object, "status.loadBalancer.ingress").map(
    (ingress) => textAt(ingress, "ip") || textAt(ingress, "hostname"),
  );
  return [...new Set(found.filter((address) => address !== ""))].sort();
}

export const balancerAddresses: Cell = (object) => balancers(object).join(",");

export const clusterIp: Cell = (service) => {
  const first = listAt(service, "spec.clusterIPs")[0];
  return typeof first === "string" ? first : "<none>";
};

export const externalIp: Cell = (service) => {
  const given = listAt(service, "spec.externalIPs").map(String);
  switch (textAt(service, "spec.type")) {
    case "ClusterIP":
    case "NodePort":
      return given.join(",") || "<none>";
    case "LoadBalancer":
      return [...balancers(service), ...given].join(",") || "<pending>";
    case "ExternalName":
      return textAt(service, "spec.externalName");
    default:
      return "<unknown>";
  }
};

export const servicePorts: Cell = (service) =>
  listAt(service, "spec.ports").map(servicePort).join(",") || "<none>";

function servicePort(port: Json): string {
  const nodePort = numberAt(port, "nodePort");
  const node = nodePort > 0 ? `:${String(nodePort)}` : "";
  return `${String(numberAt(port, "port"))}${node}/${textAt(port, "protocol")}`;
}

export const ingressHosts: Cell = (ingress) => {
  const rules = listAt(ingress, "spec.rules");
  const hosts = rules.map((rule) => textAt(rule, "host")).filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  // As the real server counts: what is more is told of rules, with hosts or without.
  const last = hosts[2] === undefined ? -1 : rules.findIndex((rule) => textAt(rule, "host") === hosts[2]);
  const isMore = last >= 0 && last < rules.length - 1;
  const shown = hosts.slice(0, 3).join(",");
  return isMore ? `${shown} + ${String(rules.length - 3)} more...` : shown;
};

export const ingressPorts: Cell = (ingress) => (listAt(ingress, "spec.tls").length > 0 ? "80, 443" : "80");

/** A name, marked where the class is the default one. */
export const className =
  (...annotations: string[]): Cell =>
  (object) => {
    const isDefault = annotations.some((name) => annotation(object, name) === "true");
    return `${textAt(object, "metadata.name")}${isDefault ? " (default)" : ""}`;
  };

export const ingressParameters: Cell = (ingressClass) => {
  const parameters = valueAt(ingressClass, "spec.parameters");
  if (parameters === undefined) return "<none>";
  const group = getKey(parameters, "apiGroup");
  const kind = textAt(parameters, "kind");
  return `${typeof group === "string" ? `${kind}.${group}` : kind}/${textAt(parameters, "name")}`;
};

export const endpointAddresses: Cell = (endpoints) => {
  const subsets = listAt(endpoints, "subsets");
  if (subsets.length === 0) return "<none>";
  return firstOf(subsets.flatMap(subsetAddresses), 3);
};

function subsetAddresses(subset: Json): string[] {
  const ips = listAt(subset, "addresses").map((address) => textAt(address, "ip"));
  const ports = listAt(subset, "ports");
  if (ports.length === 0) return ips;
  return ports.flatMap((port) => ips.map((ip) => hostPort(ip, String(numberAt(port, "port")))));
}

function hostPort(ip: string, port: string): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

export const slicePorts: Cell = (slice) =>
  firstOf(
    listAt(slice, "ports").map((port) => scalarText(getKey(port, "port") ?? getKey(port, "name") ?? "*")),
    3,
  ) || "<unset>";

export const sliceEndpoints: Cell = (slice) =>
  firstOf(
    listAt(slice, "endpoints").flatMap((endpoint) => listAt(endpoint, "addresses").map(String)),
    3,
  ) || "<unset>";

export const parentReference: Cell = (address) => {
  const parent = valueAt(address, "spec.parentRef");
  if (parent === undefined) return "<none>";
  const [group, resource, namespace, name] = ["group", "resource", "namespace", "name"].map((field) =>
    textAt(parent, field),
  );
  const of = group === "" ? resource : `${resource ?? ""}.${group ?? ""}`;
  return [of?.toLowerCase(), ...(namespace === "" ? [] : [namespace]), name].join("/");
};
