/** `kapply sandbox` as a person runs it: the built file. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../cluster/run.js";

const binary = path.resolve(import.meta.dirname, "../../dist/kapply.cjs");
const base = { PATH: process.env["PATH"], HOME: tmpdir() };
const sandbox = (args: readonly string[], env: NodeJS.ProcessEnv = base) =>
  run(process.execPath, [binary, "sandbox", ...args], { env });
const shell = (script: string, flags: readonly string[] = [], env = base) =>
  sandbox(
    [...flags, "--", "/bin/sh", "-c", script.replaceAll("kapply ", `"${process.execPath}" "${binary}" `)],
    env,
  );

function folder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), "kapply-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts one in the foreground, and gives what it has printed once it is ready. */
async function start(flags: readonly string[]) {
  const child = spawn(process.execPath, [binary, "sandbox", ...flags], { env: base });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const stdout = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
    child.once("exit", () => reject(new Error(stderr)));
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, stdout, ended, stderr: () => stderr };
}

describe("with a command", () => {
  test("runs it against a server of its own, and exits with its status", async () => {
    const { status, stdout } = await shell("kapply apply -f examples/local-diff && exit 7");
    expect(status).toBe(7);
    expect(stdout).toContain("deployment.apps/web created");
  });

  test("gives it a kubeconfig, and what a pod has", async () => {
    const { stdout } = await shell("kapply whoami; env -u KUBECONFIG kapply whoami", [
      "--service-account",
      "shop/web",
    ]);
    expect(stdout).toContain("user:       kubernetes-admin");
    expect(stdout).toContain("found by:   in-pod service account");
    expect(stdout).toContain("user:       system:serviceaccount:shop:web");
  });

  test("passes on what ends it: its own signal, and one for the sandbox", async () => {
    expect((await shell("kill -KILL $$")).status).toBe(137);
    const dir = folder();
    const child = spawn(process.execPath, [binary, "sandbox", "--dir", dir, "--", "sleep", "30"], {
      env: base,
    });
    const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    while (!existsSync(path.join(dir, "kubeconfig"))) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGTERM");
    expect(await ended).toBe(143);
  });

  test("that is not there is told; status 2", async () => {
    const { status, stderr } = await sandbox(["--", "no-such-program"]);
    expect(status).toBe(2);
    expect(stderr).toContain("no-such-program can't be run");
  });

  test("leaves nothing behind", async () => {
    const tmp = folder();
    await shell("true", [], { ...base, TMPDIR: tmp } as typeof base);
    expect((await run("ls", ["-A", tmp])).stdout).toBe("");
  });
});

describe("in the foreground", () => {
  test("prints the URL and a kubeconfig, and stops when it is told to", async () => {
    const { child, stdout, ended } = await start([]);
    expect(stdout).toMatch(/is ready at https:\/\/127\.0\.0\.1:\d+\./);
    const [, kubeconfig = ""] = /export KUBECONFIG=(\S+)/.exec(stdout) ?? [];
    const asked = await run(process.execPath, [binary, "whoami"], {
      env: { ...base, KUBECONFIG: kubeconfig },
    });
    expect(asked.stdout).toContain("kubernetes-admin");
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(existsSync(kubeconfig)).toBe(false);
  });

  test("logs each request where it is asked to", async () => {
    const { child, stdout, ended, stderr } = await start(["--log", "-o", "json"]);
    const { kubeconfig } = JSON.parse(stdout) as { kubeconfig: string };
    await run(process.execPath, [binary, "raw", "/api/v1/namespaces/default"], {
      env: { ...base, KUBECONFIG: kubeconfig },
    });
    child.kill("SIGTERM");
    await ended;
    expect(stderr()).toMatch(/^GET \/api\/v1\/namespaces\/default 200 \d+ms kubernetes-admin$/m);
  });

  test("listens on this machine alone", async () => {
    const { stdout } = await start(["-o", "json"]);
    const { port } = JSON.parse(stdout) as { port: number };
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others)
      await expect(fetch(`https://${address}:${port}/version`)).rejects.toMatchObject({
        cause: { code: "ECONNREFUSED" },
      });
  });
});

describe("flags", () => {
  test.each([
    [["--http", "--listen", "0.0.0.0:0"], "plain HTTP at 0.0.0.0 would let anyone in"],
    [["--listen", "nowhere:here"], "--listen=nowhere:here is no address"],
    [["--fault", "sometimes"], "sometimes"],
    [["--service-account", "a/b/c"], "--service-account=a/b/c is no service account"],
    [["--seed", "no-such-file.yaml"], "no-such-file.yaml"],
    [["--client-ca", "no-such-file.pem"], "no-such-file.pem can't be read"],
    [["--client-ca", "package.json"], "package.json is no certificate"],
    [["-o", "yaml"], "-o yaml is not for the sandbox"],
    [["--dir", "/proc/none/at/all"], "/proc/none/at/all can't be written"],
    [["--state", "/proc/none/at/all"], "the state file /proc/none/at/all can't be used"],
  ])("%j is refused with a reason; status 2", async (flags, words) => {
    const { status, stderr } = await sandbox([...flags, "--", "true"]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  test("--fault help lists the words of a fault", async () => {
    const { stdout, status } = await sandbox(["--fault", "help"]);
    expect(status).toBe(0);
    for (const word of ["reset-after", "truncate", "retry-after=1", "every=3"])
      expect(stdout).toContain(word);
  });

  test("--http needs no credentials", async () => {
    const { stdout } = await shell("kapply whoami", ["--http"]);
    expect(stdout).toContain("http://127.0.0.1:");
    expect(stdout).toContain("kubernetes-admin");
  });

  test("--seed loads objects first, --state keeps them", async () => {
    const dir = folder();
    writeFileSync(
      path.join(dir, "seed.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: seeded }\ndata: { a: b }\n",
    );
    const state = path.join(dir, "state.json");
    await shell("true", ["--seed", path.join(dir, "seed.yaml"), "--state", state]);
    const { stdout } = await shell("kapply raw /api/v1/namespaces/default/configmaps/seeded", [
      "--state",
      state,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ data: { a: "b" } });
    expect(JSON.parse(readFileSync(state, "utf8"))).toHaveProperty("version");
  });
});

test("docs/sandbox.md names every flag", async () => {
  const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/sandbox.md"), "utf8");
  const { stdout } = await sandbox(["--help"]);
  const flags = [...stdout.matchAll(/^ {2}(?:-\w, | {4})--([\w-]+)/gm)].map(([, name = ""]) => name);
  expect(flags.length).toBeGreaterThan(8);
  const missing = flags.filter(
    (name) => !page.includes(`--${name}`) && !["recursive", "output"].includes(name),
  );
  expect(missing).toEqual([]);
});
