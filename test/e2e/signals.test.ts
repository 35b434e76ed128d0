/** SIGTERM and SIGINT, as what the kubelet, a CI job or a person sends; as PID 1 too, as in a container. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { testCluster, type Cluster } from "../cluster/client.js";
import { run } from "../cluster/run.js";
import { startSandbox, type Sandbox } from "../cluster/sandbox.js";
import { binary, configMap, folder, kapply } from "./kapply.js";

const objects = 40;
const atOnce = 8;
const started: ChildProcess[] = [];
let sandbox: Sandbox | undefined;
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  await sandbox?.stop();
  sandbox = undefined;
});

const set = (): string =>
  Array.from({ length: objects }, (_, at) => configMap(`cm-${at}`, { a: "1" })).join("---\n");

interface Running {
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<{ status: number | null; summary: Record<string, number>; stderr: string; seconds: number }>;
}

/** Starts an apply of forty ConfigMaps, eight at a time; by itself or under a command that is to run it. */
function startApply(server: Cluster, namespace: string, under: string[] = []): Running & { pid: number } {
  const args = ["apply", "-n", namespace, "-f", folder(server, { "set.yaml": set() })];
  const [file = "", ...rest] = [...under, process.execPath, binary, ...args];
  const child = spawn(file, [...rest, `--concurrency=${atOnce}`, "-o", "json"], {
    env: { PATH: process.env["PATH"], HOME: server.dir, KUBECONFIG: server.kubeconfig },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let stdout = "";
  let stderr = "";
  let killedAt = 0;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then(([status]: unknown[]) => ({
    status: status as number | null,
    summary: (JSON.parse(stdout) as { summary: Record<string, number> }).summary,
    stderr,
    seconds: (performance.now() - killedAt) / 1000,
  }));
  const kill = (signal: NodeJS.Signals): void => {
    killedAt = performance.now();
    // The command that runs it as PID 1 has it as its one child, and signals that child gets from outside.
    process.kill(under.length === 0 ? (child.pid ?? 0) : onlyChildOf(child.pid ?? 0), signal);
  };
  return { kill, ended, pid: child.pid ?? 0 };
}

function onlyChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
}

/** A server that takes half a second for each write. */
async function slowServer(): Promise<Sandbox> {
  sandbox = await startSandbox(["--fault", "slow=500ms,verb=patch"]);
  return sandbox;
}

/** Waits until that many writes have come to the server, answered or not. */
async function created(server: Cluster, namespace: string): Promise<number> {
  const list = await server.get<{ items: { metadata: { name: string } }[] }>(
    `/api/v1/namespaces/${namespace}/configmaps`,
  );
  return list.items.filter(({ metadata }) => metadata.name.startsWith("cm-")).length;
}

describe.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("%s", (signal, expected) => {
  test(`lets requests in flight finish, sends no more, tells what became of each object: ${expected}`, async () => {
    const server = await slowServer();
    const { kill, ended } = startApply(server, "default");
    await expect.poll(() => created(server, "default"), { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
    kill(signal);
    const { status, summary, stderr, seconds } = await ended;
    expect({ status, stderr }).toMatchObject({ status: expected });
    expect(seconds).toBeLessThan(5);
    expect(await created(server, "default")).toBe(summary["created"]);
    expect(summary).toMatchObject({ failed: 0, unknown: 0 });
    expect((summary["created"] ?? 0) + (summary["not-attempted"] ?? 0)).toBe(objects);
    expect(summary["not-attempted"]).toBeGreaterThan(0);
    const again = await kapply(server, ["apply", "-n", "default", "-f", "-"], { input: set() });
    expect(again.stderr).toContain(`${objects} objects: `);
    expect(await created(server, "default")).toBe(objects);
  });
});

describe("a second signal", () => {
  test("aborts what is in flight at once, and says of those writes that nobody knows", async () => {
    sandbox = await startSandbox(["--fault", "slow=20s,verb=patch,after=4"]);
    const { kill, ended } = startApply(sandbox, "default");
    const server = sandbox;
    await expect.poll(() => created(server, "default"), { timeout: 20_000, interval: 20 }).toBe(4);
    kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 300));
    kill("SIGINT");
    const { status, summary, seconds } = await ended;
    expect(status).toBe(143);
    expect(seconds).toBeLessThan(2);
    expect(summary).toMatchObject({ created: 4, unknown: atOnce, "not-attempted": objects - 4 - atOnce });
  });

  test("is not needed: after ten seconds the first one ends it all the same", async () => {
    sandbox = await startSandbox(["--fault", "slow=40s,verb=patch,after=4"]);
    const { kill, ended } = startApply(sandbox, "default");
    const server = sandbox;
    await expect.poll(() => created(server, "default"), { timeout: 20_000, interval: 20 }).toBe(4);
    kill("SIGTERM");
    const { status, summary, seconds } = await ended;
    expect(status).toBe(143);
    expect(seconds).toBeGreaterThan(9.5);
    expect(seconds).toBeLessThan(12);
    expect(summary).toMatchObject({ created: 4, unknown: atOnce });
  });
});

describe("while it waits for its turn", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("%s ends it with %i, in what it reports too", async (signal, expected) => {
    const server = testCluster();
    const namespace = await server.freshNamespace("signals");
    const now = new Date().toISOString().replace("Z", "000Z");
    await server.create(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "kapply-web" },
      spec: { holderIdentity: "another", leaseDurationSeconds: 60, acquireTime: now, renewTime: now },
    });
    const dir = folder(server, { "set.yaml": configMap("a", {}) });
    const [report, log] = [path.join(dir, "report.json"), path.join(dir, "log")];
    const flags = ["--set=web", "--lock", "-o", "ndjson", `--report=${report}`, `--termination-log=${log}`];
    const child = spawn(process.execPath, [binary, "apply", "-n", namespace, "-f", dir, ...flags], {
      env: { PATH: process.env["PATH"], HOME: server.dir, KUBECONFIG: server.kubeconfig },
      stdio: ["ignore", "pipe", "ignore"],
    });
    started.push(child);
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    await expect.poll(() => stdout, { timeout: 20_000 }).toContain('"event":"waiting"');
    child.kill(signal);
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(expected);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ exitStatus: expected });
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ exitStatus: expected });
    expect(readFileSync(log, "utf8")).toContain(`was interrupted (exit status ${expected})`);
  });
});

