/** The control plane for tests: its version and its controllers, its end, and that nothing of it stays behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { startControlPlane } from "../../cluster/control-plane.js";
import { testControlPlane } from "../../cluster/kubectl.js";
import { isRunning } from "../../cluster/run.js";

const cluster = testControlPlane();

describe("the control plane for tests", () => {
  test("serves the Kubernetes version of its go.mod, and so does its kubectl", async () => {
    const goMod = readFileSync("test/cluster/go.mod", "utf8");
    const gitVersion = /k8s\.io\/kubernetes (v\d+\.\d+\.\d+)/.exec(goMod)?.[1];
    const versions = await cluster.kubectlJson(["version"]);
    expect(versions).toMatchObject({ clientVersion: { gitVersion }, serverVersion: { gitVersion } });
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
    const main = path.join(import.meta.dirname, "../../cluster/main.ts");
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
