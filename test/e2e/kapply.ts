/** The built command line, run as a user would. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Cluster } from "../cluster/client.js";
import { run } from "../cluster/run.js";
import type { RunResult } from "../cluster/run.js";
import { binary } from "../cluster/sandbox.js";

export { binary };

export interface KapplyOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** Runs kapply against a cluster as its administrator, in an environment that holds nothing else. */
export function kapply(
  cluster: Cluster,
  args: readonly string[],
  options: KapplyOptions = {},
): Promise<RunResult> {
  const env = {
    PATH: process.env["PATH"],
    HOME: cluster.dir,
    KUBECONFIG: cluster.kubeconfig,
    ...options.env,
  };
  return run(process.execPath, [binary, ...args], { env, input: options.input, cwd: options.cwd });
}

/** Writes files by name into a fresh folder and gives its path. */
export function folder(cluster: Cluster, files: Record<string, string>): string {
  const dir = mkdtempSync(path.join(cluster.dir, "set-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

/** A ConfigMap as YAML. */
export function configMap(name: string, data: Record<string, string>): string {
  const rows = Object.entries(data).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return ["apiVersion: v1", "kind: ConfigMap", "metadata:", `  name: ${name}`, "data:", ...rows, ""].join(
    "\n",
  );
}

/** A CRD of one namespaced kind and version, `v1`, as YAML; `spec` is the schema of its objects' spec. */
export function crd(group: string, kind: string, spec: string): string {
  const singular = kind.toLowerCase();
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${singular}s.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: ${kind}, plural: ${singular}s, singular: ${singular} }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: ${spec} } } }
`;
}
