/** Who does the work: kapply, kubectl, and a bare loop, each as whole processes. */
import { readFileSync, writeFileSync } from "node:fs";
import { stat, open } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { AuditEvent } from "../cluster/audit.js";
import type { KubectlCluster } from "../cluster/kubectl.js";
import { run, sleep } from "../cluster/run.js";
import { binary } from "../cluster/sandbox.js";
import type { Network } from "./network.js";
import type { KubernetesObject, ObjectSet } from "./sets.js";

export type Verb = "apply" | "diff";

export interface Peers {
  /** Seconds of one run; also of any other of its commands. */
  kapply: (network: Network, args: readonly string[]) => Promise<number>;
  kubectl: (network: Network, args: readonly string[]) => Promise<number>;
  /** The PATCHes of a set that is not there yet, sent by a bare undici loop. */
  loop: (network: Network, set: ObjectSet) => Promise<number>;
  /** The most memory that a run of kapply held, in MB. */
  peakMegabytes: (network: Network, args: readonly string[]) => Promise<number>;
  /** How many requests of kapply's the server answered meanwhile, by its audit log. */
  requestsOfKapply: (work: () => Promise<unknown>) => Promise<number>;
  /** Waits until the controllers have come to rest: at most half a minute. */
  untilQuiet: () => Promise<void>;
}

/** The command lines of the two appliers for the same work. */
export const commandLines = {
  kapply: (verb: Verb, set: ObjectSet): string[] => [verb, "-f", set.file],
  kubectl: (verb: Verb, set: ObjectSet): string[] => [verb, "--server-side", "-f", set.file],
};

/** As many as kapply has. */
const connections = 16;

export function peersOf(cluster: KubectlCluster): Peers {
  const seconds = async (
    { kubeconfig }: Pick<Network, "kubeconfig">,
    command: string,
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<number> => {
    const env = { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: kubeconfig, ...more };
    const start = performance.now();
    const { status, stderr } = await run(command, args, { env });
    const spent = (performance.now() - start) / 1000;
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}:\n${stderr}`);
    return spent;
  };
  const audited = async (from: number): Promise<string[]> => linesFrom(cluster.auditLog, from);
  const logged = async (): Promise<number> => (await stat(cluster.auditLog)).size;

  return {
    kapply: (network, args) => seconds(network, process.execPath, [binary, ...args]),
    kubectl: (network, args) => seconds(network, cluster.kubectlPath, args),
    loop: async (network, set) => {
      const file = path.join(cluster.dir, `${set.namespace}.json`);
      writeFileSync(file, JSON.stringify(loopInput(network, set)), { mode: 0o600 });
      return seconds(network, process.execPath, [
        fileURLToPath(new URL("./loop.mjs", import.meta.url)),
        file,
      ]);
    },
    peakMegabytes: async (network, args) => {
      const reporter = path.join(cluster.dir, "peak.cjs");
      const file = path.join(cluster.dir, "peak");
      writeFileSync(reporter, peakReporter);
      const env = { NODE_OPTIONS: `--require=${reporter}`, KAPPLY_BENCH_PEAK: file };
      await seconds(network, process.execPath, [binary, ...args], env);
      return Number(readFileSync(file, "utf8")) / 1024;
    },
    requestsOfKapply: async (work) => {
      const from = await logged();
      await work();
      const events = (await audited(from)).map((line) => JSON.parse(line) as AuditEvent);
      return events.filter(({ userAgent }) => userAgent?.startsWith("kapply/")).length;
    },
    untilQuiet: async () => {
      for (let tries = 0; tries < 30; tries++) {
        const from = await logged();
        await sleep(1000);
        if ((await audited(from)).length < 20) return;
      }
    },
  };
}

// What getrusage(2) tells (process.resourceUsage) starts, on Linux, with the size of the process that forked this one.
const peakReporter = `
process.on("exit", () => {
  const fs = require("node:fs");
  const own = /VmHWM:\\s*(\\d+)/.exec(process.platform === "linux" ? fs.readFileSync("/proc/self/status", "utf8") : "");
  fs.writeFileSync(process.env.KAPPLY_BENCH_PEAK, String(own ? own[1] : process.resourceUsage().maxRSS));
});
`;

/** The whole lines of a log from that byte on. */
async function linesFrom(file: string, from: number): Promise<string[]> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc((await handle.stat()).size - from);
    await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString("utf8").split("\n").slice(0, -1);
  } finally {
    await handle.close();
  }
}

/** What loop.mjs reads: the requests that kapply would send, and the credentials that it would find. */
function loopInput({ server, kubeconfig }: Network, { objects }: ObjectSet): object {
  const config = JSON.parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const read = (file: string): string => readFileSync(file, "utf8");
  const { user } = config.users[0];
  const tls = {
    ca: read(config.clusters[0].cluster["certificate-authority"]),
    cert: read(user["client-certificate"]),
    key: read(user["client-key"]),
  };
  const requests = objects.map((object) => ({ path: patchPath(object), body: JSON.stringify(object) }));
  return { server, tls, connections, requests };
}

/** As test/cluster/client.ts writes it for the administrator. */
interface Kubeconfig {
  clusters: [{ cluster: { "certificate-authority": string } }];
  users: [{ user: { "client-certificate": string; "client-key": string } }];
}

/** Where kapply sends an object of the core group. */
function patchPath({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const query = "fieldManager=kapply&force=false&fieldValidation=Strict";
  return `/api/v1${within}/${kind.toLowerCase()}s/${name}?${query}`;
}
