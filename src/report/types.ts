/** What the command line hands in, and what it gets. */
import type { Emit, KubeObject, Place, Problem, Ref, Result } from "../model.js";

export type Output = "text" | "json" | "ndjson" | "name" | "yaml";

/** How large the terminal is now: a person may have resized it. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

export interface ReporterOptions {
  /** The verb: apply, diff, validate, wait ... */
  command: string;
  output: Output;
  /** Show unified diffs: for `diff` and `apply --dry-run=server`. */
  diff: boolean;
  dryRun?: "client" | "server" | undefined;
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  terminalSize: () => TerminalSize;
  /** Decided by the caller from NO_COLOR, CI and the terminal. */
  color: { stdout: boolean; stderr: boolean };
  showSecrets: boolean;
  /** The clock that events have their time from, and by which ages are told; the system's unless given. */
  now?: (() => Date) | undefined;
}

/** A manifest as far as a report needs it: Secrets are masked by it, and created objects shown. */
export interface Known {
  ref: Ref;
  body: KubeObject;
  place?: Place | undefined;
}

export interface Reporter {
  /** Takes an event: progress, a result line or a line of ndjson comes of it. */
  emit: Emit;
  /** Renders the end: what was not shown yet, errors, the summary, the document of `-o json|yaml`. */
  finish(result: Result): Promise<void>;
  /** Renders an error that ended the run before there was a result. The last call, like `finish`. */
  fail(error: unknown): void;
  /**
   * Renders what is wrong with the input. With at least one problem this is the last call; with warnings alone the
   * run goes on, and `finish` puts them into the document.
   */
  problems(problems: readonly Problem[], warnings: readonly Problem[]): void;
  /** Takes note of the manifests, before anything else is emitted about them: values of Secrets never appear. */
  knowSecrets(manifests: readonly Known[]): void;
  /** What the end comes to, for files; undefined while there is none. */
  ending(): Ending | undefined;
}

/** The end of a run, for those who were not watching. */
export interface Ending {
  /** The document of `-o json`, whatever the output is: for `--report`. */
  document: string;
  /** Why it failed, in at most 4,096 bytes, for a pod's termination message; empty where it did not. */
  termination: string;
}
