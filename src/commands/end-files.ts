/** Files that are written when a run has ended: `--report`, and a pod's termination message. */
import { randomUUID } from "node:crypto";
import { constants, existsSync, type Stats } from "node:fs";
import { access, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { KapplyError } from "../errors.js";
import { mapParallel } from "../parallel.js";

/** Where the kubelet looks by default (`terminationMessagePath`). */
const usualLog = "/dev/termination-log";

/**
 * Throws `usage` where a file that is to be written at the end is one that manifests are read from, by whatever name:
 * links and the files of folders are seen through.
 */
export async function refuseSource(flag: string, name: string, sources: readonly string[]): Promise<void> {
  if (!(await isSource(name, sources))) return;
  throw new KapplyError("usage", `--${flag} would overwrite ${name}, which manifests are read from`, {
    hint: "name another file; nothing was sent",
  });
}

/** Whether a file is one of several, whatever they are called. */
export async function isSource(name: string, sources: readonly string[]): Promise<boolean> {
  const file = await identityOf(name);
  if (file === undefined) return false;
  const found = await mapParallel(sources, 8, identityOf);
  return found.includes(file);
}

/** What a file is, whatever it is called; undefined for what is none. */
async function identityOf(name: string): Promise<string | undefined> {
  const found = await stat(name, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? `${found.dev}:${found.ino}` : undefined;
}

/**
 * The file for the termination message: the one named; none where the name is empty, or that of a stream (`-`); in a pod
 * the usual one, if it is there.
 */
export function terminationLogOf(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  usual = usualLog,
): string | undefined {
  if (named !== undefined) return named === "" || named === "-" ? undefined : named;
  return (env["KUBERNETES_SERVICE_HOST"] ?? "") !== "" && existsSync(usual) ? usual : undefined;
}

/** The two streams of the process: as files they can't be opened where another user made them, as in most containers. */
export type Streams = Record<"stdout" | "stderr", (text: string) => void>;

function streamOf(name: string, streams: Streams): ((text: string) => void) | undefined {
  if (name === "/dev/stdout") return streams.stdout;
  return name === "/dev/stderr" ? streams.stderr : undefined;
}

/** Writes a termination message, if there is one. Answers what went wrong: the run has ended as it has all the same. */
export async function writeTerminationLog(
  file: string,
  text: string,
  streams: Streams,
): Promise<string | undefined> {
  if (text === "") return undefined;
  const stream = streamOf(file, streams);
  try {
    if (stream === undefined) await overwrite(file, text);
    else stream(text);
    return undefined;
  } catch (error) {
    return `the termination message can't be written to ${file}: ${reasonOf(error)}`;
  }
}

/** A file that a report can be written to. */
export interface ReportFile {
  /** Writes the report, whole or not at all where that is possible. Answers what went wrong. */
  write: (text: string) => Promise<string | undefined>;
}

/**
 * Finds out whether a report can be written, before anything is sent. Throws `usage` where not. A report replaces the
 * file by a rename, so that whoever reads it meanwhile sees the old one or the new one; what can't be renamed over (a
 * device, a file in a folder that can't be written to, one that is mounted on its own) is overwritten.
 */
export async function openReport(name: string, streams: Streams): Promise<ReportFile> {
  if (name === "" || name === "-") {
    throw new KapplyError("usage", "--report needs the name of a file", {
      hint: "-o json prints the result",
    });
  }
  const stream = streamOf(name, streams);
  if (stream !== undefined) {
    return {
      write: (text) => {
        stream(text);
        return Promise.resolve(undefined);
      },
    };
  }
  try {
    const place = await placeOf(name);
    return { write: (text) => writeReport(name, place, text) };
  } catch (error) {
    const hint = "name a file in a folder that can be written to; nothing was sent";
    throw new KapplyError("usage", `the report can't be written to ${name}: ${reasonOf(error)}`, { hint });
  }
}

/** Where a report goes: `target` is the file behind all links, `mode` that of the file that is replaced, if one is. */
interface Place {
  target: string;
  mode?: number;
  byRename: boolean;
}

async function placeOf(name: string): Promise<Place> {
  const found = await stat(name).catch(undefinedIfAbsent);
  if (found === undefined) {
    const isLink = (await lstat(name).catch(undefinedIfAbsent)) !== undefined;
    if (isLink) throw new Error("a symbolic link to nothing");
    await tryFolder(name);
    return { target: name, byRename: true };
  }
  if (found.isDirectory()) throw new Error("a directory");
  await access(name, constants.W_OK);
  const mode = found.mode & 0o777;
  // What is behind a link to a pipe or a device has no path of its own.
  if (!found.isFile()) return { target: name, mode, byRename: false };
  const target = await realpath(name);
  return { target, mode, byRename: await mayReplace(target, found) };
}

/** Throws unless files can be made beside this one. */
async function tryFolder(target: string): Promise<void> {
  const beside = besideOf(target);
  await (await open(beside, "wx")).close();
  await rm(beside);
}

/** A file with more than one name is overwritten: a rename would leave the other names with the old report. */
async function mayReplace(target: string, { nlink }: Stats): Promise<boolean> {
  if (nlink > 1) return false;
  return tryFolder(target).then(
    () => true,
    () => false,
  );
}

async function writeReport(name: string, place: Place, text: string): Promise<string | undefined> {
  try {
    if (!place.byRename || !(await replace(place, text))) await overwrite(place.target, text);
    return undefined;
  } catch (error) {
    return `the report can't be written to ${name}: ${reasonOf(error)}`;
  }
}

/** Writes beside the file and renames. False where the file can't be renamed over: a mount of its own is busy. */
async function replace({ target, mode }: Place, text: string): Promise<boolean> {
  const beside = besideOf(target);
  try {
    const handle = await open(beside, "wx", mode ?? 0o666);
    try {
      await handle.writeFile(text);
      // What `open` is given is less the umask: what was replaced had its mode from a person.
      if (mode !== undefined) await handle.chmod(mode);
    } finally {
      await handle.close();
    }
    await rename(beside, target);
    return true;
  } catch (error) {
    await rm(beside, { force: true });
    const code = codeOf(error);
    if (code === "EBUSY" || code === "EXDEV") return false;
    throw error;
  }
}

function besideOf(target: string): string {
  return `${dirname(target)}/.kapply-${randomUUID()}.tmp`;
}

/** Not blocking: a FIFO that nobody reads is an error, and no reason to wait. */
async function overwrite(file: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
  const handle = await open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o666);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case "ENOENT":
      return "there is no such folder";
    case "ENOTDIR":
      return "a part of the path is a file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
      return "no space is left";
    case "ENXIO":
      return "nobody reads it";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
