/** Rules of single kinds, and of every object, that no schema holds. */
import { getKey, getPath, isObject, type Json } from "../json.js";
import type { Manifest, Path, Problem } from "../model.js";
import { quote } from "./describe.js";
import { problemAt } from "./explain.js";
import { looksUnrendered, templateAdvice } from "./unrendered.js";
import { annotationProblems, labelProblems } from "./metadata.js";
import { dataKeyFault } from "./names.js";
import { crdProblems } from "./crds.js";
import { podProblems, selectorProblems, servicePortProblems } from "./pods.js";

/** What etcd takes in one request by default (`--max-request-bytes`). */
const mostObjectBytes = 1.5 * 1024 * 1024;
/** `MaxSecretSize` of kubernetes pkg/apis/core, also the limit of a ConfigMap. */
const mostDataBytes = 1024 * 1024;

/** Where pod templates stand, by kind. */
const templates = new Map<string, Path>([
  ["apps/v1 Deployment", ["spec", "template"]],
  ["apps/v1 StatefulSet", ["spec", "template"]],
  ["apps/v1 DaemonSet", ["spec", "template"]],
  ["apps/v1 ReplicaSet", ["spec", "template"]],
  ["v1 ReplicationController", ["spec", "template"]],
  ["batch/v1 Job", ["spec", "template"]],
  ["batch/v1 CronJob", ["spec", "jobTemplate", "spec", "template"]],
]);

const nameOf = ({ ref }: Manifest): string => `${ref.apiVersion} ${ref.kind}`;

/** Problems of the content of a built-in kind. */
export function contentProblems(manifest: Manifest): Problem[] {
  const kind = nameOf(manifest);
  return [
    ...(kind === "v1 ConfigMap" ? dataProblems(manifest, ["data", "binaryData"]) : []),
    ...(kind === "v1 Secret" ? dataProblems(manifest, ["data", "stringData"]) : []),
    ...(kind === "v1 Service" ? servicePortProblems(manifest) : []),
    ...(kind.startsWith("apps/v1 ") ? selectorProblems(manifest) : []),
    ...templateProblems(manifest, kind === "v1 Pod" ? [] : templates.get(kind)),
    ...(manifest.ref.kind === "CustomResourceDefinition" ? crdProblems(manifest) : []),
  ];
}

function dataProblems(manifest: Manifest, maps: string[]): Problem[] {
  const problems: Problem[] = [];
  let bytes = 0;
  for (const map of maps) {
    const data = getKey(manifest.body, map);
    for (const [key, value] of Object.entries(isObject(data) ? data : {})) {
      const fault = dataKeyFault(key);
      if (fault !== undefined)
        problems.push(problemAt(manifest, [map, key], "bad-value", `the key ${quote(key)} ${fault}`));
      if (typeof value === "string")
        bytes += decodedBytes(value, manifest.ref.kind === "Secret" ? map === "data" : map !== "data");
    }
  }
  const [first = "data"] = maps;
  if (bytes > mostDataBytes) {
    const message = `the data of a ${manifest.ref.kind} may have ${mostDataBytes} bytes in all, and has ${bytes}`;
    problems.push(problemAt(manifest, [first], "too-large", message));
  }
  return [...problems, ...(manifest.ref.kind === "ConfigMap" ? sharedKeys(manifest) : [])];
}

function decodedBytes(value: string, base64: boolean): number {
  return base64 ? Buffer.byteLength(value, "base64") : Buffer.byteLength(value);
}

function sharedKeys(manifest: Manifest): Problem[] {
  const binary = getKey(manifest.body, "binaryData");
  if (!isObject(binary)) return [];
  const data = getKey(manifest.body, "data");
  return Object.keys(binary)
    .filter((key) => getKey(data, key) !== undefined)
    .map((key) =>
      problemAt(manifest, ["binaryData", key], "bad-value", `the key ${quote(key)} is also in data`),
    );
}

function templateProblems(manifest: Manifest, path: Path | undefined): Problem[] {
  if (path === undefined) return [];
  const metadata = [...path, "metadata"];
  return [
    ...podProblems(manifest, path),
    ...labelProblems(manifest, [...metadata, "labels"], getPath(manifest.body, [...metadata, "labels"])),
    ...annotationProblems(
      manifest,
      [...metadata, "annotations"],
      getPath(manifest.body, [...metadata, "annotations"]),
    ),
  ];
}

/** Whether an object is too large for etcd: by its texts alone, so never one that fits. */
export function sizeProblems(manifest: Manifest): Problem[] {
  const bytes = textBytes(manifest.body, nameOf(manifest) === "v1 Secret" ? 0.75 : 1);
  if (bytes <= mostObjectBytes) return [];
  const message = `the object has ${Math.round(bytes)} bytes, and the server's store takes ${mostObjectBytes}`;
  return [problemAt(manifest, [], "too-large", message, "split it")];
}

function textBytes(value: Json, weight: number): number {
  if (typeof value === "string") return Buffer.byteLength(value) * weight;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + textBytes(item, weight), 0);
}

/** What is accepted, and likely not meant. */
export function contentWarnings(manifest: Manifest): Problem[] {
  const warnings: Problem[] = [];
  const status = getKey(manifest.body, "status");
  if (isObject(status) && Object.keys(status).length > 0) {
    const message = "status is what the cluster reports: here it has no effect; remove it";
    warnings.push(problemAt(manifest, ["status"], "bad-metadata", message));
  }
  const kind = nameOf(manifest);
  const template = kind === "v1 Pod" ? [] : templates.get(kind);
  if (template === undefined) return warnings;
  for (const list of ["initContainers", "containers"]) {
    const path = [...template, "spec", list];
    const containers = getPath(manifest.body, path);
    if (!Array.isArray(containers)) continue;
    for (const [index, container] of containers.entries()) {
      const image = getKey(container, "image");
      if (typeof image !== "string" || !looksUnrendered(image)) continue;
      const message = `the image ${quote(image)} names no image`;
      warnings.push(problemAt(manifest, [...path, index, "image"], "bad-value", message, templateAdvice));
    }
  }
  return warnings;
}
