/** What a command is given of the process: `cli.ts` alone touches the real one. */
import type { Signal } from "../result.js";
import type { FlagName } from "./flags.js";
import type { Values } from "./parse.js";

/** A command as help, completion and dispatch see it. */
export interface Command {
  name: string;
  summary: string;
  usage: string;
  description: string;
  flags: readonly FlagName[];
  examples: readonly (readonly [comment: string, command: string])[];
  /** Loads the code of the command, when it is to run. */
  load: () => Promise<Run>;
}

export interface Context {
  /** How the user called us: `kapply`, or `kubectl kapply`. */
  name: string;
  version: string;
  /** All commands, for those that speak of the others. */
  commands: readonly Command[];
  env: Readonly<Record<string, string | undefined>>;
  homedir: string;
  cwd: string;
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  readStdin: (mostBytes: number) => Promise<Uint8Array>;
  stdinIsTerminal: boolean;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  /** Of the terminal as it is now; zeros or nothing where there is none. */
  terminalSize: () => { columns: number; rows: number };
  color: { stdout: boolean; stderr: boolean };
  /** Aborted by the first signal: no new requests. */
  soft: AbortSignal;
  /** Aborted by the second signal, or when requests under way take too long. */
  hard: AbortSignal;
  interrupted: () => Signal | undefined;
}

/** A command: values in, exit status out. */
export type Run = (values: Values, context: Context) => Promise<number>;
