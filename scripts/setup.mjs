/**
 * Installs the packages when node_modules is missing or is not what package-lock.json says; otherwise silent and
 * done in a few milliseconds. Plain Node, since it runs before there are any packages. Two at once are safe: the
 * second waits, and then finds nothing to do.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { holdLock } from "./lock.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const lockFile = path.join(tmpdir(), `kapply-setup-${createHash("sha256").update(root).digest("hex")}.lock`);

if (!isInstalled()) {
  const unlock = await holdLock(lockFile);
  try {
    if (!isInstalled()) process.exitCode = install();
  } finally {
    unlock();
  }
}

/**
 * Whether node_modules holds exactly the locked packages. npm writes what it has installed into
 * node_modules/.package-lock.json as the last thing that it does, so a broken-off installation does not count.
 */
function isInstalled() {
  const locked = packages(path.join(root, "package-lock.json"));
  const installed = packages(path.join(root, "node_modules/.package-lock.json"));
  if (locked === undefined) throw new Error("package-lock.json is missing or is not JSON");
  if (installed === undefined) return false;
  const names = new Set([...Object.keys(locked), ...Object.keys(installed)]);
  names.delete(""); // the project itself
  return [...names].every((name) => {
    const [want, have] = [locked[name], installed[name]];
    if (want === undefined) return false;
    if (have === undefined) return want.optional === true; // for another platform
    return want.version === have.version && want.integrity === have.integrity;
  });
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install() {
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev"];
  const isNpm = npm !== undefined && path.basename(npm) === "npm-cli.js";
  const [command, ...rest] = isNpm ? [process.execPath, npm, ...args] : ["npm", ...args];
  // What an installation says is talk: stdout belongs to the command that comes after it.
  const { status, error } = spawnSync(command, rest, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error !== undefined) throw error;
  return status ?? 1;
}
