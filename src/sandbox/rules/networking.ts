/**
 * Ingresses, network policies, endpoints.
 *
 * Source: kubernetes pkg/apis/networking/validation/validation.go, pkg/apis/discovery/validation/validation.go,
 * pkg/apis/core/validation/validation.go (`ValidateEndpoints`).
 */
import { isIP } from "node:net";
import { portOrName, protocols } from "./containers.js";
import { dnsLabel, dnsSubdomain, wildcardSubdomain } from "./formats.js";
import { selectorRules } from "./metadata.js";
import { badIP } from "./services.js";
import {
  at,
  duplicate,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  needed,
  oneOf,
  port,
  required,
  text,
  type Spot,
} from "./spot.js";

export function ingressRules(object: Spot): void {
  const spec = at(object, "spec");
  const backend = at(spec, "defaultBackend");
  if (!isGiven(at(spec, "rules")) && !isThere(backend))
    invalid(spec, "either `defaultBackend` or `rules` must be specified", null);
  if (isThere(backend)) backendRules(backend);
  for (const rule of items(at(spec, "rules"))) {
    hostRules(at(rule, "host"));
    const http = at(rule, "http");
    if (!isThere(http)) continue;
    if (!isGiven(at(http, "paths"))) required(at(http, "paths"));
    for (const path of items(at(http, "paths"))) pathRules(path);
  }
  for (const tls of items(at(spec, "tls")))
    for (const host of items(at(tls, "hosts")))
      format(host, text(host).includes("*") ? wildcardSubdomain : dnsSubdomain);
  if (isThere(at(spec, "ingressClassName"))) format(at(spec, "ingressClassName"), dnsSubdomain);
}

function hostRules(host: Spot): void {
  const name = text(host);
  if (name === "") return;
  if (isIP(name) !== 0) invalid(host, "must be a DNS name, not an IP address");
  else format(host, name.includes("*") ? wildcardSubdomain : dnsSubdomain);
}

const badSequences = ["//", "/./", "/../", "%2f", "%2F"];

function pathRules(path: Spot): void {
  const [type, given] = [at(path, "pathType"), at(path, "path")];
  if (!isThere(type)) required(type, "pathType must be specified");
  switch (text(type)) {
    case "Exact":
    case "Prefix":
      if (!text(given).startsWith("/")) invalid(given, "must be an absolute path", text(given));
      for (const sequence of badSequences)
        if (text(given).includes(sequence)) invalid(given, `must not contain '${sequence}'`);
      for (const end of ["/..", "/."])
        if (text(given).endsWith(end)) invalid(given, `cannot end with '${end}'`);
      break;
    case "ImplementationSpecific":
      if (text(given) !== "" && !text(given).startsWith("/")) invalid(given, "must be an absolute path");
      break;
    default:
      oneOf(type, ["Exact", "ImplementationSpecific", "Prefix"]);
  }
  backendRules(at(path, "backend"));
}

function backendRules(backend: Spot): void {
  const [service, resource] = [at(backend, "service"), at(backend, "resource")];
  if (!isThere(service) && !isThere(resource)) {
    invalid(backend, "resource or service backend is required", "");
    return;
  }
  if (isThere(service) && isThere(resource)) {
    invalid(backend, "cannot set both resource and service backends", "");
    return;
  }
  if (!isThere(service)) return;
  const name = at(service, "name");
  if (text(name) === "") required(name);
  else format(name, dnsLabel);
  const [portName, number] = [at(service, "port", "name"), at(service, "port", "number")];
  if (text(portName) !== "" && isGiven(number))
    invalid(backend, "cannot set both port name & port number", "");
  else if (text(portName) !== "") portOrName(portName);
  else if (isGiven(number)) port(number);
  else required(backend, "port name or number is required");
}

export function ingressClassRules(object: Spot): void {
  const controller = at(object, "spec", "controller");
  const given = text(controller);
  if (given === "") {
    required(controller);
    return;
  }
  const [host = "", ...rest] = given.split("/");
  if (host === "" || rest.join("/") === "") {
    invalid(controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
    return;
  }
  format(controller, () => dnsSubdomain(host), host);
}

export function networkPolicyRules(object: Spot): void {
  const spec = at(object, "spec");
  selectorRules(at(spec, "podSelector"));
  for (const [list, peers] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    for (const rule of items(at(spec, list))) {
      for (const item of items(at(rule, "ports"))) policyPort(item);
      for (const peer of items(at(rule, peers))) peerRules(peer);
    }
  }
  const types = at(spec, "policyTypes");
  for (const type of items(types)) oneOf(type, ["Ingress", "Egress"]);
}

function policyPort(item: Spot): void {
  oneOf(at(item, "protocol"), protocols);
  if (isThere(at(item, "port"))) portOrName(at(item, "port"));
  else if (isThere(at(item, "endPort")))
    required(at(item, "port"), "must be specified when `endPort` is specified");
}

function peerRules(peer: Spot): void {
  const given = ["podSelector", "namespaceSelector", "ipBlock"].map((name) => at(peer, name)).filter(isThere);
  for (const name of ["podSelector", "namespaceSelector"]) selectorRules(at(peer, name));
  const block = at(peer, "ipBlock");
  if (isThere(block)) {
    cidr(at(block, "cidr"));
    for (const except of items(at(block, "except"))) cidr(except);
  }
  if (given.length === 0) required(peer, "must specify a peer");
  if (isThere(block) && given.length > 1) forbidden(peer, "may not specify both ipBlock and another peer");
}

function cidr(spot: Spot): void {
  const [address = "", bits = "", ...rest] = text(spot).split("/");
  if (text(spot) === "") {
    required(spot);
    return;
  }
  const family = isIP(address);
  const isRange =
    family !== 0 && rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (!isRange) invalid(spot, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

export function sliceRules(object: Spot): void {
  needed(at(object, "addressType"), ["FQDN", "IPv4", "IPv6"]);
  const names = new Set<string>();
  for (const item of items(at(object, "ports"))) {
    const name = at(item, "name");
    if (names.has(text(name))) duplicate(name);
    names.add(text(name));
    oneOf(at(item, "protocol"), protocols);
  }
  for (const endpoint of items(at(object, "endpoints"))) {
    const addresses = at(endpoint, "addresses");
    if (!isGiven(addresses)) required(addresses, "must contain at least 1 address");
    if (text(at(object, "addressType")) === "FQDN") continue;
    for (const address of items(addresses)) if (isIP(text(address)) === 0) invalid(address, badIP);
  }
}

export function endpointsRules(object: Spot): void {
  for (const subset of items(at(object, "subsets"))) {
    const lists = [at(subset, "addresses"), at(subset, "notReadyAddresses")];
    if (!lists.some(isGiven)) required(subset, "must specify `addresses` or `notReadyAddresses`");
    for (const address of lists.flatMap(items)) {
      const ip = at(address, "ip");
      if (isIP(text(ip)) !== 0) continue;
      invalid(ip, badIP);
      invalid(ip, "must be a valid IP address");
    }
    for (const item of items(at(subset, "ports"))) {
      port(at(item, "port"));
      needed(at(item, "protocol"), protocols);
    }
  }
}
