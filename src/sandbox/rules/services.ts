/**
 * Services.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`validateService`, `ValidateServiceUpdate`),
 * pkg/registry/core/service/storage/alloc.go (families, ranges).
 */
import { isIP } from "node:net";
import { equalJson, getKey, getPath, isObject, type Json } from "../../json.js";
import { portOrName, protocols } from "./containers.js";
import { dnsLabel, dnsSubdomain, labelKey } from "./formats.js";
import { serverError } from "../status.js";
import { labelRules } from "./metadata.js";
import {
  at,
  complete,
  duplicate,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  needed,
  number,
  oneOf,
  port,
  required,
  text,
  type Spot,
} from "./spot.js";

/** The range that node ports are taken from (`--service-node-port-range`). */
const nodePorts = { first: 30000, last: 32767 };

export const badIP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/** What other Services have. */
export interface Taken {
  takenIPs: () => ReadonlySet<string>;
  takenPorts: () => ReadonlySet<number>;
  /** Nothing is allocated: any port that is free will do, in the range or not. */
  dryRun?: boolean;
}

export function serviceRules(object: Spot, live?: Json, taken?: Taken): void {
  const spec = at(object, "spec");
  // Addresses and ports are allocated before a Service is judged: what can't be had is all that is said.
  const before = spec.found.length;
  allocationRules(spec, live, taken);
  if (live === undefined && taken?.dryRun === false) namelessRules(object);
  if (spec.found.length > before) {
    complete.add(spec.found);
    return;
  }
  const type = text(at(spec, "type"));
  const isHeadless = text(at(spec, "clusterIP")) === "None";
  const ports = at(spec, "ports");
  if (!isGiven(ports) && !isHeadless && type !== "ExternalName") required(ports);
  if (isHeadless && (type === "NodePort" || type === "LoadBalancer"))
    invalid(first(at(spec, "clusterIPs")), `may not be set to 'None' for ${type} services`);
  if (type === "ExternalName") nameRules(spec);
  portRules(ports);
  labelRules(at(spec, "selector"));
  needed(at(spec, "sessionAffinity"), ["ClientIP", "None"]);
  const timeout = at(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds");
  const seconds = number(timeout);
  if (seconds !== undefined && (seconds <= 0 || seconds > 86400))
    invalid(timeout, "must be greater than 0 and less than 86400");
  if (type !== "ExternalName") addressRules(spec, live);
  for (const ip of items(at(spec, "externalIPs"))) if (isIP(text(ip)) === 0) invalid(ip, badIP);
  needed(at(spec, "type"), ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
  nodePortRules(spec, type);
  if (type !== "LoadBalancer") balancerRules(spec);
  else if (isThere(at(spec, "loadBalancerClass"))) format(at(spec, "loadBalancerClass"), labelKey);
  trafficRules(spec, type);
}

const first = (list: Spot): Spot => items(list)[0] ?? { ...list, value: "None", path: `${list.path}[0]` };

function nameRules(spec: Spot): void {
  if (isGiven(at(spec, "clusterIPs")))
    forbidden(at(spec, "clusterIPs"), "may not be set for ExternalName services");
  for (const field of ["ipFamilies", "ipFamilyPolicy"])
    if (isGiven(at(spec, field))) forbidden(at(spec, field), "may not be set for ExternalName services");
  const name = at(spec, "externalName");
  const plain = text(name).replace(/\.$/, "");
  if (plain === "") required(name);
  else format(name, dnsSubdomain, plain);
}

function portRules(ports: Spot): void {
  const list = items(ports);
  const names = new Set<string>();
  const taken = new Set<string>();
  for (const item of list) {
    const name = at(item, "name");
    if (text(name) !== "") {
      format(name, dnsLabel);
      if (names.has(text(name))) duplicate(name);
      names.add(text(name));
    } else if (list.length > 1) required(name);
    port(at(item, "port"));
    needed(at(item, "protocol"), protocols);
    portOrName(at(item, "targetPort"));
    if (isThere(at(item, "appProtocol"))) format(at(item, "appProtocol"), labelKey);
  }
  for (const item of list) {
    const [protocol, port] = [text(at(item, "protocol")), number(at(item, "port")) ?? 0];
    const shown = { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    if (taken.has(`${protocol} ${port}`)) duplicate(item, shown);
    taken.add(`${protocol} ${port}`);
  }
}

function nodePortRules(spec: Spot, type: string): void {
  const seen = new Set<string>();
  for (const item of items(at(spec, "ports"))) {
    const nodePort = at(item, "nodePort");
    if (!isGiven(nodePort)) continue;
    if (type === "ClusterIP") forbidden(nodePort, "may not be used when `type` is 'ClusterIP'");
    const used = `${text(at(item, "protocol"))} ${String(number(nodePort))}`;
    if (seen.has(used)) duplicate(nodePort);
    seen.add(used);
  }
}

function allocationRules(spec: Spot, live: Json | undefined, taken: Taken | undefined): void {
  const type = text(at(spec, "type"));
  if (type === "ExternalName") return;
  const found = spec.found.length;
  familyRules(spec, live);
  if (spec.found.length > found) return;
  const ip = text(at(spec, "clusterIP"));
  const isNew = getPath(live, ["spec", "clusterIP"]) !== ip;
  if (isIP(ip) !== 0 && isNew && taken?.takenIPs().has(ip) === true) {
    invalid(at(spec, "clusterIPs"), `failed to allocate IP ${ip}: provided IP is already allocated`);
    return;
  }
  if (type === "NodePort" || type === "LoadBalancer") portAllocation(spec, live, taken);
}

/** An address is held in the name of its Service. */
function namelessRules(object: Spot): void {
  const [ip, ips] = [at(object, "spec", "clusterIP"), at(object, "spec", "clusterIPs")];
  if (text(at(object, "metadata", "name")) !== "" || isIP(text(ip)) === 0) return;
  const why = `IPAddress.networking.k8s.io ${JSON.stringify(text(ip))} is invalid: spec.parentRef.name: Required value`;
  invalid(ips, `failed to allocate IP: ${why}`, [""]);
}

/** The first node port that can't be had. One port number of several protocols has one node port. */
function portAllocation(spec: Spot, live: Json | undefined, taken: Taken | undefined): void {
  const list = getPath(live, ["spec", "ports"]);
  const kept = new Set((Array.isArray(list) ? list : []).map((item) => getKey(item, "nodePort")));
  const others = taken?.takenPorts() ?? new Set();
  const byPort = new Map<number | undefined, number>();
  const own = new Set<number>();
  const told = new Set<string>();
  for (const item of items(at(spec, "ports"))) {
    const nodePort = at(item, "nodePort");
    const given = number(nodePort) ?? 0;
    const used = `${text(at(item, "protocol"))} ${given}`;
    // As ports of one name do, which all get the node port of the one that was there.
    if (live !== undefined && given !== 0 && told.has(used))
      throw serverError(`duplicate nodePort: {${used}}`);
    told.add(used);
    const portNumber = number(at(item, "port"));
    if (given === 0 || kept.has(given) || byPort.get(portNumber) === given) continue;
    if (taken?.dryRun !== true && (given < nodePorts.first || given > nodePorts.last)) {
      const range = `${nodePorts.first}-${nodePorts.last}`;
      invalid(nodePort, `provided port is not in the valid range. The range of valid ports is ${range}`);
      return;
    }
    if (own.has(given) || others.has(given)) {
      invalid(nodePort, "provided port is already allocated");
      return;
    }
    own.add(given);
    byPort.set(portNumber, given);
  }
}

function addressRules(spec: Spot, live: Json | undefined): void {
  const [ip, ips] = [at(spec, "clusterIP"), at(spec, "clusterIPs")];
  const list = items(ips);
  const [one] = list;
  if (text(ip) !== "" && one === undefined) required(ips);
  else if (text(ip) !== "" && one?.value !== ip.value) invalid(ips, "first value must match `clusterIP`");
  else if (text(ip) === "" && one !== undefined)
    invalid(ips, "must be empty when `clusterIP` is not specified");
  for (const [index, item] of list.entries())
    if (isIP(text(item)) === 0 && !(index === 0 && text(item) === "None")) invalid(item, badIP);
  if (list.length > 2) invalid(ips, "may only hold up to 2 values");
  const before = getPath(live, ["spec", "clusterIPs"]);
  if (!Array.isArray(before) || before.length === 0 || getPath(live, ["spec", "type"]) === "ExternalName")
    return;
  if (one === undefined)
    invalid({ ...ips, path: `${ips.path}[0]` }, "primary clusterIP can not be unset", ips.value);
  else if (!equalJson(before[0], one.value)) invalid(one, "may not change once set", ips.value);
}

function familyRules(spec: Spot, live: Json | undefined): void {
  const [families, policy] = [at(spec, "ipFamilies"), at(spec, "ipFamilyPolicy")];
  const found = spec.found.length;
  oneOf(policy, ["PreferDualStack", "RequireDualStack", "SingleStack"]);
  const seen = new Set<string>();
  for (const family of items(families)) {
    oneOf(family, ["IPv4", "IPv6"]);
    if (seen.has(text(family))) duplicate(family);
    seen.add(text(family));
  }
  if (spec.found.length > found) return;
  const [count, before] = [items(families).length, getPath(live, ["spec", "ipFamilies"])];
  if (text(policy) === "SingleStack") {
    if (count === 2)
      invalid(
        policy,
        "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
      );
  } else if (count > 0 && Array.isArray(before) && count < before.length)
    invalid(policy, "must be 'SingleStack' to release the secondary IP family");
  const isAlone = text(at(spec, "clusterIP")) === "None" && !isGiven(at(spec, "selector"));
  if (isAlone) return;
  if (text(policy) === "RequireDualStack")
    invalid(policy, "this cluster is not configured for dual-stack services");
  for (const family of items(families))
    if (text(family) === "IPv6") invalid(family, "not configured on this cluster");
}

function balancerRules(spec: Spot): void {
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (isGiven(at(spec, "loadBalancerSourceRanges"))) forbidden(at(spec, "LoadBalancerSourceRanges"), only);
  for (const field of ["allocateLoadBalancerNodePorts", "loadBalancerClass"])
    if (isThere(at(spec, field))) forbidden(at(spec, field), only);
}

function trafficRules(spec: Spot, type: string): void {
  const external = at(spec, "externalTrafficPolicy");
  const isExternal =
    type === "LoadBalancer" ||
    type === "NodePort" ||
    (type === "ClusterIP" && isGiven(at(spec, "externalIPs")));
  if (isExternal) needed(external, ["Cluster", "Local"]);
  else if (text(external) !== "") invalid(external, "may only be set for externally-accessible services");
  const health = at(spec, "healthCheckNodePort");
  const needsHealth = type === "LoadBalancer" && text(external) === "Local";
  if (!needsHealth && isGiven(health))
    invalid(health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  oneOf(at(spec, "internalTrafficPolicy"), ["Cluster", "Local"]);
}

/** What may not change of a Service beside its address. */
export function serviceUpdateRules(object: Spot, live: Json): void {
  const [spec, before] = [at(object, "spec"), getKey(live, "spec")];
  const balanced = (type: Json | undefined): boolean => type === "LoadBalancer";
  const kept = at(spec, "loadBalancerClass");
  if (!isObject(before) || !balanced(before["type"]) || !balanced(at(spec, "type").value)) return;
  if (!equalJson(kept.value, before["loadBalancerClass"])) invalid(kept, "may not change once set");
  const health = at(spec, "healthCheckNodePort");
  const isLocal = (policy: Json | undefined): boolean => policy === "Local";
  if (!isLocal(before["externalTrafficPolicy"]) || !isLocal(at(spec, "externalTrafficPolicy").value)) return;
  if (!equalJson(health.value, before["healthCheckNodePort"])) forbidden(health, "field is immutable");
}
