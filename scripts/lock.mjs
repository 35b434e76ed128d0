/** A lock between processes. Plain Node, since scripts/setup.mjs needs it before there are any packages. */
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Holds a lock file that names this process, waiting while another living process holds it. The lock of a dead process
 * is broken; two that break it at the same moment may both hold it, so what it guards must be right all the same and
 * may only cost time when it is done twice.
 *
 * @param {string} file
 * @param {{ onWait?: (pid: number) => void, signal?: AbortSignal }} [options] `onWait` is called once, with the holder.
 * @returns {Promise<() => void>} what releases it
 */
export async function holdLock(file, { onWait, signal } = {}) {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, String(process.pid));
  try {
    for (let waited = 0; ; waited++) {
      try {
        linkSync(draft, file); // fails when it exists, and is never seen half-written
        return () => rmSync(file, { force: true });
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const holder = readHolder(file);
      if (!isAlive(holder)) rmSync(file, { force: true });
      else if (waited === 0) onWait?.(holder);
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
