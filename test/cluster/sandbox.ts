/** `kapply sandbox` of the built file, as a server for tests: the other target of the end-to-end suite. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeCertificates } from "./certificates.js";
import { clusterOf, type Cluster, type ClusterDescription } from "./client.js";
import { startComponent, untilReady, type Component } from "./component.js";
import { writeFile, writeUsers } from "./files.js";
import { startGuardian } from "./guardian.js";

export interface Sandbox extends Cluster {
  readonly pid: number;
  /** Ends it and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** What `kapply sandbox -o json` prints once it listens. */
interface Ready {
  server: string;
  host: string;
  port: number;
  kubeconfig: string;
  caFile: string;
  token: string;
}

export const binary = path.resolve(import.meta.dirname, "../../dist/kapply.cjs");

/**
 * Starts one with these further flags and waits until it listens. Its users are those of a control plane for tests.
 * Throws an error that holds the end of its log when it ends before, or when nothing is built.
 */
export async function startSandbox(flags: readonly string[] = []): Promise<Sandbox> {
  if (!existsSync(binary)) throw new Error("There is no dist/kapply.cjs: run `npm run build`.");
  const dir = mkdtempSync(path.join(tmpdir(), "kapply-sandbox-"));
  const guardian = startGuardian(dir);
  let component: Component | undefined;
  const stop = async (): Promise<void> => {
    await component?.stop("SIGTERM");
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    await guardian.dismiss();
  };
  try {
    const certificates = await makeCertificates(["alice", "bob"]);
    const users = writeUsers(dir, certificates);
    const clientCa = writeFile(dir, "client-ca.crt", certificates.ca);
    const out = path.join(dir, "ready.json");
    const args = ["sandbox", "-o", "json", "--log=json", `--dir=${path.join(dir, "server")}`];
    const all = [binary, ...args, `--client-ca=${clientCa}`, ...flags];
    component = startComponent(dir, "sandbox", process.execPath, all, out);
    await untilReady(component, 30, () => Promise.resolve(readFileSync(out, "utf8").includes("\n")));
    const description = describe(dir, JSON.parse(readFileSync(out, "utf8")) as Ready, users);
    writeFileSync(path.join(dir, "cluster.json"), JSON.stringify(description), { mode: 0o600 });
    let stopped: Promise<void> | undefined;
    return { ...clusterOf(description), pid: component.pid, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function describe(dir: string, ready: Ready, users: ClusterDescription["users"]): ClusterDescription {
  const { server, host, port, kubeconfig, caFile } = ready;
  return {
    target: "sandbox",
    server,
    host,
    port,
    caFile,
    caPem: readFileSync(caFile, "utf8"),
    kubeconfig,
    adminToken: ready.token,
    users,
    dir,
    auditLog: path.join(dir, "sandbox.log"),
  };
}
