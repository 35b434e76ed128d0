/** One process of a control plane, in a process group of its own, with a log file and a pid file. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { sleep } from "./run.js";

export interface Component {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** The last lines that it logged. */
  logTail(lines?: number): string;
  /** Ends the process and its group; SIGKILL follows when a gentler signal has not worked within 15 seconds. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** A component that ended, or was not ready in time, while it was awaited. */
export class ComponentFailed extends Error {
  override readonly name = "ComponentFailed";
  /** It asked for a port that another process had taken in the meantime: worth another try with other ports. */
  readonly portTaken: boolean;
  constructor(what: string, component: Component) {
    const tail = component.logTail();
    super(`${component.name} ${what}. The end of its log:\n${tail}`);
    this.portTaken = tail.includes("address already in use");
  }
}

/** Where the process ids are that a guardian has to end. */
export function pidFolder(dir: string): string {
  return path.join(dir, "pids");
}

/** Puts a process into the guardian's care; returns what takes it out again. */
export function recordPid(dir: string, name: string, pid: number): () => void {
  const file = path.join(pidFolder(dir), name);
  mkdirSync(pidFolder(dir), { recursive: true });
  writeFileSync(file, String(pid));
  return () => rmSync(file, { force: true });
}

/** Starts a component of the server in `dir`, logging to `dir/NAME.log`; its stdout goes to `outFile` if there is one. */
export function startComponent(
  dir: string,
  name: string,
  command: string,
  args: readonly string[],
  outFile?: string,
): Component {
  const logFile = path.join(dir, `${name}.log`);
  const log = openSync(logFile, "a");
  const out = outFile === undefined ? log : openSync(outFile, "a");
  const env = { PATH: process.env["PATH"], HOME: dir, TMPDIR: dir };
  const child = spawn(command, args, { cwd: dir, env, detached: true, stdio: ["ignore", out, log] });
  closeSync(log);
  if (out !== log) closeSync(out);
  const pid = child.pid;
  const forget = pid === undefined ? () => undefined : recordPid(dir, name, pid);
  // A process that forgets to stop its control plane can still end; the guardian cleans up behind it.
  child.unref();

  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      forget();
      resolve();
    };
    child.on("exit", end);
    child.on("error", (error) => {
      writeFileSync(logFile, `${error.message}\n`, { flag: "a" });
      end();
    });
  });

  return {
    name,
    pid: pid ?? 0,
    ended,
    hasEnded: () => over,
    logTail: (lines = 20) => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n"),
    stop: async (signal) => {
      if (pid === undefined || over) return;
      child.ref();
      killGroup(pid, signal);
      const force = setTimeout(() => killGroup(pid, "SIGKILL"), 15_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** Waits until `check` holds; throws `ComponentFailed` when the component ends or the time passes before. */
export async function untilReady(
  component: Component,
  seconds: number,
  check: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const isReady = await check();
    // First: what answers on its port may be another process.
    if (component.hasEnded()) throw new ComponentFailed("ended while it started", component);
    if (isReady) return;
    signal?.throwIfAborted();
    if (Date.now() > deadline) throw new ComponentFailed(`was not ready within ${seconds} s`, component);
    await sleep(50);
  }
}

/** Ports of 127.0.0.1 that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
