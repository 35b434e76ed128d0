/**
 * `npm run demo`: kapply's main job on a machine that has Node and nothing else. Each command is printed and then run:
 * as in an init container, with the service-account files and variables of a Pod, against a sandbox.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { getKey, getPath, isObject } from "../src/json.js";
import { readYaml } from "../src/yaml/index.js";

const root = join(import.meta.dirname, "..");
const binary = join(root, "dist", "kapply.cjs");
const example = "examples/init-container/app.yaml";

interface Ready {
  host: string;
  port: number;
  serviceAccountDir: string;
}

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "kapply-demo-"));
  let sandbox: ChildProcess | undefined;
  try {
    await mountManifests(join(dir, "manifests"));
    say("# A Kubernetes API server in one process, with the example's Role and ServiceAccount:");
    const started = await startSandbox(dir);
    sandbox = started.process;
    const run = runner(dir, started.ready);
    say("# As the init container of that example, with nothing but its service account:");
    run("kapply whoami");
    run("kapply apply -f manifests");
    say("# Somebody edits a manifest:");
    run("sed -i.bak 's/hello/good morning/' manifests/settings.yaml");
    run("kapply diff -f manifests", 1);
    run("kapply apply -f manifests");
    say("# Nothing is left to do, and nothing is written:");
    run("kapply apply -f manifests");
    return 0;
  } finally {
    await stop(sandbox);
    rmSync(dir, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The files that the init container has mounted: those of the ConfigMap in the example, its variable filled in. */
async function mountManifests(folder: string): Promise<void> {
  mkdirSync(folder);
  const { documents } = await readYaml(readFileSync(join(root, example), "utf8"), example);
  const mounted = documents.find(({ value }) => getPath(value, ["metadata", "name"]) === "web-manifests");
  const data = getKey(mounted?.value, "data");
  for (const [name, text] of Object.entries(isObject(data) ? data : {}))
    writeFileSync(
      join(folder, name),
      typeof text === "string" ? text.replaceAll("${GREETING}", "hello") : "",
    );
}

function startSandbox(dir: string): Promise<{ process: ChildProcess; ready: Ready }> {
  const shown = ["sandbox", "--seed", example, "--service-account", "default/web"];
  say(`$ kapply ${shown.join(" ")}`);
  const args = [binary, ...shown, "--dir", join(dir, "sandbox"), "-o", "json"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (!text.includes("\n")) return;
      const ready = JSON.parse(text) as Ready & { server: string };
      say(`A Kubernetes API server is ready at ${ready.server}.\n`);
      resolve({ process: child, ready });
    });
    child.on("close", (code) => reject(new Error(`the sandbox ended with status ${String(code)}`)));
  });
}

/** Runs shell commands as the kubelet would run the container's: in that folder, with those variables. */
function runner(dir: string, { host, port, serviceAccountDir }: Ready) {
  const bin = join(dir, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "kapply"), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`);
  chmodSync(join(bin, "kapply"), 0o755);
  const env = {
    PATH: [bin, process.env["PATH"]].join(delimiter),
    HOME: dir,
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT_HTTPS: String(port),
    KAPPLY_SERVICE_ACCOUNT_DIR: serviceAccountDir,
    ...(process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? { FORCE_COLOR: "1" } : {}),
  };
  return (command: string, expected = 0): void => {
    say(`$ ${command}`);
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", command], { cwd: dir, env });
    process.stdout.write(Buffer.concat([stdout, stderr]));
    say("");
    if (status !== expected) throw new Error(`"${command}" ended with status ${String(status)}`);
  };
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGTERM");
  await ended;
}

process.exitCode = await main();
