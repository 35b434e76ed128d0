/**
 * Addresses and ports of Services: what is kept from before, what goes with another type, what is allocated.
 * One family: IPv4, from the range that kubeadm and others use.
 *
 * Source: kubernetes pkg/registry/core/service/strategy.go (`dropTypeDependentFields`), storage/storage.go
 * (`patchAllocatedValues`), storage/alloc.go; pkg/apis/core/service.go (`NormalizeClusterIPs`).
 */
import { equalJson, getKey, isObject, type Json, type JsonObject } from "../../json.js";
import type { DefaultsContext, Prepare } from "./context.js";
import { omit } from "./omit.js";

/** 10.96.0.0/12, but for its first address, which is the API server's. */
const firstIP = (10 << 24) + (96 << 16);
const countIPs = 2 ** 20;
const firstPort = 30000;
const lastPort = 32767;
const leftPorts = 86;

export const prepareService: Prepare = (service, context) => {
  const given = service["spec"];
  if (!isObject(given)) return service;
  const live = getKey(context.live, "spec");
  const before = isObject(live) ? live : undefined;
  const spec: JsonObject = { ...given };
  if (before !== undefined) {
    keepAllocated(spec, before);
    dropForType(spec, before);
  }
  if (spec["type"] === "ExternalName") delete spec["internalTrafficPolicy"];
  normalizeIPs(spec, before);
  setFamilies(spec, before);
  allocateIP(spec, context);
  allocatePorts(spec, context);
  for (const key of Object.keys(spec)) if (spec[key] === undefined) Reflect.deleteProperty(spec, key);
  const settled = equalJson(spec, given) ? service : { ...service, spec };
  return withoutBalancer(settled, context.live);
};

/** What a load balancer said goes with it; a status that is written now is judged instead. */
function withoutBalancer(service: JsonObject, live: Json | undefined): JsonObject {
  const { status } = service;
  if (getKey(service["spec"], "type") === "LoadBalancer" || !isObject(status)) return service;
  if (isNone(getKey(status["loadBalancer"], "ingress")) || !equalJson(status, getKey(live, "status") ?? null))
    return service;
  return { ...service, status: { ...status, loadBalancer: {} } };
}

const hasIP = (spec: JsonObject): boolean => spec["type"] !== "ExternalName";
const hasNodePorts = (spec: JsonObject): boolean =>
  spec["type"] === "NodePort" || spec["type"] === "LoadBalancer";
const hasHealthPort = (spec: JsonObject): boolean =>
  spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local";
const isHeadless = (spec: JsonObject): boolean => spec["clusterIP"] === "None";

function portsOf(spec: JsonObject): JsonObject[] {
  return Array.isArray(spec["ports"]) ? spec["ports"].filter(isObject) : [];
}

function nodePortsOf(spec: JsonObject): Set<Json> {
  return new Set(portsOf(spec).flatMap(({ nodePort }) => (isNone(nodePort) ? [] : [nodePort as Json])));
}

