/** The real API server while it starts, and what it needs a moment for: its RBAC, its webhooks, revoked tokens. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "../../cluster/control-plane.js";
import {
  revocableToken,
  runInPod,
  serviceAccountFiles,
  type ServiceAccountFiles,
} from "../../cluster/service-account.js";
import { binary, configMap, kapply } from "../kapply.js";
import { accountWith, rule } from "../roles.js";
import { transportTo } from "../transport.js";

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.stop());

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const names = Array.from({ length: 20 }, (_, at) => `cm-${at}`);
const set = names.map((name) => configMap(name, { a: "1" })).join("---\n");

/**
 * A namespace with a service account that may apply the set, and nothing else. Not one that waits for its `default`
 * service account: for half a minute after the API server was away, the controllers make none.
 */
async function preparedNamespace(): Promise<string> {
  const namespace = `boot-${randomBytes(4).toString("hex")}`;
  const input = `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
${accountWith("web", [rule("", "configmaps", "get, create, patch", names)])}`;
  expect(await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input })).toMatchObject({
    status: 0,
  });
  return namespace;
}

function applyInPod(namespace: string, files?: ServiceAccountFiles) {
  return runInPod(cluster, {
    namespace,
    serviceAccount: "web",
    command: process.execPath,
    args: [binary, "apply", "-f", "-"],
    input: set,
    ...(files === undefined ? {} : { files }),
  });
}

/** How the first request of a run ends, whether the server listens yet or not. */
async function firstRead(namespace: string, token: string): Promise<string> {
  const transport = await transportTo(cluster, { token });
  const path = `/api/v1/namespaces/${namespace}/configmaps/cm-0`;
  const get = { method: "GET", path, what: "configmap/cm-0", alsoReturn: ["object-missing"] } as const;
  try {
    return String((await transport.request(get)).status);
  } finally {
    await transport.close();
  }
}

describe("the API server", () => {
  test("is started 20 s after the init container: it waits, says for what, and applies", async () => {
    const namespace = await preparedNamespace();
    const files = await serviceAccountFiles(cluster, { namespace, name: "web" });
    await cluster.stopApiServer("SIGKILL");
    const running = applyInPod(namespace, files);
    await sleep(20_000);
    await cluster.startApiServer();
    const { status, stderr } = await running;
    files.remove();
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/^retrying .*connection refused/m);
    expect(stderr).toContain("20 objects: 20 created");
  });

  test("refuses at first, as it comes up, what it permits: no copy takes that for the last word", async () => {
    const namespace = await preparedNamespace();
    const KUBECONFIG = cluster.kubeconfigFor({ token: await cluster.tokenFor(namespace, "web") }, namespace);
    await cluster.stopApiServer("SIGKILL");
    const copy = () => kapply(cluster, ["apply", "-f", "-"], { input: set, env: { KUBECONFIG } });
    const copies = Promise.all(Array.from({ length: 6 }, copy));
    await cluster.startApiServer();
    const ended = (await copies).map(({ status, stderr }) => ({ status, stderr }));
    expect(ended).toEqual(ended.map(({ stderr }) => ({ status: 0, stderr })));
  });

  test("nor does a run that begins while it comes up, and sees no other sign of that", async () => {
    const namespace = await preparedNamespace();
    const token = await cluster.tokenFor(namespace, "web");
    await cluster.stopApiServer("SIGKILL");
    const started = cluster.startApiServer().then(() => "ready" as const);
    const runs: Promise<string>[] = [];
    while ((await Promise.race([started, sleep(4)])) !== "ready")
      runs.push(firstRead(namespace, token).catch(String));
    expect([...new Set(await Promise.all(runs))]).toEqual(["404"]);
  });
});

test("a token that is rotated while it waits, the old one revoked, is not noticed", async () => {
  const namespace = await preparedNamespace();
  const account = { namespace, name: "web" };
  const { token, revoke } = await revocableToken(cluster, account);
  const files = await serviceAccountFiles(cluster, account);
  const renewed = files.token;
  files.replaceToken(token);
  const path = `/api/v1/namespaces/${namespace}/configmaps/cm-0`;
  expect((await cluster.request(path, { token })).status).toBe(404);
  await revoke();

  await cluster.stopApiServer("SIGKILL");
  const running = applyInPod(namespace, files);
  await sleep(2000);
  files.replaceToken(renewed);
  await cluster.startApiServer();
  expect((await cluster.request(path, { token })).status).toBe(401);
  const ended = await running;
  files.remove();
  expect(ended).toMatchObject({ status: 0 });
  expect(ended.stderr).toContain("20 objects: 20 created");
});

test("a webhook whose service is not there yet is waited for", async () => {
  const namespace = await preparedNamespace();
  const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
  await cluster.create(configurations, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "not-there" },
    webhooks: [
      {
        name: "not-there.example.com",
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        failurePolicy: "Fail",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  });
  const probe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe" } };
  const headers = { "content-type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify(probe) };
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`;
  await expect.poll(async () => (await cluster.request(configMaps, options)).status).toBe(500);

  const child = spawn(process.execPath, [binary, "apply", "-n", namespace, "-f", "-"], {
    env: { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close");
  child.stdin.end(set);
  await expect.poll(() => stderr, { timeout: 10_000 }).toContain("failed calling webhook");
  await cluster.delete(`${configurations}/not-there`);
  expect((await ended)[0]).toBe(0);
  expect(stderr).toMatch(/^retrying .*not-there\.example\.com/m);
  expect(stderr).toContain("20 objects: 20 created");
});
