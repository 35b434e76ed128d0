/** Runs commands and collects what they say. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface RunResult {
  /** The exit status; 128 + N when signal N ended it, as a shell counts. */
  status: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string | undefined;
  /** The whole environment; this process's own when left out. */
  env?: NodeJS.ProcessEnv | undefined;
  /** What the command reads on stdin; nothing when left out. */
  input?: string | Uint8Array | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a command to its end. A failing command is a result, not an error.
 * Throws only when the command can't be started (missing, not executable).
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, env, input = "", signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, signal, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A command that ends without reading its input is not an error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code, ended) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
      resolve({ status: exitStatus(code, ended), stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

/** Runs a command and returns its stdout; throws an error with its stderr when it fails. */
export async function output(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, options);
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with status ${status}:\n${stderr || stdout}`);
  return stdout;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
};

/** The exit status that a shell would report: 128 + N when signal N ended the command. */
export function exitStatus(code: number | null, ended: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + ((ended && signalNumbers[ended]) ?? 0);
}

/** Waits, in milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Whether a process runs. One that has ended and that its parent has yet to ask about (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // proc(5): the state follows the name in parentheses.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return process.platform !== "linux";
  }
}
