/** At the start of a pod, or of a cluster, not everything is there yet: kapply waits, says for what, and goes on. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { testCluster, type Cluster } from "../cluster/client.js";
import { freePorts } from "../cluster/component.js";
import { startSandbox } from "../cluster/sandbox.js";
import { runInPod } from "../cluster/service-account.js";
import { binary, configMap, folder, kapply } from "./kapply.js";
import { roleOf, rule } from "./roles.js";

const cluster = testCluster();

/** A Role for the one ConfigMap `settings`, bound to the service account `late`. */
const rules = [rule("", "configmaps", "get, create, patch", ["settings"])];
const role = roleOf("late", rules);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** For a set `web` with a Lease, too. */
const leaseRole = roleOf("late", [
  ...rules,
  rule("coordination.k8s.io", "leases", "get, create, update", ["kapply-web"]),
]);

/** Applies the ConfigMap `settings` as a pod of the service account `late` does. */
function applyInPod(at: Cluster, namespace: string, flags: string[] = []) {
  return runInPod(at, {
    namespace,
    serviceAccount: "late",
    command: process.execPath,
    args: [binary, "apply", "-f", "-", ...flags],
    input: configMap("settings", { a: "1" }),
  });
}

/** A sandbox that speaks plain HTTP, once it listens. */
async function startPlain(flags: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [binary, "sandbox", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("the server", () => {
  test("comes up after kapply: waits, says why, and applies", async () => {
    const [port = 0] = await freePorts(1);
    const state = path.join(folder(cluster, {}), "state.json");
    const flags = [`--state=${state}`, `--listen=127.0.0.1:${port}`];
    // It keeps its authority and its tokens, so that what it gave before it went is good after it came back.
    const before = await startSandbox(flags);
    const authority = Buffer.from(before.caPem).toString("base64");
    const text = `apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "${before.server}", certificate-authority-data: ${authority} } }]
users: [{ name: u, user: { token: ${before.adminToken} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
`;
    await before.stop();
    const KUBECONFIG = path.join(folder(cluster, { config: text }), "config");
    const running = kapply(cluster, ["apply", "-n", "default", "-f", "-"], {
      input: configMap("settings", { a: "1" }),
      env: { KUBECONFIG },
    });
    await sleep(3000);
    const after = await startSandbox(flags);
    try {
      const { status, stdout, stderr } = await running;
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: "configmap/settings created\n" });
      expect(stderr).toMatch(/^retrying .*connection refused/m);
    } finally {
      await after.stop();
    }
  });

  test("has a name that nobody knows yet: says so while it waits, and at the end", async () => {
    const args = ["apply", "-n", "default", "-f", "-", "--server=https://kubernetes.invalid", "--timeout=3s"];
    const { status, stderr } = await kapply(cluster, args, {
      input: configMap("settings", {}),
      env: { KUBECONFIG: "" },
    });
    expect(status).toBe(6);
    expect(stderr).toMatch(/^retrying .*the host name can't be resolved/m);
    expect(stderr).toMatch(/configmap\/settings.*: can't reach https:\/\/kubernetes\.invalid: the host name/);
  });

  test("is not ready: what it answers is shown, and in a moment it is", async () => {
    const sandbox = await startSandbox(["--fault", "503,first=3"]);
    try {
      const args = ["apply", "-n", "default", "-f", "-"];
      const { status, stderr } = await kapply(sandbox, args, { input: configMap("settings", {}) });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toMatch(/^retrying .*the server answered 503/m);
    } finally {
      await sandbox.stop();
    }
  });

  test("has come up and does not know yet whom it permits what: a 403 is not believed at once", async () => {
    const [port = 0] = await freePorts(1);
    const message = 'message=User "somebody" cannot get resource "configmaps"';
    const flags = ["--http", `--listen=127.0.0.1:${port}`];
    const running = kapply(
      cluster,
      ["apply", "-n", "default", "-f", "-", `--server=http://127.0.0.1:${port}`],
      {
        input: configMap("settings", {}),
        env: { KUBECONFIG: "" },
      },
    );
    await sleep(1500);
    const server = await startPlain([...flags, "--fault", `403,first=3,${message}`]);
    try {
      const { status, stderr } = await running;
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toMatch(/^retrying .*connection refused/m);
      expect(stderr).toMatch(/^retrying .*the server answered 403/m);
    } finally {
      server.kill();
    }
  });
});

describe("a Role that is bound after the pod has started", () => {
  test.each([
    ["", role, []],
    [", for the Lease of a set too", leaseRole, ["--set=web", "--lock"]],
  ])("is waited for, and the wait is shown%s", async (_, input, flags) => {
    const namespace = await cluster.freshNamespace();
    const running = applyInPod(cluster, namespace, flags);
    await sleep(2000);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    const { status, stdout, stderr } = await running;
    expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: "configmap/settings created\n" });
    expect(stderr).toMatch(/^retrying .*403.*late/m);
  });

  test("is waited for where labels are looked for, of which nothing else could tell", async () => {
    const namespace = await cluster.freshNamespace();
    const running = runInPod(cluster, {
      namespace,
      serviceAccount: "late",
      command: process.execPath,
      args: [binary, "wait", "configmap", "-l", "app=web", "--for=create"],
    });
    await sleep(2000);
    const input = `${roleOf("late", [rule("", "configmaps", "get, list, watch")])}---
apiVersion: v1
kind: ConfigMap
metadata: { name: web, labels: { app: web } }
`;
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    const { status, stdout, stderr } = await running;
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain("configmap/web");
  });

  test("and never is: the error names the permission, after --wait-for-access", async () => {
    const namespace = await cluster.freshNamespace();
    const started = performance.now();
    const { status, stderr } = await applyInPod(cluster, namespace, ["--wait-for-access=2s"]);
    const seconds = (performance.now() - started) / 1000;
    expect(status).toBe(3);
    expect(stderr).toMatch(/^<stdin>:1:1: configmap\/settings.*:late" may not get configmaps/m);
    expect(seconds).toBeGreaterThan(1.9);
    expect(seconds).toBeLessThan(6);
  });

  test("outside of a pod a 403 is told at once", async () => {
    const KUBECONFIG = cluster.kubeconfigFor({ user: "alice" }, "default");
    const input = configMap("settings", {});
    const { status, stderr } = await kapply(cluster, ["apply", "-f", "-"], { input, env: { KUBECONFIG } });
    expect(status).toBe(3);
    expect(stderr).not.toContain("retrying");
  });
});
