/** A long wait in a pod, while the real API server goes and comes back and tokens are rotated. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actorOf } from "../../cluster/audit.js";
import { startControlPlane, type ControlPlane } from "../../cluster/control-plane.js";
import { revocableToken, runInPod, serviceAccountFiles } from "../../cluster/service-account.js";
import type { RunResult } from "../../cluster/run.js";
import { binary, kapply } from "../kapply.js";
import { accountWith, rule } from "../roles.js";

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.stop());

const pod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { automountServiceAccountToken: false, serviceAccountName: web, containers: [{ name: c, image: c }] }
`;
const podSet = [pod("web"), pod("db")].join("---\n");

/** Ready from here on, as the kubelet says it. */
async function makeReady(namespace: string, name: string): Promise<void> {
  const conditions = [{ type: "Ready", status: "True" }];
  const { status, body } = await cluster.request(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
    method: "PATCH",
    headers: { "content-type": "application/strategic-merge-patch+json" },
    body: JSON.stringify({ status: { phase: "Running", conditions } }),
  });
  expect(status, body).toBe(200);
}

interface Started {
  namespace: string;
  ended: Promise<RunResult>;
  /** Rotates the token of the pod, and revokes the one that it started with. */
  rotateToken: () => Promise<void>;
}

/** `apply --wait` of two Pods, as a service account that may do just that, once it watches them. */
async function startWaiting(): Promise<Started> {
  const namespace = `wait-${randomBytes(4).toString("hex")}`;
  const input = `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
${accountWith("web", [rule("", "pods", "get, list, watch, create, patch")])}`;
  const prepared = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
  expect(prepared, prepared.stderr).toMatchObject({ status: 0 });

  const account = { namespace, name: "web" };
  const { token, revoke } = await revocableToken(cluster, account);
  const files = await serviceAccountFiles(cluster, account);
  const renewed = files.token;
  files.replaceToken(token);
  const ended = runInPod(cluster, {
    namespace,
    serviceAccount: "web",
    command: process.execPath,
    args: [binary, "apply", "-f", "-", "--wait", "--timeout=120s"],
    input: podSet,
    files,
  }).finally(() => files.remove());
  const user = `system:serviceaccount:${namespace}:web`;
  const isWatching = async (): Promise<boolean> =>
    (await cluster.readAudit()).some((event) => actorOf(event) === user && event.verb === "watch");
  await expect.poll(isWatching, { timeout: 20_000 }).toBe(true);
  return {
    namespace,
    ended,
    rotateToken: async () => {
      files.replaceToken(renewed);
      await revoke();
    },
  };
}

const bothReady = {
  status: 0,
  stdout: expect.stringMatching(/^pod\/(web|db) created\npod\/(web|db) created\n$/) as string,
};

describe("an API server that goes and comes back during --wait", () => {
  test.each(["SIGKILL", "SIGTERM"] as const)("by %s: nothing is lost", async (signal) => {
    const { namespace, ended } = await startWaiting();
    await cluster.stopApiServer(signal);
    await cluster.startApiServer();
    // At once: before, while and after the watch is taken up again.
    await makeReady(namespace, "web");
    await makeReady(namespace, "db");
    const { status, stdout, stderr } = await ended;
    expect({ status, stdout }, stderr).toEqual(bothReady);
  });

  test("twice, with a change in between", async () => {
    const { namespace, ended } = await startWaiting();
    await cluster.restartApiServer("SIGKILL");
    await makeReady(namespace, "web");
    await cluster.restartApiServer("SIGKILL");
    await makeReady(namespace, "db");
    const { status, stdout, stderr } = await ended;
    expect({ status, stdout }, stderr).toEqual(bothReady);
  });
});

test("a token that is rotated during --wait, the old one revoked, is not noticed", async () => {
  const { namespace, ended, rotateToken } = await startWaiting();
  await rotateToken();
  await makeReady(namespace, "web");
  // A watch that is open stays so; the next one shows who asks.
  await cluster.restartApiServer("SIGKILL");
  await makeReady(namespace, "db");
  const { status, stdout, stderr } = await ended;
  expect({ status, stdout }, stderr).toEqual(bothReady);
  expect(stderr).not.toMatch(/401|nauthorized/);
});
