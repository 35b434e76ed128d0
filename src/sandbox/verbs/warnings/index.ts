/**
 * What the server warns of, in objects that it takes: most of what it says about pods, Services and names.
 *
 * Source: kubernetes pkg/registry/.../strategy.go (`WarningsOnCreate`, `WarningsOnUpdate`), pkg/api/service/warnings.go.
 */
import type { KubeObject } from "../../../model.js";
import { dnsLabel } from "../../rules/formats.js";
import { at, isGiven, text, wholeOf, type Spot } from "../../rules/spot.js";
import { podWarnings } from "./pods.js";

/** Kinds with a template, and where it stands. Of some, the name becomes part of the names of pods. */
const templates: Readonly<Record<string, { path: readonly string[]; namesPods?: boolean }>> = {
  "deployments.apps": { path: ["spec", "template"], namesPods: true },
  "replicasets.apps": { path: ["spec", "template"], namesPods: true },
  "daemonsets.apps": { path: ["spec", "template"] },
  "statefulsets.apps": { path: ["spec", "template"] },
  "jobs.batch": { path: ["spec", "template"], namesPods: true },
  "cronjobs.batch": { path: ["spec", "jobTemplate", "spec", "template"], namesPods: true },
  replicationcontrollers: { path: ["spec", "template"], namesPods: true },
  podtemplates: { path: ["template"] },
};

/** Warnings about an object that is created, or changed: `live` is what it was. Writes of a status have none. */
export function objectWarnings(collection: string, object: KubeObject, live?: KubeObject): string[] {
  const whole = wholeOf(object);
  if (collection === "services") return serviceWarnings(whole);
  if (collection === "pods")
    return live === undefined ? [...nameWarnings(whole, "in the Pod's hostname"), ...podWarnings(whole)] : [];
  const template = Object.hasOwn(templates, collection) ? templates[collection] : undefined;
  if (template === undefined) return [];
  if (live !== undefined && generation(live) === generation(object)) return [];
  const names =
    live === undefined && template.namesPods === true
      ? nameWarnings(whole, "in Pod names and hostnames")
      : [];
  return [...names, ...podWarnings(at(whole, ...template.path))];
}

function generation(object: KubeObject): unknown {
  return at(wholeOf(object), "metadata", "generation").value;
}

function nameWarnings(object: Spot, where: string): string[] {
  const faults = dnsLabel(text(at(object, "metadata", "name")));
  if (faults.length === 0) return [];
  return [
    `metadata.name: this is used ${where}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(" ")}]`,
  ];
}

function serviceWarnings(service: Spot): string[] {
  const spec = at(service, "spec");
  const type = text(at(spec, "type"));
  const isHeadless = type === "ClusterIP" && text(at(spec, "clusterIP")) === "None";
  const [externalIPs, loadBalancerIP] = [
    isGiven(at(spec, "externalIPs")),
    isGiven(at(spec, "loadBalancerIP")),
  ];
  const hasAffinity = text(at(spec, "sessionAffinity")) !== "None";
  const told: [boolean, string][] = [
    [
      isGiven(at(service, "metadata", "annotations", "service.kubernetes.io/topology-aware-hints")),
      "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
    ],
    [isHeadless && loadBalancerIP, "spec.loadBalancerIP is ignored for headless services"],
    [isHeadless && externalIPs, "spec.externalIPs is ignored for headless services"],
    [isHeadless && hasAffinity, "spec.SessionAffinity is ignored for headless services"],
    [
      externalIPs && !isHeadless && type !== "ExternalName",
      "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    ],
    [type === "ExternalName" && externalIPs, 'spec.externalIPs is ignored when spec.type is "ExternalName"'],
    [
      type !== "ExternalName" && isGiven(at(spec, "externalName")),
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ],
    [
      text(at(spec, "trafficDistribution")) === "PreferClose",
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  ];
  return told.filter(([is]) => is).map(([, words]) => words);
}
