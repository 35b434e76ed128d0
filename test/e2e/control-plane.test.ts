import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { isWrite } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { startControlPlane } from "../cluster/control-plane.js";
import { startKubectlProxy } from "../cluster/kubectl-proxy.js";
import { isRunning } from "../cluster/run.js";
import { runInPod, serviceAccountFiles } from "../cluster/service-account.js";

const cluster = testCluster();

describe("the control plane for tests", () => {
  test("serves the Kubernetes version of its go.mod, and so does its kubectl", async () => {
    const goMod = readFileSync("test/cluster/go.mod", "utf8");
    const gitVersion = /k8s\.io\/kubernetes (v\d+\.\d+\.\d+)/.exec(goMod)?.[1];
    const versions = await cluster.kubectlJson(["version"]);
    expect(versions).toMatchObject({ clientVersion: { gitVersion }, serverVersion: { gitVersion } });
  });

  test("knows its users by token and by client certificate, and permits them nothing", async () => {
    const { alice } = cluster.users;
    const byToken = cluster.kubeconfigFor({ token: alice?.token ?? "" });
    const byCertificate = cluster.kubeconfigFor({ user: "alice" });
    for (const kubeconfig of [byToken, byCertificate]) {
      const who = await cluster.kubectl(["auth", "whoami", "-o", "name", `--kubeconfig=${kubeconfig}`]);
      expect(who.stderr).toBe("");
      const read = await cluster.kubectl(["get", "configmaps", `--kubeconfig=${kubeconfig}`]);
      expect(read.stderr).toContain('User "alice" cannot list resource "configmaps"');
    }
  });

  test("answers 401 to an unknown token and 403 to nobody", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    expect((await cluster.request(path, { token: "unknown" })).status).toBe(401);
    expect((await cluster.request(path, { token: "" })).status).toBe(403);
  });

  test("denies a service account what no Role grants, and permits what one does", async () => {
    const namespace = await cluster.freshNamespace();
    const token = await cluster.tokenFor(namespace, "reader");
    const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
    expect((await cluster.request(configMaps, { token })).status).toBe(403);

    await cluster.kubectl([
      "create",
      "role",
      "read",
      "--verb=list",
      "--resource=configmaps",
      "-n",
      namespace,
    ]);
    const binding = ["create", "rolebinding", "read", "--role=read", `--serviceaccount=${namespace}:reader`];
    await cluster.kubectl([...binding, "-n", namespace]);
    await expect.poll(async () => (await cluster.request(configMaps, { token })).status).toBe(200);
    expect((await cluster.request(`/api/v1/namespaces/${namespace}/secrets`, { token })).status).toBe(403);
  });

  test("runs its controllers: a Deployment gets its ReplicaSet, a deleted namespace goes", async () => {
    const namespace = await cluster.freshNamespace();
    await cluster.kubectl(["create", "deployment", "web", "--image=example.com/web:1", "-n", namespace]);
    const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const count = async () =>
      (JSON.parse((await cluster.request(replicaSets)).body) as { items: unknown[] }).items.length;
    await expect.poll(count, { timeout: 30_000 }).toBe(1);
    const deleted = await cluster.kubectl(["delete", "namespace", namespace, "--timeout=60s"]);
    expect(deleted).toMatchObject({ status: 0, stderr: "" });
  });

  test("logs each write with its user, and reads as what they are", async () => {
    const namespace = await cluster.freshNamespace();
    await cluster.kubectl(["get", "configmaps", "-n", namespace]);
    await cluster.kubectl(["create", "configmap", "settings", "-n", namespace]);
    const events = (await cluster.readAudit()).filter(({ objectRef }) => objectRef?.namespace === namespace);
    const mine = events.filter(({ user }) => user.username === "kubernetes-admin");
    expect(
      mine.filter(isWrite).map(({ verb, objectRef }) => [verb, objectRef?.resource, objectRef?.name]),
    ).toEqual(expect.arrayContaining([["create", "configmaps", "settings"]]));
    expect(mine.filter((event) => !isWrite(event)).map(({ verb }) => verb)).toContain("list");
  });
});

