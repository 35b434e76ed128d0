/** The sandbox's part of `npm run bench`: how long it takes to start, what it holds in memory, how fast it applies. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Pool } from "undici";
import { output } from "../cluster/run.js";
import { binary, startSandbox } from "../cluster/sandbox.js";
import type { ClusterDescription } from "../cluster/client.js";
import { median } from "./turns.js";

const connections = 16;
const held = 50_000;

/** Prints its rows. `real` is the API server to compare with. */
export async function benchSandbox(real: ClusterDescription, runs: number): Promise<void> {
  console.log("\nthe sandbox");
  const starts: number[] = [];
  for (let turn = 0; turn < runs; turn++) starts.push(await millisecondsToReady());
  row("from start to ready", `${Math.round(median(starts))} ms`, "wanted: under 300 ms");

  const sandbox = await startSandbox();
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let turn = 0; turn < runs; turn++) {
      ours.push(await appliesPerSecond(sandbox, `bench-${turn}`));
      theirs.push(await appliesPerSecond(real, `bench-sandbox-${turn}`));
    }
    const [a, b] = [median(ours), median(theirs)];
    const rates = `${Math.round(a)} a second`;
    row(
      "1,000 server-side applies",
      rates,
      `a real API server: ${Math.round(b)}, ratio ${(a / b).toFixed(1)}`,
    );

    await write(sandbox, "held", held, (path, name) => ({ path, method: "POST", body: configMap(name) }));
    row(`memory with ${held} ConfigMaps`, `${await megabytes(sandbox.pid)} MB`, "wanted: under 600 MB");
  } finally {
    await sandbox.stop();
  }
}

function row(title: string, value: string, beside: string): void {
  console.log(`${title.padEnd(40)}${value.padStart(16)}   ${beside}`);
}

async function millisecondsToReady(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [binary, "sandbox", "-o", "json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const spent = performance.now() - start;
  child.kill("SIGTERM");
  await once(child, "close");
  return spent;
}

async function appliesPerSecond(cluster: ClusterDescription, namespace: string): Promise<number> {
  const count = 1000;
  const seconds = await write(cluster, namespace, count, (path, name) => ({
    path: `${path}/${name}?fieldManager=bench`,
    method: "PATCH",
    body: configMap(name),
  }));
  return count / seconds;
}

interface Write {
  path: string;
  method: "POST" | "PATCH";
  body: object;
}

/** Sends that many writes to a new namespace, over all connections at once; gives the seconds it took. */
async function write(
  { server, caPem, adminToken }: ClusterDescription,
  namespace: string,
  count: number,
  nth: (collection: string, name: string) => Write,
): Promise<number> {
  const pool = new Pool(server, { connections, connect: { ca: caPem } });
  const headers = { authorization: `Bearer ${adminToken}` };
  const send = async ({ path, method, body }: Write): Promise<void> => {
    const type = method === "POST" ? "application/json" : "application/apply-patch+yaml";
    const request = {
      path,
      method,
      headers: { ...headers, "content-type": type },
      body: JSON.stringify(body),
    };
    const response = await pool.request(request);
    const text = await response.body.text();
    if (response.statusCode !== 201) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
  };
  const metadata = { name: namespace };
  await send({
    path: "/api/v1/namespaces",
    method: "POST",
    body: { apiVersion: "v1", kind: "Namespace", metadata },
  });
  const collection = `/api/v1/namespaces/${namespace}/configmaps`;
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < count) await send(nth(collection, `cm-${next++}`));
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return seconds;
}

function configMap(name: string): object {
  const metadata = { name, labels: { app: "bench" } };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { key: name, "config.yaml": "a: 1\nb: [1, 2, 3]\n" },
  };
}

/** What a process holds in memory (its resident set). */
async function megabytes(pid: number): Promise<number> {
  return Math.round(Number(await output("ps", ["-o", "rss=", "-p", String(pid)])) / 1024);
}
