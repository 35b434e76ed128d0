/**
 * What is refused of a status that is written.
 *
 * Source: kubernetes pkg/apis/apps/validation/validation.go (`ValidateDeploymentStatus`), pkg/apis/core/validation
 * (`ValidateLoadBalancerStatus`).
 */
import { isIP } from "node:net";
import { dnsSubdomain } from "./formats.js";
import { badIP } from "./services.js";
import {
  at,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  natural,
  number,
  oneOf,
  required,
  text,
  type Spot,
} from "./spot.js";

export function deploymentStatusRules(deployment: Spot): void {
  const status = at(deployment, "status");
  const counts = ["updatedReplicas", "readyReplicas", "availableReplicas"];
  for (const name of [
    "observedGeneration",
    "replicas",
    ...counts,
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
  ])
    natural(at(status, name));
  const count = (name: string): number => number(at(status, name)) ?? 0;
  for (const name of counts)
    if (count(name) > count("replicas"))
      invalid(at(status, name), "cannot be greater than status.replicas", count(name));
  if (count("availableReplicas") > count("readyReplicas"))
    invalid(at(status, "availableReplicas"), "cannot be greater than readyReplicas");
}

export function serviceStatusRules(service: Spot): void {
  const ingress = at(service, "status", "loadBalancer", "ingress");
  if (text(at(service, "spec", "type")) !== "LoadBalancer" && isGiven(ingress)) {
    forbidden(ingress, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  for (const point of items(ingress)) ingressPointRules(point);
}

function ingressPointRules(point: Spot): void {
  const [ip, mode, name] = [at(point, "ip"), at(point, "ipMode"), at(point, "hostname")] as const;
  if (text(ip) !== "" && isIP(text(ip)) === 0) invalid(ip, badIP);
  if (isThere(mode)) {
    if (text(ip) === "") forbidden(mode, "may not be specified when `ip` is not set");
    else oneOf(mode, ["Proxy", "VIP"]);
  } else if (text(ip) !== "") required(mode, "must be specified when `ip` is set");
  if (text(name) === "") return;
  format(name, dnsSubdomain);
  if (isIP(text(name)) !== 0) invalid(name, "must be a DNS name, not an IP address");
}