describe("a command run as in a pod", () => {
  const whoAmI = `
    const { readFileSync } = require("node:fs");
    const dir = "/var/run/secrets/kubernetes.io/serviceaccount/";
    const read = (name) => readFileSync(dir + name, "utf8");
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT_HTTPS: port } = process.env;
    const headers = { authorization: "Bearer " + read("token"), "content-type": "application/json" };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const options = { host, port, path, method: "POST", headers, ca: read("ca.crt") };
    const request = require("node:https").request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => console.log(read("namespace"), JSON.parse(text).status.userInfo.username));
    });
    request.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }));`;

  test("finds its service account's files at their real path and is let in with them", async () => {
    const namespace = await cluster.freshNamespace();
    const { status, stdout, stderr } = await runInPod(cluster, {
      namespace,
      serviceAccount: "applier",
      command: process.execPath,
      args: ["-e", whoAmI],
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${namespace} system:serviceaccount:${namespace}:applier\n`,
      stderr: "",
    });
  });

  test("can't write those files, and leaves none on the machine", async () => {
    const script = "cd /var/run/secrets/kubernetes.io/serviceaccount && cat namespace && : >token";
    const pod = { namespace: "default", serviceAccount: "default", command: "/bin/sh", args: ["-c", script] };
    const { status, stdout, stderr } = await runInPod(cluster, pod);
    expect(stdout).toBe("default");
    expect(stderr).toMatch(/read-only/i);
    expect(status).not.toBe(0);
    expect(existsSync("/var/run/secrets/kubernetes.io/serviceaccount")).toBe(false);
  });

  test("sees nothing of the person's own set-up", async () => {
    const script = 'echo "$PWD ${KUBECONFIG-unset} ${KAPPLY_TEST_CLUSTER-unset} $(ls -A "$HOME" | wc -l)"';
    const pod = { namespace: "default", serviceAccount: "default", command: "/bin/sh", args: ["-c", script] };
    expect((await runInPod(cluster, pod)).stdout).toBe("/ unset unset 0\n");
  });

  test("sees a rotated token while it runs", async () => {
    const files = await serviceAccountFiles(cluster, { namespace: "default", name: "rotated" });
    const token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    const script = `echo started; until grep -q '^rotated$' ${token}; do sleep 0.05; done; echo seen`;
    const running = runInPod(cluster, {
      namespace: "default",
      serviceAccount: "rotated",
      files,
      command: "/bin/sh",
      args: ["-c", script],
    });
    files.replaceToken("rotated\n");
    expect((await running).stdout).toBe("started\nseen\n");
    files.remove();
  });
});

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
    const unixSocket = path.join(cluster.dir, "proxy.sock");
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

describe("a control plane of a test's own", () => {
  test("keeps its data and its address over a restart, and leaves nothing behind when stopped", async () => {
    const own = await startControlPlane();
    const pids = own.pids();
    try {
      expect(own.server).not.toBe(cluster.server);
      await own.kubectl(["create", "configmap", "kept"]);

      await own.stopApiServer("SIGKILL");
      await expect(own.request("/version")).rejects.toThrow("ECONNREFUSED");
      await own.startApiServer();
      pids.push(...own.pids());
      const kept = await own.request("/api/v1/namespaces/default/configmaps/kept");
      expect(kept.status).toBe(200);
    } finally {
      await own.stop();
    }
    expect(pids.filter(isRunning)).toEqual([]);
    expect(existsSync(own.dir)).toBe(false);
  });
});

describe("a run that is broken off", () => {
  /** Starts one from the command line and resolves once its command runs. */
  async function startRun() {
    const main = path.join(import.meta.dirname, "../cluster/main.ts");
    const script = 'echo "$KAPPLY_TEST_CLUSTER $$"; exec sleep 600';
    const args = ["--import", "tsx", main, "run", "--", "/bin/sh", "-c", script];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    const [description = "", commandPid] = said.toString("utf8").trim().split(" ");
    const dir = path.dirname(description);
    const pids = readdirSync(path.join(dir, "pids")).map((name) =>
      Number(readFileSync(path.join(dir, "pids", name), "utf8")),
    );
    expect(pids.filter(isRunning)).toHaveLength(4);
    expect(pids).toContain(Number(commandPid));
    return { child, ended, dir, pids };
  }

  test("by SIGTERM ends its command, stops everything and exits with 143", async () => {
    const { child, ended, dir, pids } = await startRun();
    child.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  });

  test("by SIGKILL leaves neither a process nor a file", async () => {
    const { child, ended, dir, pids } = await startRun();
    child.kill("SIGKILL");
    await ended;
    await expect.poll(() => existsSync(dir), { timeout: 30_000 }).toBe(false);
    await expect.poll(() => pids.filter(isRunning), { timeout: 30_000 }).toEqual([]);
  });
});
