/** Every example, run as its pods would run it: their service account, mounts and environment, and nothing more. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import type { RunResult } from "../cluster/run.js";
import { runInPod } from "../cluster/service-account.js";
import { binary, kapply } from "./kapply.js";

const cluster = testCluster();
const examples = path.resolve(import.meta.dirname, "../../examples");

interface Container {
  name: string;
  command?: string[];
  args?: string[];
  restartPolicy?: string;
  env?: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
}
interface PodSpec {
  serviceAccountName: string;
  initContainers?: Container[];
  containers: Container[];
  volumes: { name: string; configMap?: { name: string } }[];
}

async function applied(example: string): Promise<string> {
  const namespace = await cluster.freshNamespace("example");
  const done = await kapply(cluster, ["apply", "-n", namespace, "-f", path.join(examples, example)]);
  expect(done).toMatchObject({ status: 0 });
  return namespace;
}

/** Runs what the pod's containers named `kapply` run, with its sidecars beside, as the kubelet would. */
async function runPod(namespace: string, spec: PodSpec): Promise<RunResult> {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const sidecars = containers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const [main] = containers.filter(({ command }) => command?.[0] === "kapply");
  if (main === undefined) throw new Error("the pod runs no kapply");
  const root = mkdtempSync(path.join(cluster.dir, "example-"));
  const words = [...(main.command ?? []), ...(main.args ?? [])];
  for (const { name, mountPath } of main.volumeMounts ?? []) {
    const source = spec.volumes.find((volume) => volume.name === name)?.configMap?.name;
    // The service account's own mount, which admission adds to every pod, is runInPod's.
    if (source === undefined) continue;
    const dir = await layOut(namespace, source, root);
    // The machine has no such folder to mount on: the words that name it name the volume instead.
    words.forEach((word, at) => (words[at] = word.replaceAll(mountPath, dir)));
  }
  const quote = (list: string[]): string => list.map((word) => `'${word}'`).join(" ");
  const background = ({ command = [], args = [] }: Container): string =>
    `${quote([...command, ...args])} >/dev/null & trap "kill $!" EXIT`;
  const lines = [...sidecars.map(background), quote(words)];
  const tools = mkdtempSync(path.join(root, "bin-"));
  writeFileSync(path.join(tools, "kapply"), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`);
  chmodSync(path.join(tools, "kapply"), 0o755);
  symlinkSync(cluster.kubectlPath, path.join(tools, "kubectl"));
  const env = Object.fromEntries(
    (main.env ?? []).map(({ name, value, valueFrom }) => [name, valueFrom === undefined ? value : namespace]),
  );
  return runInPod(cluster, {
    namespace,
    serviceAccount: spec.serviceAccountName,
    command: "/bin/sh",
    args: ["-ec", lines.join("\n")],
    env: { ...env, PATH: `${tools}:${process.env["PATH"] ?? ""}` },
  });
}

/** A ConfigMap as the kubelet mounts it: the files are links into a dated folder. */
async function layOut(namespace: string, name: string, root: string): Promise<string> {
  const { data } = await cluster.kubectlJson<{ data: Record<string, string> }>([
    "get",
    "configmap",
    name,
    "-n",
    namespace,
  ]);
  const dir = mkdtempSync(path.join(root, "configmap-"));
  mkdirSync(path.join(dir, "..2026_01_01"));
  symlinkSync("..2026_01_01", path.join(dir, "..data"));
  for (const [key, text] of Object.entries(data)) {
    writeFileSync(path.join(dir, "..2026_01_01", key), text);
    symlinkSync(`..data/${key}`, path.join(dir, key));
  }
  return dir;
}

async function podTemplate(namespace: string, kind: string, name: string, at: string[]): Promise<PodSpec> {
  let value = await cluster.kubectlJson(["get", kind, name, "-n", namespace]);
  for (const key of at) value = (value as Record<string, unknown>)[key];
  return value as PodSpec;
}

describe("examples", () => {
  test("an init container applies its app's configuration, and again without changing anything", async () => {
    const namespace = await applied("init-container");
    const spec = await podTemplate(namespace, "deployment", "web", ["spec", "template", "spec"]);
    const first = await runPod(namespace, spec);
    expect(first.status).toBe(0);
    expect(first.stdout.trimEnd().split("\n").sort()).toEqual([
      "configmap/web-settings created",
      "service/web created",
    ]);
    const second = await runPod(namespace, spec);
    expect(second).toMatchObject({ status: 0 });
    expect(second.stdout).not.toMatch(/created|configured/);
    const settings = await cluster.kubectlJson<{ data: unknown }>([
      "get",
      "configmap",
      "web-settings",
      "-n",
      namespace,
    ]);
    expect(settings.data).toEqual({ greeting: "hello", maintenance: "no" });
  });

  test("a CronJob makes the cluster what a mounted ConfigMap says, and repairs what was changed", async () => {
    const namespace = await applied("cronjob-sync");
    const spec = await podTemplate(namespace, "cronjob", "sync", [
      "spec",
      "jobTemplate",
      "spec",
      "template",
      "spec",
    ]);
    expect(await runPod(namespace, spec)).toMatchObject({ status: 0 });
    await cluster.kubectl(["delete", "configmap", "shop-settings", "-n", namespace]);
    const repaired = await runPod(namespace, spec);
    expect(repaired.status).toBe(0);
    const events = repaired.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events[0]?.event).toBe("started");
    expect(events.at(-1)?.event).toBe("finished");
    const settings = await cluster.kubectlJson<{ data: unknown }>([
      "get",
      "configmap",
      "shop-settings",
      "-n",
      namespace,
    ]);
    expect(settings.data).toEqual({ currency: "EUR" });
  });

  test("a Pod creates a Pod through the REST API", async () => {
    const namespace = await applied("pod-creates-pod");
    const spec = await podTemplate(namespace, "pod", "creator", ["spec"]);
    expect(await runPod(namespace, spec)).toMatchObject({ status: 0, stdout: "pod/hello created\n" });
    const hello = await cluster.kubectlJson<{ spec: { containers: unknown[] } }>([
      "get",
      "pod",
      "hello",
      "-n",
      namespace,
    ]);
    expect(hello.spec.containers[0]).toMatchObject({ command: ["echo"], args: ["Hello World"] });
  });

  test("kapply goes through kubectl proxy running as a sidecar", async () => {
    const namespace = await applied("kubectl-proxy-sidecar");
    const spec = await podTemplate(namespace, "pod", "proxied", ["spec"]);
    expect(await runPod(namespace, spec)).toMatchObject({
      status: 0,
      stdout: "configmap/proxied-settings created\n",
    });
  });

  test("a diff at your terminal shows an edit before it is applied", async () => {
    const namespace = await applied("local-diff");
    const edited = readFileSync(path.join(examples, "local-diff/web.yaml"), "utf8").replace(
      "replicas: 2",
      "replicas: 3",
    );
    const diff = await kapply(cluster, ["diff", "-n", namespace, "-f", "-"], { input: edited });
    expect(diff.status).toBe(1);
    expect(diff.stdout.split("\n").filter((line) => /^[-+] /.test(line))).toEqual([
      "-  replicas: 2",
      "+  replicas: 3",
    ]);
  });
});
