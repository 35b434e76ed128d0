/**
 * What was allocated to a Service and what is applied leaves out: it stays.
 *
 * Source: k8s.io/kubernetes, `pkg/registry/core/service/storage/storage.go` (`patchAllocatedValues`,
 * `defaultOnReadService`).
 */
import { isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";

/** The object with the addresses and node ports of the live one, where it has none and is to have some. */
export function withAllocated(object: KubeObject, live: KubeObject): KubeObject {
  const { apiVersion, kind, spec } = object;
  const before = live["spec"];
  if (kind !== "Service" || apiVersion !== "v1" || !isObject(spec) || !isObject(before)) return object;
  const kept: JsonObject = { ...spec };
  if (spec["type"] !== "ExternalName" && before["type"] !== "ExternalName") {
    for (const name of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) keep(kept, before, name);
  }
  if (hasNodePorts(spec) && hasNodePorts(before)) keepPorts(kept, before);
  return { ...object, spec: kept };
}

function keep(spec: JsonObject, before: JsonObject, name: string): void {
  const value = before[name];
  if (value !== undefined && isNone(spec[name])) spec[name] = value;
}

function isNone(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "" || value === 0;
}

function hasNodePorts({ type }: JsonObject): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

/** A port keeps the node port that one of its name had, unless another port asks for it. */
function keepPorts(spec: JsonObject, before: JsonObject): void {
  const ports = portsOf(spec);
  if (ports.length === 0) return;
  const asked = new Set(ports.map(({ nodePort }) => nodePort));
  const byName = new Map(portsOf(before).map(({ name, nodePort }) => [name, nodePort]));
  spec["ports"] = ports.map((port) => {
    const old = byName.get(port["name"]);
    return isNone(port["nodePort"]) && old !== undefined && !asked.has(old)
      ? { ...port, nodePort: old }
      : port;
  });
}

function portsOf({ ports }: JsonObject): JsonObject[] {
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}