test("while it waits for objects, what was not ready and why is told wherever something is told", async () => {
  const server = testCluster();
  const namespace = await server.freshNamespace("signals");
  const pod = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { automountServiceAccountToken: false, containers: [{ name: c, image: c }] }
`;
  const dir = folder(server, { "set.yaml": pod });
  const [report, log] = [path.join(dir, "report.json"), path.join(dir, "log")];
  for (const output of ["text", "ndjson"]) {
    const flags = ["--wait", "-o", output, `--report=${report}`, `--termination-log=${log}`];
    const child = spawn(
      process.execPath,
      [binary, "apply", "-n", namespace, "-f", path.join(dir, "set.yaml"), ...flags],
      {
        env: { PATH: process.env["PATH"], HOME: server.dir, KUBECONFIG: server.kubeconfig },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    started.push(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await expect.poll(() => stdout + stderr, { timeout: 20_000 }).toContain("it has not started yet");
    child.kill("SIGTERM");
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(143);
    const why = "not ready yet: it has not started yet";
    if (output === "text") expect(stderr).toContain(`\npod/web ${why}\n`);
    else expect(stdout).toMatch(new RegExp(`"event":"failed",.*"reason":"${why}"`));
    expect(readFileSync(report, "utf8")).toContain(why);
    expect(readFileSync(log, "utf8")).toContain(`pod/web ${why}\n`);
  }
});

describe("while it waits for a server that is not there", () => {
  test("a signal ends the wait at once", async () => {
    const nowhere = folder(testCluster(), { "a.yaml": configMap("a", {}) });
    const args = [
      binary,
      "apply",
      "-f",
      nowhere,
      "-n",
      "default",
      "--server=http://127.0.0.1:1",
      "-o",
      "json",
    ];
    const child = spawn(process.execPath, args, { env: {}, stdio: ["ignore", "ignore", "pipe"] });
    started.push(child);
    await once(child.stderr, "data");
    const killedAt = performance.now();
    child.kill("SIGTERM");
    expect((await once(child, "close"))[0]).toBe(143);
    expect(performance.now() - killedAt).toBeLessThan(1000);
  });
});

describe("as PID 1, where a signal without a handler does nothing", () => {
  const cluster = testCluster();

  test("it is PID 1 here", async () => {
    const told = await run("unshare", [...pidNamespace, process.execPath, "-p", "process.pid"]);
    expect(told).toMatchObject({ status: 0, stdout: "1\n" });
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("%s ends it as it does elsewhere", async (signal, expected) => {
    const namespace = await cluster.freshNamespace();
    const server = cluster.target === "sandbox" ? await slowServer() : cluster;
    const place = server === cluster ? namespace : "default";
    const { kill, ended } = startApply(server, place, ["unshare", ...pidNamespace]);
    await expect.poll(() => created(server, place), { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    kill(signal);
    const { status, summary } = await ended;
    expect(await created(server, place)).toBe(summary["created"]);
    // The real server may have done all of it before the signal came.
    const done = summary["created"] === objects && server === cluster;
    expect([expected, ...(done ? [0] : [])]).toContain(status);
  });
});

/** For `unshare`: the command is PID 1 of its own. As root that is enough; else a user namespace makes it root. */
const pidNamespace = [...(process.getuid?.() === 0 ? [] : ["-r"]), "--pid", "--fork", "--mount-proc"];
