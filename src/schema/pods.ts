/** Rules between the fields of workloads and Services, for the mistakes that are made most. */
import { getKey, getPath, isObject, type Json } from "../json.js";
import type { Manifest, Path, Problem } from "../model.js";
import { quote } from "./describe.js";
import { problemAt } from "./explain.js";
import { labelFault } from "./names.js";
import { nearest } from "../words.js";

/** Problems of a pod template (or a Pod) that stands at a path: containers, their mounts and ports. */
export function podProblems(manifest: Manifest, path: Path): Problem[] {
  const spec = getPath(manifest.body, [...path, "spec"]);
  const volumes = namesOf(getKey(spec, "volumes"));
  const claims =
    manifest.ref.kind === "StatefulSet" ? getPath(manifest.body, ["spec", "volumeClaimTemplates"]) : null;
  const known = [
    ...volumes,
    ...namesOf(Array.isArray(claims) ? claims.map((claim) => getKey(claim, "metadata") ?? null) : []),
  ];
  return ["initContainers", "containers"].flatMap((list) => {
    const containers = getKey(spec, list);
    if (!Array.isArray(containers)) return [];
    return containers.flatMap((container, index) => {
      const at = [...path, "spec", list, index];
      return [
        ...containerName(manifest, at, container),
        ...mounts(manifest, at, container, known),
        ...ports(manifest, at, container),
      ];
    });
  });
}

function namesOf(list: Json | undefined): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((item) => getKey(item, "name")).filter((name) => typeof name === "string");
}

function containerName(manifest: Manifest, path: Path, container: Json): Problem[] {
  const name = getKey(container, "name");
  if (typeof name !== "string") return [];
  const fault = name === "" ? "must not be empty" : labelFault(name);
  if (fault === undefined) return [];
  return [problemAt(manifest, [...path, "name"], "bad-value", `the container name ${quote(name)} ${fault}`)];
}

function mounts(manifest: Manifest, path: Path, container: Json, volumes: string[]): Problem[] {
  const list = getKey(container, "volumeMounts");
  if (!Array.isArray(list)) return [];
  return list.flatMap((mount, index) => {
    const name = getKey(mount, "name");
    if (typeof name !== "string" || volumes.includes(name)) return [];
    const near = nearest(name, volumes);
    const hint = near === undefined ? "add it under volumes" : `did you mean "${near}"?`;
    const at = [...path, "volumeMounts", index, "name"];
    return [problemAt(manifest, at, "bad-value", `there is no volume ${quote(name)} in this pod`, hint)];
  });
}

function ports(manifest: Manifest, path: Path, container: Json): Problem[] {
  const list = getKey(container, "ports");
  const own = Array.isArray(list)
    ? list.flatMap((port, index) =>
        portNumber(manifest, [...path, "ports", index, "containerPort"], getKey(port, "containerPort")),
      )
    : [];
  const handlers: Path[] = ["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => [probe]);
  handlers.push(["lifecycle", "postStart"], ["lifecycle", "preStop"]);
  const references = handlers.flatMap((handler) =>
    ["httpGet", "tcpSocket"].flatMap((way) => {
      const at = [...path, ...handler, way, "port"];
      return portReference(manifest, at, getPath(manifest.body, at));
    }),
  );
  return [...own, ...references];
}

function portNumber(manifest: Manifest, path: Path, value: Json | undefined): Problem[] {
  if (typeof value !== "number" || !Number.isInteger(value) || (value >= 1 && value <= 65535)) return [];
  return [problemAt(manifest, path, "bad-value", `${value} is not a port: expected 1 to 65535`)];
}

/** A port by number or by name: digits in quotes are neither. */
function portReference(manifest: Manifest, path: Path, value: Json | undefined): Problem[] {
  if (typeof value !== "string" || !/^\d+$/.test(value)) return portNumber(manifest, path, value);
  const message = `expected a port's number or name, found the string ${quote(value)}`;
  return [problemAt(manifest, path, "wrong-type", message, "remove the quotes")];
}

/** The ports of a Service. */
export function servicePortProblems(manifest: Manifest): Problem[] {
  const list = getPath(manifest.body, ["spec", "ports"]);
  if (!Array.isArray(list)) return [];
  return list.flatMap((port, index) => {
    const at = ["spec", "ports", index];
    return [
      ...portNumber(manifest, [...at, "port"], getKey(port, "port")),
      ...(getPath(manifest.body, ["spec", "type"]) === "ExternalName"
        ? []
        : portReference(manifest, [...at, "targetPort"], getKey(port, "targetPort"))),
    ];
  });
}

/** A workload whose selector does not select its own pods. */
export function selectorProblems(manifest: Manifest): Problem[] {
  const selected = getPath(manifest.body, ["spec", "selector", "matchLabels"]);
  const labels = getPath(manifest.body, ["spec", "template", "metadata", "labels"]);
  if (!isObject(selected)) return [];
  return Object.entries(selected).flatMap(([key, value]) => {
    const own = getKey(labels, key);
    if (own === value || typeof value !== "string") return [];
    const at = ["spec", "selector", "matchLabels", key];
    const has = typeof own === "string" ? `has ${key}: ${quote(own)}` : `has no label ${quote(key)}`;
    const message = `the selector asks for ${key}: ${quote(value)}, and the template ${has}`;
    return [
      problemAt(manifest, at, "bad-value", message, "give spec.template.metadata.labels the same label"),
    ];
  });
}
