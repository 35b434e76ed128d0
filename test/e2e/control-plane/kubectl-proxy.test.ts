/** The real `kubectl proxy`: by itself, and with kapply behind it. */
import http from "node:http";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startKubectlProxy } from "../../cluster/kubectl-proxy.js";
import { testControlPlane } from "../../cluster/kubectl.js";
import { configMap, kapply } from "../kapply.js";
import { appliedExample, runPod, type PodSpec } from "../pods.js";

const cluster = testControlPlane();

describe("kubectl proxy", () => {
  test("lends its credentials on a port", async () => {
    const proxy = await startKubectlProxy(cluster);
    try {
      const version: unknown = await (await fetch(`${proxy.address}/version`)).json();
      expect(version).toMatchObject({ major: "1" });
    } finally {
      await proxy.stop();
    }
  });

  test("lends them on a unix socket", async () => {
    const unixSocket = path.join(cluster.dir, "lent.sock");
    const proxy = await startKubectlProxy(cluster, { unixSocket });
    try {
      const status = await new Promise((resolve, reject) => {
        const request = http.get({ socketPath: proxy.address, path: "/version" }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on("error", reject);
      });
      expect(status).toBe(200);
    } finally {
      await proxy.stop();
    }
  });
});

describe("kapply through kubectl proxy", () => {
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  const nothing = { KUBECONFIG: "" };

  test("over TCP", async () => {
    const proxy = await startKubectlProxy(cluster);
    stops.push(() => proxy.stop());
    const namespace = await cluster.freshNamespace();
    const args = ["apply", `--proxy=${proxy.address}`, "-n", namespace, "-f", "-"];
    const applied = await kapply(cluster, args, { input: configMap("a", { a: "1" }), env: nothing });
    expect(applied).toMatchObject({ status: 0, stdout: "configmap/a created\n" });
    const pods = await kapply(
      cluster,
      ["raw", `/api/v1/namespaces/${namespace}/pods`, `--proxy=${proxy.address}`],
      { env: nothing },
    );
    expect(JSON.parse(pods.stdout)).toMatchObject({ kind: "PodList" });
  });
  test("over a unix socket", async () => {
    const socket = `${cluster.dir}/proxy.sock`;
    const proxy = await startKubectlProxy(cluster, { unixSocket: socket });
    stops.push(() => proxy.stop());
    const who = await kapply(cluster, ["whoami", `--proxy=unix:${socket}`], { env: nothing });
    expect(who).toMatchObject({ status: 0 });
    expect(who.stdout).toContain("kubernetes-admin");
  });
  test("a path that its filter forbids is told as the proxy's word, not the server's", async () => {
    const proxy = await startKubectlProxy(cluster, { flags: ["--reject-paths=^/api/v1/secrets"] });
    stops.push(() => proxy.stop());
    const refused = await kapply(cluster, ["raw", "/api/v1/secrets", `--proxy=${proxy.address}`], {
      env: nothing,
    });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("kubectl proxy");
  });
});

test("the example in which kapply goes through kubectl proxy running as a sidecar", async () => {
  const namespace = await appliedExample(cluster, "kubectl-proxy-sidecar");
  const { spec } = await cluster.get<{ spec: PodSpec }>(`/api/v1/namespaces/${namespace}/pods/proxied`);
  expect(await runPod(cluster, namespace, spec, { tools: { kubectl: cluster.kubectlPath } })).toMatchObject({
    status: 0,
    stdout: "configmap/proxied-settings created\n",
  });
});
