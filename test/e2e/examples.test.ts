/** Every example, run as its pods would run it. That of the sidecar, which is kubectl: control-plane/kubectl-proxy.test.ts. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { kapply } from "./kapply.js";
import { appliedExample, examples, runPod, type PodSpec } from "./pods.js";
import { podOfDeployment } from "./workload-pods.js";

const cluster = testCluster();
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the init container of the example applies, as it is. */
async function settingsIn(namespace: string): Promise<unknown> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/web-settings`;
  return (await cluster.get<{ data: unknown }>(path)).data;
}

test("every example has a test", () => {
  const told = readFileSync(path.join(examples, "README.md"), "utf8");
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const tests = [import.meta.filename, path.join(import.meta.dirname, "control-plane/kubectl-proxy.test.ts")]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  for (const { name } of folders) {
    expect(told).toContain(`\`${name}/\``);
    expect(tests).toContain(`"${name}"`);
  }
});

describe("examples", () => {
  test("an init container applies its app's configuration, and again without changing anything", async () => {
    const namespace = await appliedExample(cluster, "init-container");
    const { name, spec } = await podOfDeployment(cluster, namespace, "web", 1);
    const first = await runPod(cluster, namespace, spec, { name });
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout.trimEnd().split("\n").sort()).toEqual([
      "configmap/web-settings created",
      "service/web created",
    ]);
    const second = await runPod(cluster, namespace, spec, { name });
    expect(second).toMatchObject({ status: 0 });
    expect(second.stdout).not.toMatch(/created|configured/);
    expect(await settingsIn(namespace)).toEqual({ greeting: "hello", maintenance: "no" });
  });

  test("its Role has no rule that the init container could do without", async () => {
    const namespace = await appliedExample(cluster, "init-container");
    const { name, spec } = await podOfDeployment(cluster, namespace, "web", 1);
    const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/web-setup`;
    const { rules } = await cluster.get<{ rules: { resources: string[] }[] }>(role);
    const setup = spec.initContainers?.map((container) => ({
      ...container,
      args: [...(container.args ?? []), "--wait-for-access=0"],
    }));
    const withRules = async (given: object[]): Promise<number> => {
      const metadata = { name: "web-setup" };
      const kind = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" };
      await cluster.apply(role, { ...kind, metadata, rules: given });
      return (await runPod(cluster, namespace, { ...spec, initContainers: setup ?? [] }, { name })).status;
    };
    for (const rule of rules)
      expect([rule.resources, await withRules(rules.filter((one) => one !== rule))]).toEqual([
        rule.resources,
        3,
      ]);
    await expect.poll(() => withRules(rules), { timeout: 20_000 }).toBe(0);
  });

  test("its replicas that start at once do it one after the other", async () => {
    const namespace = await appliedExample(cluster, "init-container");
    const { name, spec } = await podOfDeployment(cluster, namespace, "web", 1);
    const copies = Array.from({ length: 4 }, () => runPod(cluster, namespace, spec, { name }));
    const ended = await Promise.all(copies);
    expect(ended.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      ended.map(({ stderr }) => ({ status: 0, stderr })),
    );
    const created = ended.filter(({ stdout }) => stdout.includes("configmap/web-settings created"));
    expect(created).toHaveLength(1);
  });

  test("a pod of an old ReplicaSet that runs again after a roll-out changes nothing", async () => {
    const namespace = await appliedExample(cluster, "init-container");
    const old = await podOfDeployment(cluster, namespace, "web", 1);
    expect(await runPod(cluster, namespace, old.spec, old)).toMatchObject({ status: 0 });
    const edited = readFileSync(path.join(examples, "init-container/app.yaml"), "utf8").replace(
      "value: hello",
      "value: good morning",
    );
    const rollOut = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: edited });
    expect(rollOut.stdout).toContain("deployment.apps/web configured");
    const next = await podOfDeployment(cluster, namespace, "web", 2);
    expect(await runPod(cluster, namespace, next.spec, next)).toMatchObject({ status: 0 });
    expect(await settingsIn(namespace)).toMatchObject({ greeting: "good morning" });

    const again = await runPod(cluster, namespace, old.spec, old);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout + again.stderr).toMatch(/skipped.*revision 1 is older than 2/);
    expect(await settingsIn(namespace)).toMatchObject({ greeting: "good morning" });
  });

  test("init containers wait for a Secret, and for a Service that somebody answers behind", async () => {
    const namespace = await appliedExample(cluster, "wait-for");
    const { spec } = await cluster.get<{ spec: PodSpec }>(`/api/v1/namespaces/${namespace}/pods/shop`);
    const core = `/api/v1/namespaces/${namespace}`;
    const password = runPod(cluster, namespace, spec, { container: "password" });
    await sleep(1000);
    await cluster.create(`${core}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db-password" },
      stringData: { password: "canary-in-the-mine" },
    });
    const waited = await password;
    expect(waited).toMatchObject({ status: 0 });
    expect(waited.stdout + waited.stderr).toContain("secret/db-password");
    expect(waited.stdout + waited.stderr).not.toContain("canary");

    const database = runPod(cluster, namespace, spec, { container: "database" });
    await cluster.create(`${core}/services`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "db" },
      spec: { ports: [{ port: 5432 }] },
    });
    await sleep(1000);
    await cluster.create(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "db-1", labels: { "kubernetes.io/service-name": "db" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.1.2.3"], conditions: { ready: true } }],
      ports: [{ port: 5432 }],
    });
    expect(await database).toMatchObject({ status: 0 });
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
