/** A process that holds a Lease: `startHolder` runs this very file, which takes the Lease that its environment names. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { getObject, leaseType, putLease } from "../../src/cluster/index.js";
import { KapplyError } from "../../src/errors.js";
import { holdLease, parseRevision } from "../../src/lease/index.js";
import type { LeaseRequests } from "../../src/lease/index.js";
import type { Cluster } from "../cluster/client.js";
import { transportTo } from "../e2e/transport.js";

export interface Task {
  namespace: string;
  name: string;
  holder: string;
  hash: string;
  revision?: string;
  token: string;
  durationSeconds?: number;
  /** For how long it holds before it gives back. */
  workMs: number;
}

/** What it tells, and when, in milliseconds since the epoch. */
export type Told = { at: number } & (
  | { is: "waiting"; holder: string }
  | { is: "held" | "released" }
  | { is: "skipped" | "lost"; why: string }
  | { is: "failed"; code: string; message: string; hint: string | undefined }
);

export interface Holder {
  told: Told[];
  /** Resolves once it has told that. Throws when it ends before. */
  until: (what: Told["is"]) => Promise<Told>;
  ended: Promise<void>;
  kill: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => void;
}

const variable = "KAPPLY_TEST_HOLDER";

export function startHolder({ server, caPem }: Cluster, task: Task): Holder {
  const env = { ...process.env, [variable]: JSON.stringify({ ...task, server, caPem }) };
  const child = spawn(process.execPath, ["--import", "tsx", import.meta.filename], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const told: Told[] = [];
  const heard = new Set<() => void>();
  const wake = (): void => heard.forEach((listener) => listener());
  createInterface(child.stdout).on("line", (line) => {
    told.push(JSON.parse(line) as Told);
    wake();
  });
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      over = true;
      wake();
      resolve();
    });
  });
  const until = async (what: Told["is"]): Promise<Told> => {
    for (;;) {
      const found = told.find(({ is }) => is === what);
      if (found !== undefined) return found;
      if (over) throw new Error(`${task.holder} was never ${what}: ${JSON.stringify(told)}`);
      await new Promise<void>((resolve) => heard.add(resolve));
    }
  };
  return { told, until, ended, kill: (signal) => child.kill(signal) };
}

async function hold(task: Task & { server: string; caPem: string }): Promise<void> {
  const tell = (what: object): void => {
    process.stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);
  };
  const transport = await transportTo(
    { ...task, adminToken: task.token },
    { sends: "writes", concurrency: 1 },
  );
  const { namespace, name, holder, hash, revision, durationSeconds } = task;
  try {
    const requests: LeaseRequests = {
      get: () => getObject(transport, leaseType, namespace, name),
      put: (lease) => putLease(transport, lease, { fieldManager: "kapply" }),
    };
    const held = await holdLease(
      { namespace, name },
      { taking: requests, keeping: requests },
      {
        holder,
        wanted: { hash, revision: revision === undefined ? undefined : parseRevision(revision) },
        durationSeconds,
        waiting: ({ holder }) => tell({ is: "waiting", holder }),
      },
    );
    if (held.is === "skipped") {
      tell(held);
      return;
    }
    tell({ is: "held" });
    const ends = Date.now() + task.workMs;
    while (Date.now() < ends && held.isLost() === undefined)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const why = held.isLost();
    tell(why === undefined ? { is: "released" } : { is: "lost", why });
    await held.release("applied");
  } catch (error) {
    if (!(error instanceof KapplyError)) throw error;
    tell({ is: "failed", code: error.code, message: error.message, hint: error.details.hint });
  } finally {
    await transport.close();
  }
}

const task = process.env[variable];
if (task !== undefined) await hold(JSON.parse(task) as Parameters<typeof hold>[0]);
