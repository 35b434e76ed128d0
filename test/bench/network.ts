/** The ways to the API server: straight, or through a proxy that makes it farther away. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "undici";
import type { ClusterDescription } from "../cluster/client.js";
import { median } from "./turns.js";

export interface Network {
  /** Milliseconds that are added to each round trip. */
  delay: number;
  server: string;
  /** Of the administrator. */
  kubeconfig: string;
  close: () => Promise<void>;
}

/** The way that adds nothing. */
export function straight({ server, kubeconfig }: ClusterDescription): Network {
  return { delay: 0, server, kubeconfig, close: () => Promise.resolve() };
}

/** The way through a proxy, in a process of its own, that adds that many milliseconds to a round trip. */
export async function throughProxy(cluster: ClusterDescription, delay: number): Promise<Network> {
  const script = fileURLToPath(new URL("./delay-proxy.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, String(cluster.port), String(delay)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  // The names in the server's certificate hold for any port.
  const server = `https://127.0.0.1:${line.toString().trim()}`;
  const kubeconfig = path.join(cluster.dir, `proxy-${delay}.kubeconfig`);
  const text = readFileSync(cluster.kubeconfig, "utf8").replaceAll(cluster.server, server);
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  const close = async (): Promise<void> => {
    child.stdin.end();
    await once(child, "close");
  };
  return { delay, server, kubeconfig, close };
}

/** Milliseconds of one small request and its answer, on a connection that is open. */
export async function roundTrip(
  { server }: Network,
  { caPem, adminToken }: ClusterDescription,
): Promise<number> {
  const client = new Client(server, { connect: { ca: caPem } });
  const ask = async (): Promise<number> => {
    const start = performance.now();
    const headers = { authorization: `Bearer ${adminToken}` };
    const { body } = await client.request({ path: "/version", method: "GET", headers });
    await body.dump();
    return performance.now() - start;
  };
  const spent: number[] = [];
  for (let at = 0; at < 25; at++) spent.push(await ask());
  await client.close();
  return median(spent.slice(5));
}
