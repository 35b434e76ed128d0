/** The pods of the examples, run on this machine: their service account, mounts and environment, and nothing more. */
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Cluster } from "../cluster/client.js";
import type { RunResult } from "../cluster/run.js";
import { runInPod } from "../cluster/service-account.js";
import { binary, kapply } from "./kapply.js";

export const examples = path.resolve(import.meta.dirname, "../../examples");

interface Container {
  name: string;
  command?: string[];
  args?: string[];
  restartPolicy?: string;
  env?: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
}
export interface PodSpec {
  serviceAccountName: string;
  initContainers?: Container[];
  containers: Container[];
  volumes?: { name: string; configMap?: { name: string } }[];
}

/** Applies an example into a namespace of its own, whose name is given back. */
export async function appliedExample(cluster: Cluster, example: string): Promise<string> {
  const namespace = await cluster.freshNamespace("example");
  const done = await kapply(cluster, ["apply", "-n", namespace, "-f", path.join(examples, example)]);
  expect(done).toMatchObject({ status: 0 });
  return namespace;
}

export interface PodOptions {
  /** The pod's name, for `fieldRef`s of it. */
  name?: string;
  /** The container that is run; the first that calls `kapply` when left out. */
  container?: string;
  /** The commands that its images hold beside kapply, by name. */
  tools?: Record<string, string>;
}

/** Runs what a container of a pod runs, with the pod's sidecars beside, as the kubelet would. */
export async function runPod(
  cluster: Cluster,
  namespace: string,
  spec: PodSpec,
  { name: podName, container, tools = {} }: PodOptions = {},
): Promise<RunResult> {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const sidecars = containers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const [main] = containers.filter(({ name, command }) =>
    container === undefined ? command?.[0] === "kapply" : name === container,
  );
  if (main === undefined) throw new Error(`the pod has no container ${container ?? "that calls kapply"}`);
  const root = mkdtempSync(path.join(cluster.dir, "example-"));
  const words = [...(main.command ?? []), ...(main.args ?? [])];
  for (const { name, mountPath } of main.volumeMounts ?? []) {
    const source = spec.volumes?.find((volume) => volume.name === name)?.configMap?.name;
    // The service account's own mount, which admission adds to every pod, is runInPod's.
    if (source === undefined) continue;
    const dir = await layOut(cluster, namespace, source, root);
    // The machine has no such folder to mount on: the words that name it name the volume instead.
    words.forEach((word, at) => (words[at] = word.replaceAll(mountPath, dir)));
  }
  const quote = (list: string[]): string => list.map((word) => `'${word}'`).join(" ");
  const background = ({ command = [], args = [] }: Container): string =>
    `${quote([...command, ...args])} >/dev/null & trap "kill $!" EXIT`;
  const lines = [...sidecars.map(background), quote(words)];
  const bin = mkdtempSync(path.join(root, "bin-"));
  writeFileSync(path.join(bin, "kapply"), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`);
  chmodSync(path.join(bin, "kapply"), 0o755);
  for (const [name, file] of Object.entries(tools)) symlinkSync(file, path.join(bin, name));
  const fields: Record<string, string | undefined> = {
    "metadata.name": podName,
    "metadata.namespace": namespace,
  };
  const env = Object.fromEntries(
    (main.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      valueFrom === undefined ? value : fields[valueFrom.fieldRef.fieldPath],
    ]),
  );
  return runInPod(cluster, {
    namespace,
    serviceAccount: spec.serviceAccountName,
    command: "/bin/sh",
    args: ["-ec", lines.join("\n")],
    env: { ...env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
  });
}

/** A ConfigMap as the kubelet mounts it: the files are links into a dated folder. */
async function layOut(cluster: Cluster, namespace: string, name: string, root: string): Promise<string> {
  const { data } = await cluster.get<{ data: Record<string, string> }>(
    `/api/v1/namespaces/${namespace}/configmaps/${name}`,
  );
  const dir = mkdtempSync(path.join(root, "configmap-"));
  mkdirSync(path.join(dir, "..2026_01_01"));
  symlinkSync("..2026_01_01", path.join(dir, "..data"));
  for (const [key, text] of Object.entries(data)) {
    writeFileSync(path.join(dir, "..2026_01_01", key), text);
    symlinkSync(`..data/${key}`, path.join(dir, key));
  }
  return dir;
}
