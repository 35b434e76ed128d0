import type { Substitution } from "./substitute.js";

/** What readManifests is asked for. */
export interface ReadOptions {
  /** As -f gave them, commas already split: files, directories, and `-` for standard input. */
  filenames: readonly string[];
  /** Whether directories are read with all that is below them. */
  recursive: boolean;
  /** 16 MiB where it is not given. */
  maxFileBytes?: number;
  /** 64 MiB where it is not given. */
  maxTotalBytes?: number;
  /** Reads standard input to its end, or until it has given more than `mostBytes`. */
  readStdin: (mostBytes: number) => Promise<Uint8Array>;
  stdinIsTerminal: boolean;
  /** Variables to replace in values; references are text like any other where it is not given. */
  substitute?: Substitution | undefined;
}