function isNone(value: Json | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** What a PUT leaves out stays as it was allocated. */
function keepAllocated(spec: JsonObject, before: JsonObject): void {
  const keep = (field: string): void => {
    if (isNone(spec[field]) && !isNone(before[field])) spec[field] = before[field] ?? null;
  };
  if (hasIP(spec) && hasIP(before)) ["clusterIP", "clusterIPs"].forEach(keep);
  if (hasHealthPort(spec) && hasHealthPort(before)) keep("healthCheckNodePort");
  if (!hasNodePorts(spec) || !hasNodePorts(before)) return;
  const now = nodePortsOf(spec);
  const byName = new Map(portsOf(before).map((port) => [port["name"], port["nodePort"]]));
  spec["ports"] = portsOf(spec).map((port) => {
    const old = byName.get(port["name"]);
    return isNone(port["nodePort"]) && old !== undefined && !now.has(old) ? { ...port, nodePort: old } : port;
  });
}

/** What the old type had and the new one can't have goes, unless it was changed at the same time. */
function dropForType(spec: JsonObject, before: JsonObject): void {
  const drop = (needs: (spec: JsonObject) => boolean, ...fields: string[]): void => {
    if (!needs(before) || needs(spec)) return;
    if (fields.every((field) => equalJson(spec[field], before[field])))
      for (const field of fields) Reflect.deleteProperty(spec, field);
  };
  drop(hasIP, "clusterIP", "clusterIPs");
  drop(hasIP, "ipFamilies");
  drop(hasIP, "ipFamilyPolicy");
  drop(hasHealthPort, "healthCheckNodePort");
  const balanced = ({ type }: JsonObject): boolean => type === "LoadBalancer";
  drop(balanced, "allocateLoadBalancerNodePorts");
  drop(balanced, "loadBalancerClass");
  drop((given) => hasNodePorts(given) || !isNone(given["externalIPs"]), "externalTrafficPolicy");
  if (!hasNodePorts(before) || hasNodePorts(spec)) return;
  const old = nodePortsOf(before);
  if (![...nodePortsOf(spec)].every((port) => old.has(port))) return;
  spec["ports"] = portsOf(spec).map((port) => omit(port, "nodePort"));
}

/** The one address and the list of addresses say the same. */
function normalizeIPs(spec: JsonObject, before: JsonObject | undefined): void {
  const { clusterIP: ip, clusterIPs: ips } = spec;
  if (before === undefined) {
    if (!isNone(ip) && isNone(ips)) spec["clusterIPs"] = [ip ?? null];
    return;
  }
  if (equalJson(ip, before["clusterIP"])) return;
  if (isNone(ip) && equalJson(ips, before["clusterIPs"])) delete spec["clusterIPs"];
  else if (!isNone(ip) && (isNone(before["clusterIP"]) || equalJson(ips, before["clusterIPs"])))
    spec["clusterIPs"] = isNone(ips) || equalJson(ips, before["clusterIPs"]) ? [ip ?? null] : (ips ?? null);
}

function setFamilies(spec: JsonObject, before: JsonObject | undefined): void {
  if (!hasIP(spec)) return;
  const alone = isHeadless(spec) && isNone(spec["selector"]);
  if ((spec["ipFamilyPolicy"] ?? null) === null) {
    const old = before?.["ipFamilyPolicy"];
    spec["ipFamilyPolicy"] = isNone(old) ? (alone ? "RequireDualStack" : "SingleStack") : (old ?? null);
  }
  const known = before?.["ipFamilies"];
  const given = isNone(spec["ipFamilies"]) ? undefined : spec["ipFamilies"];
  // Two families are not to be had here: it is refused as it was sent.
  if (given === undefined && !alone && spec["ipFamilyPolicy"] === "RequireDualStack") return;
  if (given === undefined) spec["ipFamilies"] = ["IPv4"];
  const families = spec["ipFamilies"];
  // To ask for one family, and to change nothing else, is to give up the second.
  if (spec["ipFamilyPolicy"] === "SingleStack" && Array.isArray(known) && equalJson(families, known))
    spec["ipFamilies"] = known.slice(0, 1);
  const isReduced = Array.isArray(given) && Array.isArray(known) && given.length < known.length;
  if (isReduced) return;
  if (!alone || spec["ipFamilyPolicy"] === "SingleStack") return;
  if (Array.isArray(families) && families.length === 1)
    spec["ipFamilies"] = [...families, families[0] === "IPv4" ? "IPv6" : "IPv4"];
}

function allocateIP(spec: JsonObject, context: DefaultsContext): void {
  if (!hasIP(spec) || !isNone(spec["clusterIP"]) || !isNone(spec["clusterIPs"])) return;
  const taken = context.takenIPs();
  const start = hash(context.uid);
  for (let tried = 0; tried < countIPs; tried++) {
    const ip = address(firstIP + ((start + tried) % countIPs));
    if (taken.has(ip) || ip === "10.96.0.0" || ip === "10.96.0.1" || ip === "10.111.255.255") continue;
    spec["clusterIP"] = ip;
    spec["clusterIPs"] = [ip];
    return;
  }
}

function address(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >> bits) & 255).join(".");
}

/** Ports of one number and different protocols share a node port. */
function allocatePorts(spec: JsonObject, context: DefaultsContext): void {
  if (!hasNodePorts(spec)) return;
  const next = freePorts(context, nodePortsOf(spec));
  const isWanted = spec["type"] === "NodePort" || spec["allocateLoadBalancerNodePorts"] !== false;
  const byPort = new Map<Json | undefined, Json>();
  for (const { port, nodePort } of portsOf(spec))
    if (!isNone(nodePort) && !byPort.has(port)) byPort.set(port, nodePort ?? null);
  if (isWanted && portsOf(spec).some(({ nodePort }) => isNone(nodePort))) {
    spec["ports"] = portsOf(spec).map((port) => {
      if (!isNone(port["nodePort"])) return port;
      // Of one that is new, ports of one number have one node port, as of DNS.
      const nodePort = (context.create ? byPort.get(port["port"]) : undefined) ?? next();
      byPort.set(port["port"], nodePort);
      return { ...port, nodePort };
    });
  }
  if (hasHealthPort(spec) && isNone(spec["healthCheckNodePort"])) spec["healthCheckNodePort"] = next();
}

/** Ports that nobody has. The first ones are left, as long as that can be, to those who ask for one (KEP-3668). */
function freePorts({ takenPorts, uid }: DefaultsContext, own: ReadonlySet<Json>): () => number {
  const taken = new Set<Json>([...takenPorts(), ...own]);
  const drawn = lastPort - firstPort + 1 - leftPorts;
  const start = hash(uid) % drawn;
  let tried = 0;
  return () => {
    for (; tried < drawn + leftPorts; tried++) {
      const port = firstPort + (tried < drawn ? leftPorts + ((start + tried) % drawn) : tried - drawn);
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
    return 0;
  };
}

/** Spreads Services over the range, the same way each time for the same UID (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value % countIPs;
}
