/** A server that dies in the middle of a run, and comes back with all that it had stored. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isWrite } from "../../cluster/audit.js";
import { startControlPlane } from "../../cluster/control-plane.js";
import type { ControlPlane } from "../../cluster/control-plane.js";
import { binary, configMap, kapply } from "../kapply.js";

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.stop());

test("what was under way is sent again until it is done, and a second run finds all of it unchanged", async () => {
  const namespace = await cluster.freshNamespace();
  const input = Array.from({ length: 400 }, (_, at) => configMap(`cm-${at}`, { a: "1" })).join("---\n");
  const args = ["apply", "-n", namespace, "-f", "-", "-o", "json"];
  const child = spawn(process.execPath, [binary, ...args, "--concurrency=4"], {
    env: { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close");
  child.stdin.end(input);
  const written = async (): Promise<number> =>
    (await cluster.readAudit()).filter(
      (event) => isWrite(event) && event.userAgent?.startsWith("kapply/") === true,
    ).length;
  await expect.poll(written, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  await cluster.restartApiServer("SIGKILL");

  expect((await ended)[0]).toBe(0);
  expect(stderr).toContain("retrying configmap/");
  const { summary } = JSON.parse(stdout) as { summary: Record<string, number> };
  // One whose answer was lost was created all the same, and is found to be there when it is sent again.
  expect((summary["created"] ?? 0) + (summary["configured"] ?? 0)).toBe(400);
  const again = await kapply(cluster, args, { input });
  expect((JSON.parse(again.stdout) as { summary: unknown }).summary).toMatchObject({ unchanged: 400 });
});
