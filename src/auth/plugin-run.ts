/** Running a credential plugin. */
import { spawn } from "node:child_process";
import { stringifyJson } from "../json.js";
import type { ExecSpec } from "../model.js";
import type { AuthEnvironment } from "./environment.js";
import { errorCode, unusable, whyFailed } from "./failures.js";

/** A plugin for a message: `credential plugin aws of user dev of /home/me/.kube/config`. */
export function pluginName(spec: ExecSpec): string {
  return `credential plugin ${spec.command} of ${spec.from}`;
}

// A person may have to log in through a browser; nobody does where stdin is no terminal. client-go waits for ever.
const limits = { person: 300_000, script: 60_000 };
const largestAnswer = 1_048_576;

/**
 * Runs the plugin and gives what it wrote to stdout. It gets our environment, its own `env`, and
 * KUBERNETES_EXEC_INFO; our stdin only when it may ask a person; our stderr always. Its hint is shown when it is
 * missing or fails. Source: client-go, plugin/pkg/client/auth/exec/exec.go. `limit` is in milliseconds.
 * Throws `credentials`.
 */
export async function runPlugin(
  spec: ExecSpec,
  environment: AuthEnvironment,
  limit = environment.stdinIsTerminal ? limits.person : limits.script,
): Promise<string> {
  const interactive = mayAsk(spec, environment);
  const env = { ...environment.env, ...spec.env, KUBERNETES_EXEC_INFO: execInfo(spec, interactive) };
  const child = spawn(spec.command, spec.args, {
    cwd: environment.cwd,
    env,
    stdio: [interactive ? "inherit" : "ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (message: string, hint: string | undefined, cause?: unknown) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      // A child of its own may hold the pipe open: it must not hold us.
      child.stdout.destroy();
      reject(unusable(message, hint, cause));
    };
    const timer = setTimeout(() => {
      fail(`${pluginName(spec)} gave no answer within ${limit / 1000} s`, spec.installHint);
    }, limit);
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestAnswer) fail(`${pluginName(spec)} writes more than 1 MiB to its stdout`, undefined);
    });
    child.on("error", (error) => fail(...whyNotStarted(spec, error), error));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else
        fail(
          `${pluginName(spec)} failed with ${code === null ? String(signal) : `exit status ${code}`}`,
          spec.installHint,
        );
    });
  });
}

/** Whether the plugin may read our stdin (`isInteractive` there). */
function mayAsk(spec: ExecSpec, { stdinIsTerminal }: AuthEnvironment): boolean {
  if (spec.interactiveMode === "Always" && !stdinIsTerminal) {
    throw unusable(
      `${pluginName(spec)} has interactiveMode Always, but standard input is not a terminal`,
      "run kapply on a terminal with -f FILE, or give credentials that need nobody",
    );
  }
  return spec.interactiveMode !== "Never" && stdinIsTerminal;
}

function execInfo(spec: ExecSpec, interactive: boolean): string {
  const cluster = spec.cluster === undefined ? {} : { cluster: spec.cluster };
  return stringifyJson({
    kind: "ExecCredential",
    apiVersion: spec.apiVersion,
    spec: { ...cluster, interactive },
  });
}

function whyNotStarted(spec: ExecSpec, error: Error): [message: string, hint: string | undefined] {
  const where = spec.command.includes("/") ? "" : " in PATH";
  const why =
    errorCode(error) === "ENOENT" ? `was not found${where}` : `can't be started: ${whyFailed(error)}`;
  return [
    `${pluginName(spec)} ${why}`,
    spec.installHint ?? "install it, or correct its command in the kubeconfig",
  ];
}
