/** argv -> command -> exit status. The only user of `process`. */
import { homedir } from "node:os";
import { basename } from "node:path";
import { isatty } from "node:tty";
import { commands } from "./commands/index.js";
import type { Command, Context } from "./commands/context.js";
import { helpOf, overview } from "./commands/help.js";
import { parseArguments } from "./commands/parse.js";
import { exitStatusOf, KapplyError } from "./errors.js";
import { openOutput } from "./output.js";
import { endedBy, signalStatuses } from "./result.js";
import type { Signal } from "./result.js";
import { version } from "./version.js";
import { nearest } from "./words.js";

/** How long requests under way may go on after the first signal. */
const graceMs = 10_000;

const output = openOutput(process.stdout, process.stderr);

async function main(argv: readonly string[]): Promise<number> {
  const context = makeContext(
    basename(process.argv[1] ?? "").startsWith("kubectl-") ? "kubectl kapply" : "kapply",
  );
  const failed = async (error: unknown): Promise<number> => {
    await tell(error, argv, context);
    return exitStatusOf(error);
  };
  // A signal that comes after a run has told its end changes nothing.
  const status = await dispatch(argv, context).catch((error: unknown) =>
    failed(endedBy(context.interrupted(), error)),
  );
  const trouble = await output.end();
  if (trouble === undefined || status > 1) return status;
  return failed(new KapplyError("output", `standard output can't be written: ${trouble}`));
}

async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  const [word = "--help", ...args] = argv;
  if (["--help", "-h", "help"].includes(word)) return showHelp(args[0], context);
  const command = findCommand(word === "--version" ? "version" : word, context);
  const values = parseArguments(args, [...command.flags, "help"]);
  if (values.on("help")) return showHelp(command.name, context);
  const run = await command.load();
  return run(values, context);
}

function showHelp(topic: string | undefined, context: Context): number {
  context.stdout(
    topic === undefined ? overview(context.name) : helpOf(findCommand(topic, context), context.name),
  );
  return 0;
}

function findCommand(name: string, context: Context): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const near = nearest(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw new KapplyError("usage", `${context.name} has no command "${name}"`, {
    hint: near === undefined ? `see ${context.name} --help` : `did you mean ${near}?`,
  });
}

/** What went wrong before a command had a reporter of its own: the arguments, mostly. */
async function tell(error: unknown, argv: readonly string[], context: Context): Promise<void> {
  const { createReporter } = await import("./report/index.js");
  const { leaveTerminationMessage } = await import("./commands/ending.js");
  const [word = ""] = argv;
  const command = commands.some(({ name }) => name === word) ? word : "";
  const reporter = await createReporter({
    ...context,
    command,
    output: "text",
    diff: false,
    showSecrets: false,
  });
  reporter.fail(error);
  await leaveTerminationMessage(terminationLogIn(argv), context, reporter, {
    filenames: filenamesIn(argv),
    recursive: argv.some((arg) => /^(?:-[Rf]*R|--recursive)/.test(arg)),
  });
}

/** The flag's value in arguments that may not be readable otherwise. */
function terminationLogIn(argv: readonly string[]): string | undefined {
  const flag = "--termination-log";
  const at = argv.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const arg = argv[at];
  return arg === flag ? argv[at + 1] : arg?.slice(flag.length + 1);
}

/** What `-f` names in such arguments: no message is to overwrite it. */
function filenamesIn(argv: readonly string[]): string[] {
  return argv.flatMap((arg, at) => {
    const [, name] = /^(?:-R?f=?|--filename=)([^]+)$/.exec(arg) ?? [];
    const value = /^(?:-R?f|--filename)$/.test(arg) ? argv[at + 1] : name;
    return value?.split(",") ?? [];
  });
}

function makeContext(name: string): Context {
  const { env, stdout, stderr } = process;
  const signals = listenToSignals();
  const plain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const forced = (env["FORCE_COLOR"] ?? "0") !== "0";
  const live = stderr.isTTY && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
  return {
    name,
    version,
    commands,
    env,
    homedir: home(env),
    cwd: process.cwd(),
    stdout: output.stdout,
    stderr: output.stderr,
    readStdin: (mostBytes) => readStdin(mostBytes, signals.soft),
    // Asking process.stdin would open it, which a run that does not read it need not wait for.
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: stdout.isTTY,
    stderrIsTerminal: live,
    terminalSize: () => ({ columns: stderr.columns, rows: stderr.rows }),
    color: { stdout: !plain && (forced || stdout.isTTY), stderr: !plain && (forced || stderr.isTTY) },
    ...signals,
  };
}

/** A user of a container need not be in its /etc/passwd, and then has no home but what HOME says. */
function home(env: NodeJS.ProcessEnv): string {
  try {
    return homedir();
  } catch {
    return env["HOME"] || "/";
  }
}

async function readStdin(mostBytes: number, stop: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  stop.addEventListener("abort", () => process.stdin.destroy(new KapplyError("interrupted", "interrupted")));
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  return Buffer.concat(chunks);
}

/** The first signal ends new requests, the second, or too long a wait, all of them. As PID 1 too. */
function listenToSignals(): Pick<Context, "soft" | "hard" | "interrupted"> {
  const soft = new AbortController();
  const hard = new AbortController();
  let received: Signal | undefined;
  for (const signal of Object.keys(signalStatuses) as Signal[]) {
    process.on(signal, () => {
      if (received !== undefined) endNow(hard, signalStatuses[received]);
      received ??= signal;
      soft.abort();
      setTimeout(endNow, graceMs, hard, signalStatuses[received]).unref();
    });
  }
  return { soft: soft.signal, hard: hard.signal, interrupted: () => received };
}

/** Aborts what is under way, and leaves shortly after whatever still holds us. */
function endNow(hard: AbortController, status: number): void {
  hard.abort();
  setTimeout(() => process.exit(status), 500).unref();
}

process.on("exit", output.flush);

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
