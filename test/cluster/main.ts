/**
 * The control plane from the command line. `npm run cluster`, `test:cluster`, `schemas` and `bench` come here.
 *
 *   start              one for a person, until Ctrl-C
 *   test [ARGS]        the e2e suite against a fresh one; ARGS go to vitest
 *   schemas            scripts/schemas.ts against a fresh one
 *   bench [ARGS]       test/bench/main.ts against a fresh one
 *   run -- COMMAND     any command, with KUBECONFIG and KAPPLY_TEST_CLUSTER set
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { recordPid } from "./component.js";
import { startControlPlane, type ControlPlane } from "./control-plane.js";
import { exitStatus } from "./run.js";

const usage =
  "usage: tsx test/cluster/main.ts start | test [ARGS] | schemas | bench [ARGS] | run -- COMMAND [ARGS]";
const root = path.resolve(import.meta.dirname, "../..");
const typescript = ["--import", "tsx"];
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof signals;

/** What is done with a control plane; resolves with the exit status. `interrupted` resolves when a signal came. */
type Use = (cluster: ControlPlane, interrupted: Promise<Signal>) => Promise<number>;

process.exitCode = await main(process.argv.slice(2));

async function main([command = "", ...args]: string[]): Promise<number> {
  const node = (...rest: string[]): Use => running(process.execPath, [...rest, ...args]);
  switch (command) {
    case "start":
      return withControlPlane(play);
    case "test":
      return withControlPlane(
        node("node_modules/vitest/vitest.mjs", "run", "--config", "test/e2e/vitest.config.ts"),
      );
    case "schemas":
      return withControlPlane(node(...typescript, "scripts/schemas.ts"));
    case "bench":
      return withControlPlane(node(...typescript, "test/bench/main.ts"));
    case "run": {
      const [program, ...rest] = args[0] === "--" ? args.slice(1) : args;
      if (program !== undefined) return withControlPlane(running(program, rest, process.cwd()));
      break;
    }
  }
  say(usage);
  return 2;
}

/** Starts one, uses it, stops it, whatever happens in between. */
async function withControlPlane(use: Use): Promise<number> {
  const abort = new AbortController();
  let came: Signal | undefined;
  const interrupted = new Promise<Signal>((resolve) => {
    const interrupt = (signal: Signal) => {
      came ??= signal;
      resolve(came);
      abort.abort(new Error(`interrupted by ${signal}`));
    };
    for (const signal of Object.keys(signals) as Signal[]) process.on(signal, () => interrupt(signal));
    whenOrphaned(() => interrupt("SIGHUP"));
  });
  try {
    const cluster = await startControlPlane({ say, signal: abort.signal });
    try {
      writeFileSync(descriptionFile(cluster), JSON.stringify(cluster), { mode: 0o600 });
      const status = await use(cluster, interrupted);
      return came === undefined ? status : signals[came];
    } finally {
      await cluster.stop();
    }
  } catch (error) {
    if (came !== undefined) return signals[came];
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Whoever started this may be killed without a word to it; its children are then given to another parent. */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) then();
  }, 1000).unref();
}

/** Runs a command with the control plane in its environment. */
function running(command: string, args: string[], cwd = root): Use {
  return (cluster, interrupted) =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        // kubectl is the one of the same build, whatever the machine has.
        PATH: [path.dirname(cluster.kubectlPath), process.env["PATH"]].join(path.delimiter),
        KUBECONFIG: cluster.kubeconfig,
        KUBECACHEDIR: path.join(cluster.dir, "kubectl-cache"),
        KAPPLY_TEST_CLUSTER: descriptionFile(cluster),
      };
      const child = spawn(command, args, { cwd, env, stdio: "inherit" });
      const forget = child.pid === undefined ? undefined : recordPid(cluster.dir, "command", child.pid);
      child.on("error", reject);
      child.on("close", (code, signal) => {
        forget?.();
        resolve(exitStatus(code, signal));
      });
      void interrupted.then((signal) => {
        // A terminal sends Ctrl-C to the whole foreground group, the child included.
        if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
      });
    });
}

/** Tells a person how to use it, and waits for Ctrl-C. */
async function play(cluster: ControlPlane, interrupted: Promise<Signal>): Promise<number> {
  const { kubeconfig, kubectlPath, server, caFile, adminToken } = cluster;
  const { gitVersion } = JSON.parse((await cluster.request("/version")).body) as { gitVersion: string };
  process.stdout
    .write(`Kubernetes ${gitVersion} is ready at ${server}. Ctrl-C stops it and removes everything.

In another terminal:

  export KUBECONFIG=${kubeconfig}
  alias kubectl=${kubectlPath}
  kubectl get namespaces
  npm run build && node dist/kapply.cjs whoami

With a token instead:

  curl --cacert ${caFile} -H "Authorization: Bearer ${adminToken}" ${server}/version
`);
  const keepAlive = setInterval(() => undefined, 60_000);
  await interrupted;
  clearInterval(keepAlive);
  return 0;
}

function descriptionFile(cluster: ControlPlane): string {
  return path.join(cluster.dir, "cluster.json");
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
