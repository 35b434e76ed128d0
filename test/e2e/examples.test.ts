/** Every example, run as its pods would run it. That of the sidecar, which is kubectl: control-plane/kubectl-proxy.test.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { kapply } from "./kapply.js";
import { appliedExample, examples, runPod, type PodSpec } from "./pods.js";

const cluster = testCluster();

describe("examples", () => {
  test("an init container applies its app's configuration, and again without changing anything", async () => {
    const namespace = await appliedExample(cluster, "init-container");
    const { spec } = await cluster.get<{ spec: { template: { spec: PodSpec } } }>(
      `/apis/apps/v1/namespaces/${namespace}/deployments/web`,
    );
    const first = await runPod(cluster, namespace, spec.template.spec);
    expect(first.status).toBe(0);
    expect(first.stdout.trimEnd().split("\n").sort()).toEqual([
      "configmap/web-settings created",
      "service/web created",
    ]);
    const second = await runPod(cluster, namespace, spec.template.spec);
    expect(second).toMatchObject({ status: 0 });
    expect(second.stdout).not.toMatch(/created|configured/);
    const settings = await cluster.get<{ data: unknown }>(
      `/api/v1/namespaces/${namespace}/configmaps/web-settings`,
    );
    expect(settings.data).toEqual({ greeting: "hello", maintenance: "no" });
  });

  test("a CronJob makes the cluster what a mounted ConfigMap says, and repairs what was changed", async () => {
    const namespace = await appliedExample(cluster, "cronjob-sync");
    const cronJob = await cluster.get<{ spec: { jobTemplate: { spec: { template: { spec: PodSpec } } } } }>(
      `/apis/batch/v1/namespaces/${namespace}/cronjobs/sync`,
    );
    const spec = cronJob.spec.jobTemplate.spec.template.spec;
    expect(await runPod(cluster, namespace, spec)).toMatchObject({ status: 0 });
    await cluster.delete(`/api/v1/namespaces/${namespace}/configmaps/shop-settings`);
    const repaired = await runPod(cluster, namespace, spec);
    expect(repaired.status).toBe(0);
    const events = repaired.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events[0]?.event).toBe("started");
    expect(events.at(-1)?.event).toBe("finished");
    const settings = await cluster.get<{ data: unknown }>(
      `/api/v1/namespaces/${namespace}/configmaps/shop-settings`,
    );
    expect(settings.data).toEqual({ currency: "EUR" });
  });

  test("a Pod creates a Pod through the REST API", async () => {
    const namespace = await appliedExample(cluster, "pod-creates-pod");
    const { spec } = await cluster.get<{ spec: PodSpec }>(`/api/v1/namespaces/${namespace}/pods/creator`);
    expect(await runPod(cluster, namespace, spec)).toMatchObject({
      status: 0,
      stdout: "pod/hello created\n",
    });
    const hello = await cluster.get<{ spec: { containers: unknown[] } }>(
      `/api/v1/namespaces/${namespace}/pods/hello`,
    );
    expect(hello.spec.containers[0]).toMatchObject({ command: ["echo"], args: ["Hello World"] });
  });

  test("a diff at your terminal shows an edit before it is applied", async () => {
    const namespace = await appliedExample(cluster, "local-diff");
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
