/** Cleans up behind a process that was killed before it could. */
import { spawn } from "node:child_process";
import { pidFolder } from "./component.js";

export interface Guardian {
  readonly pid: number;
  /** Lets it go once everything is cleaned up; resolves when it has ended. */
  dismiss(): Promise<void>;
}

// Reads until the pipe from its parent closes, which the kernel sees to however the parent ends.
const script = `
cat >/dev/null
for file in "$1"/*; do
  if [ -f "$file" ]; then
    pid="$(cat "$file")"
    kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null
  fi
done
rm -rf -- "$2" || { sleep 1; rm -rf -- "$2"; }
`;

/**
 * Watches over the control plane in `dir` from a session of its own: when this process is gone, by whatever signal,
 * the guardian kills the processes recorded there (with their groups, where they lead one) and removes the folder.
 */
export function startGuardian(dir: string): Guardian {
  const child = spawn("/bin/sh", ["-c", script, "kapply-cluster-guardian", pidFolder(dir), dir], {
    cwd: "/",
    env: { PATH: process.env["PATH"] },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("exit", () => resolve());
    child.on("error", reject);
  });
  child.stdin.on("error", () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return {
    pid: child.pid ?? 0,
    dismiss: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
