/** `--lock` when the Lease is lost on the way: nothing more is written, and no end is taken for a good one. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { sleep } from "../cluster/run.js";
import { startSandbox } from "../cluster/sandbox.js";
import { binary, configMap, folder, kapply } from "./kapply.js";
import { accountWith, rule } from "./roles.js";

const cluster = testCluster();
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

const size = 400;
const setOf = (value: string): string =>
  Array.from({ length: size }, (_, at) => configMap(`cm-${at}`, { value })).join("---\n");

interface Copy {
  /** Resolves when so many objects were applied. */
  applied: (atLeast: number) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
  /** A file beside its manifests. */
  file: (name: string) => string;
}

/** Starts a locked apply of many ConfigMaps that tells its events. */
function start(namespace: string, flags: (file: Copy["file"]) => string[] = () => []): Copy {
  const dir = folder(cluster, { "set.yaml": setOf("first") });
  const file = (name: string): string => path.join(dir, name);
  const args = ["apply", "-n", namespace, "-f", file("set.yaml"), "--set=web", "--lock", "-o", "ndjson"];
  const child = spawn(process.execPath, [binary, ...args, ...flags(file)], {
    env: { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const count = (): number => stdout.split('"event":"applied"').length - 1;
  return {
    file,
    kill: (signal) => child.kill(signal),
    applied: (atLeast) =>
      expect.poll(count, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(atLeast),
    ended: once(child, "close").then(([status]: unknown[]) => ({
      status: status as number | null,
      stdout,
      stderr,
    })),
  };
}

const lastLine = (stdout: string): unknown => JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");

const leaseAt = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kapply-web`;

async function valuesIn(namespace: string): Promise<Record<string, number>> {
  const { items } = await cluster.get<{ items: { metadata: { name: string }; data: { value: string } }[] }>(
    `/api/v1/namespaces/${namespace}/configmaps`,
  );
  const values: Record<string, number> = {};
  for (const { metadata, data } of items)
    if (metadata.name.startsWith("cm-")) values[data.value] = (values[data.value] ?? 0) + 1;
  return values;
}

test("a copy that stood still while another took over writes nothing over it, and ends with 6", async () => {
  const namespace = await cluster.freshNamespace("lost");
  const copy = start(namespace);
  await copy.applied(10);
  copy.kill("SIGSTOP");
  await sleep(1000);
  const args = ["apply", "-n", namespace, "-f", "-", "--set=web", "--lock"];
  const second = await kapply(cluster, args, { input: setOf("second") });
  expect(second, second.stderr).toMatchObject({ status: 0 });
  copy.kill("SIGCONT");
  const { status, stdout } = await copy.ended;
  expect(status).toBe(6);
  expect(lastLine(stdout)).toMatchObject({ event: "finished", exitStatus: 6 });
  expect(stdout).toMatch(/"reason":"the Lease kapply-web is lost: [^"]+"/);
  expect(await valuesIn(namespace)).toEqual({ second: size });
}, 60_000);

test("a Lease that is deleted in the middle ends the run with 6, and --wait does not wait", async () => {
  const namespace = await cluster.freshNamespace("lost");
  const copy = start(namespace, (file) => ["--wait", "--concurrency=1", `--termination-log=${file("log")}`]);
  await copy.applied(5);
  // It is renewed every five seconds at the latest; without the pause the run would be over before.
  copy.kill("SIGSTOP");
  await cluster.delete(leaseAt(namespace));
  await sleep(5500);
  copy.kill("SIGCONT");
  const { status, stdout } = await copy.ended;
  expect({ status, waiting: stdout.includes('"event":"waiting"') }).toEqual({ status: 6, waiting: false });
  expect(readFileSync(copy.file("log"), "utf8")).toMatch(
    /^kapply apply failed \(exit status 6\)[^]*not attempted: the Lease kapply-web is lost: it was deleted$/m,
  );
}, 60_000);

test.each([
  ["with --wait, which would wait for nothing", ["--wait"]],
  ["without", []],
])(
  "a Lease that is lost while the last write is under way is no good end: %s",
  async (_, flags) => {
    const server = await startSandbox(["--fault", "slow=7s,verb=patch"]);
    try {
      const dir = folder(server, { "set.yaml": configMap("settings", {}) });
      const applied = kapply(server, [
        ...["apply", "-n", "default", "-f", dir, "--set=web", "--lock", "--revision=9", "-o", "json"],
        ...flags,
      ]);
      await expect
        .poll(async () => (await server.request(leaseAt("default"))).status, { timeout: 10_000 })
        .toBe(200);
      await server.delete(leaseAt("default"));
      const { status, stdout, stderr } = await applied;
      expect({ status, stderr }).toMatchObject({ status: 6 });
      expect(JSON.parse(stdout)).toMatchObject({ exitStatus: 6 });
      expect(stderr).toContain(
        "the Lease kapply-web is lost: it was deleted; what was applied is not recorded",
      );
      expect(stderr).not.toContain("not ready yet");
    } finally {
      await server.stop();
    }
  },
  40_000,
);

describe("a second signal", () => {
  test("leaves the report and the termination message, and the Lease as it says", async () => {
    const namespace = await cluster.freshNamespace("lost");
    const copy = start(namespace, (file) => [
      `--report=${file("report")}`,
      `--termination-log=${file("log")}`,
    ]);
    await copy.applied(5);
    copy.kill("SIGTERM");
    await sleep(20);
    copy.kill("SIGTERM");
    const { status, stdout, stderr } = await copy.ended;
    expect(status).toBe(143);
    expect(lastLine(stdout)).toMatchObject({ event: "finished", exitStatus: 143 });
    expect(existsSync(copy.file("report"))).toBe(true);
    expect(readFileSync(copy.file("log"), "utf8")).toContain("was interrupted (exit status 143)");
    // There is a moment for it: on a busy machine it may not be enough, and that is told.
    const { spec } = await cluster.get<{ spec: { holderIdentity: string } }>(leaseAt(namespace));
    expect(spec.holderIdentity === "").toBe(!stderr.includes("could not be given back"));
  });
});

test("a run that could write nothing leaves nothing begun on the Lease", async () => {
  const namespace = await cluster.freshNamespace("lost");
  const role = accountWith("applier", [
    rule("coordination.k8s.io", "leases", "get, create, update", ["kapply-web"]),
  ]);
  expect(await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: role })).toMatchObject({
    status: 0,
  });
  const KUBECONFIG = cluster.kubeconfigFor(
    { token: await cluster.tokenFor(namespace, "applier") },
    namespace,
  );
  const apply = (revision: number, env: NodeJS.ProcessEnv = {}) =>
    kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--set=web", `--revision=${revision}`], {
      input: configMap("settings", { a: "1" }),
      env,
    });
  expect(await apply(9, { KUBECONFIG })).toMatchObject({ status: 3 });
  expect(await apply(8)).toMatchObject({ status: 0, stdout: "configmap/settings created\n" });
});
