/** Files, directories and standard input: from what `-f` says to bytes. The only I/O of this room. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, stat } from "node:fs/promises";
import { KapplyError } from "../errors.js";
import { mapParallel } from "../parallel.js";
import type { ReadOptions } from "./options.js";
import { type Refused, changed, notAFile, terminal, tooLarge, unreachable } from "./refusals.js";

/** A source that was read: its bytes, and its name as the user would type it. */
export interface Source {
  name: string;
  bytes: Uint8Array;
}

/** A file that is to be read. */
export interface Listed {
  name: string;
  /** Its path with all links resolved: a file that is reached twice is read once. */
  real: string;
  size: number;
}

/** How many files are looked at or open at a time: enough to keep Node's four file threads busy. */
export const filesAtOnce = 8;

const extensions = /\.(?:yaml|yml|json)$/;

/** The file at a path, whatever its extension, or the files of the directory there. */
export async function listFiles(path: string, recursive: boolean): Promise<(Listed | Refused)[]> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? await listDirectory(path, recursive) : [await listFile(path, stats)];
  } catch (error) {
    return [await failure(path, error)];
  }
}

async function listFile(path: string, stats: Stats): Promise<Listed | Refused> {
  if (!stats.isFile()) return notAFile(path, stats);
  return { name: path, real: await realpath(path), size: stats.size };
}

/** In the order in which kubectl reads them: names sorted by bytes, a directory's files where its name stands. */
async function listDirectory(path: string, recursive: boolean): Promise<(Listed | Refused)[]> {
  // In a ConfigMap's mount, ..data and ..2024_01_01 hold what the links with visible names point to.
  const names = (await readdir(path)).filter((name) => !name.startsWith(".."));
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const found = await mapParallel(names, filesAtOnce, async (name) => {
    const entry = path.endsWith("/") ? path + name : `${path}/${name}`;
    return listEntry(entry, recursive).catch(async (error: unknown) => [await failure(entry, error)]);
  });
  return found.flat();
}

/** An entry of a directory. A link to a directory is not followed, as kubectl does not: no walk goes round. */
async function listEntry(path: string, recursive: boolean): Promise<(Listed | Refused)[]> {
  const own = await lstat(path);
  if (own.isDirectory()) return recursive ? listDirectory(path, recursive) : [];
  if (!extensions.test(path)) return [];
  const target = own.isSymbolicLink() ? await stat(path) : own;
  return target.isDirectory() ? [] : [await listFile(path, target)];
}

/** Reads a file of at most `limit` bytes. A file that changes meanwhile is refused: half of it may be old. */
export async function readFile(file: Listed, limit: number): Promise<Source | Refused> {
  if (file.size > limit) return tooLarge(file.name, file.size, limit);
  let handle: FileHandle | undefined;
  try {
    // Not blocking: what was a file a moment ago may be a FIFO by now.
    handle = await open(file.name, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readHandle(handle, file.name, limit);
  } catch (error) {
    return await failure(file.name, error);
  } finally {
    await handle?.close();
  }
}

async function readHandle(handle: FileHandle, name: string, limit: number): Promise<Source | Refused> {
  const before = await handle.stat();
  if (!before.isFile()) return notAFile(name, before);
  if (before.size > limit) return tooLarge(name, before.size, limit);
  const bytes = await readWhole(handle, before.size);
  const after = await handle.stat();
  const same = bytes.length === after.size && before.mtimeMs === after.mtimeMs;
  return same ? { name, bytes } : changed(name);
}

/** One byte more than the file has, if there is one: a file that grows is noticed, and never fills the memory. */
async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
  }
}

/** Reads standard input, unless a person sits at the other end. */
export async function readStandardInput(options: ReadOptions, limit: number): Promise<Source | Refused> {
  if (options.stdinIsTerminal) return terminal();
  try {
    const bytes = await options.readStdin(limit);
    return bytes.length > limit ? tooLarge("-", bytes.length, limit) : { name: "-", bytes };
  } catch (error) {
    if (error instanceof KapplyError) throw error; // the run was interrupted
    return unreachable("-", error, false);
  }
}

/** Why a path can't be reached, with dangling links told from missing files. */
async function failure(path: string, error: unknown): Promise<Refused> {
  const link = await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  return unreachable(path, error, link);
}
