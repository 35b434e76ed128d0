/** `--lock` while the Lease can't be had: the run ends when it is to, and says what became of each object. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { startSandbox, type Sandbox } from "../cluster/sandbox.js";
import { binary, configMap, folder, kapply } from "./kapply.js";
import { accountWith, rule } from "./roles.js";

let sandbox: Sandbox | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  if (child?.exitCode === null) child.kill("SIGKILL");
  await sandbox?.stop();
});

const set = ["a", "b"].map((name) => configMap(name, {})).join("---\n");
const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases/kapply-web";
const ofLeases = "path=/apis/coordination.k8s.io/*";

interface Document {
  results: { name: string; action: string; reason: string }[];
  summary: Record<string, number>;
  error?: { code: string };
  exitStatus: number;
}

interface Ended {
  status: number | null;
  seconds: number;
  finished: unknown;
  report: Document;
  message: string;
}

/** Starts a locked apply on a server with that fault. */
async function startLocked(fault: string) {
  sandbox = await startSandbox(["--fault", fault]);
  const server = sandbox;
  const dir = folder(server, { "set.yaml": set });
  const [report, log] = [path.join(dir, "report.json"), path.join(dir, "log")];
  const files = [`--report=${report}`, `--termination-log=${log}`];
  const args = ["apply", "-n", "default", "-f", path.join(dir, "set.yaml"), "--set=web", "--lock", ...files];
  const started = spawn(process.execPath, [binary, ...args, "-o", "ndjson"], {
    env: { PATH: process.env["PATH"], HOME: server.dir, KUBECONFIG: server.kubeconfig },
    stdio: ["ignore", "pipe", "ignore"],
  });
  child = started;
  let stdout = "";
  started.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  return {
    server,
    told: () => stdout,
    kill: async (...signals: NodeJS.Signals[]): Promise<Ended> => {
      const killedAt = performance.now();
      const closed = once(started, "close");
      for (const signal of signals) {
        started.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const [status] = (await closed) as [number | null];
      return {
        status,
        seconds: (performance.now() - killedAt) / 1000,
        finished: JSON.parse(stdout.trim().split("\n").at(-1) ?? ""),
        report: JSON.parse(readFileSync(report, "utf8")) as Document,
        message: existsSync(log) ? readFileSync(log, "utf8") : "",
      };
    },
  };
}

/** What an interrupted run leaves, whatever kept it from the Lease. */
function expectTold({ status, finished, report, message }: Ended): void {
  expect(status).toBe(143);
  expect(finished).toMatchObject({ event: "finished", exitStatus: 143, summary: { "not-attempted": 2 } });
  expect(report).toMatchObject({ exitStatus: 143, summary: { "not-attempted": 2 } });
  expect(report.results).toMatchObject(
    ["a", "b"].map((name) => ({ name, action: "not-attempted", reason: "interrupted" })),
  );
  expect(message).toMatch(/^kapply apply was interrupted \(exit status 143\)/);
  expect(message).toContain("2 objects not attempted: interrupted\n");
}

describe("a signal while the Lease", () => {
  test("is answered with errors ends the run at once", async () => {
    const { kill, told } = await startLocked(`500,${ofLeases}`);
    await expect.poll(told, { timeout: 20_000 }).toContain('"event":"retrying"');
    const ended = await kill("SIGTERM");
    expect(ended.seconds).toBeLessThan(2);
    expectTold(ended);
    expect(ended.report.error).toMatchObject({ code: "interrupted" });
  });

  test("is not answered lets the request under way have its five seconds, or ends it the second time", async () => {
    for (const signals of [["SIGTERM"], ["SIGTERM", "SIGTERM"]] as const) {
      const { kill, told } = await startLocked(`slow=60s,verb=get,${ofLeases}`);
      await expect.poll(told, { timeout: 20_000 }).toContain('"event":"connected"');
      const ended = await kill(...signals);
      expect(ended.seconds).toBeLessThan(signals.length === 1 ? 6 : 1);
      expectTold(ended);
      await sandbox?.stop();
    }
  }, 40_000);

  test("is being taken lets that be done, gives it back, and applies nothing", async () => {
    const { kill, told, server } = await startLocked(`slow=2s,verb=update,first=1,${ofLeases}`);
    const holder = async (): Promise<unknown> => {
      const { status, body } = await server.request(leases);
      if (status !== 200) return undefined;
      return (JSON.parse(body) as { spec: { holderIdentity: string } }).spec.holderIdentity;
    };
    await expect.poll(told, { timeout: 20_000 }).toContain('"event":"connected"');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ended = await kill("SIGTERM");
    expect(ended.seconds).toBeGreaterThan(0.5);
    expect(ended.seconds).toBeLessThan(4);
    expectTold(ended);
    expect(await holder()).toBe("");
  });
});

describe("the time of the run holds while the Lease", () => {
  test.each([
    ["is answered with errors", `500,${ofLeases}`],
    ["is not answered", `slow=60s,verb=get,${ofLeases}`],
  ])("%s", async (_, fault) => {
    sandbox = await startSandbox(["--fault", fault]);
    const start = performance.now();
    const args = ["apply", "-n", "default", "-f", "-", "--set=web", "--lock", "--timeout=3s", "-o", "json"];
    const { status, stdout, stderr } = await kapply(sandbox, args, { input: set });
    expect(performance.now() - start).toBeLessThan(5000);
    expect({ status, stderr }).toMatchObject({ status: 6 });
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ error: { code: "timeout" }, summary: { "not-attempted": 2 } });
    expect(document.results[0]?.reason).toContain("stopped after lease.coordination.k8s.io/kapply-web");
  });
});

test("whoever may not have the Lease is told of each object that it was not attempted", async () => {
  const cluster = testCluster();
  const namespace = await cluster.freshNamespace("no-lease");
  const role = accountWith("applier", [rule("", "configmaps", "get, create, patch")]);
  const args = ["apply", "-n", namespace, "-f", "-"];
  expect(await kapply(cluster, args, { input: role })).toMatchObject({ status: 0 });
  const token = await cluster.tokenFor(namespace, "applier");
  const KUBECONFIG = cluster.kubeconfigFor({ token }, namespace);
  const run = await kapply(cluster, [...args, "--set=web", "--lock"], { input: set, env: { KUBECONFIG } });
  expect(run).toMatchObject({
    status: 3,
    stdout: "configmap/a not attempted\nconfigmap/b not attempted\n",
  });
  expect(run.stderr).toMatch(/^2 objects not attempted: stopped after [^\n]*may not get leases/m);
});
