/** `sandbox`: a Kubernetes-style API server in this process, in the foreground or for one command. */
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { constants } from "node:os";
import { isAbsolute, join } from "node:path";
import { exitStatusOf, KapplyError } from "../errors.js";
import { stringifyJson } from "../json.js";
import { readManifests } from "../manifest/index.js";
import { createReporter } from "../report/index.js";
import {
  faultExamples,
  faultWords,
  formatJsonLine,
  formatLine,
  parseFault,
  startSandbox,
  type Sandbox,
} from "../sandbox/index.js";
import { bundledVersion } from "../schema/index.js";
import { statusUnder } from "../result.js";
import type { Context, Run } from "./context.js";
import { textOrJson } from "./parse.js";
import type { Values } from "./parse.js";
import { layOut, readText, type Files } from "./sandbox-files.js";

export const sandbox: Run = async (values, context) => {
  const reporter = await createReporter({
    ...context,
    command: "sandbox",
    output: "text",
    diff: false,
    showSecrets: false,
  });
  try {
    return await runSandbox(values, context);
  } catch (error) {
    reporter.fail(error);
    return exitStatusOf(error);
  }
};

async function runSandbox(values: Values, context: Context): Promise<number> {
  if (values.list("fault").includes("help")) {
    context.stdout(faultHelp());
    return 0;
  }
  const [command, ...args] = values.rest;
  const output = textOrJson(values, "the sandbox");
  const seeds = await readSeeds(values, context);
  const { host, port } = addressOf(values);
  const log = values.text("log");
  const running = await startSandbox({
    host,
    port,
    tls: !values.on("http"),
    clientCa: authorityOf(values, context),
    state: absolute(values.text("state"), context),
    faults: values.list("fault").map(parseFault),
    log:
      log === undefined
        ? undefined
        : (line) => context.stderr(`${log === "json" ? formatJsonLine(line) : formatLine(line)}\n`),
  });
  let files: Files | undefined;
  try {
    if (seeds.length > 0) await running.seed(seeds);
    files = layOut(running, serviceAccountOf(values), absolute(values.text("dir"), context));
    if (command !== undefined) {
      const status = await runCommand(command, args, files, context);
      return statusUnder(context.interrupted(), status);
    }
    context.stdout(output === "json" ? asJson(running, files) : asText(running, files));
    await untilInterrupted(context);
    return statusUnder(context.interrupted(), 0);
  } finally {
    await running.close();
    if (files !== undefined && !files.isKept) rmSync(files.dir, { recursive: true, force: true });
  }
}

/** `--fault help`. */
function faultHelp(): string {
  const width = Math.max(
    ...[...faultWords.map(({ word }) => word), ...faultExamples.map(({ spec }) => spec)].map(
      ({ length }) => length,
    ),
  );
  const row = (head: string, text: string): string => `  ${head.padEnd(width)}  ${text}`;
  return [
    "A fault is a list of words, separated by commas. The first fault that fits a request is its fate.",
    "",
    ...faultWords.map(({ word, meaning }) => row(word, meaning)),
    "",
    "Examples:",
    ...faultExamples.map(({ spec, meaning }) => row(spec, meaning)),
    "",
  ].join("\n");
}

async function readSeeds(values: Values, context: Context) {
  const filenames = values.list("seed");
  if (filenames.length === 0) return [];
  const { manifests, problems } = await readManifests({
    filenames,
    recursive: values.on("recursive"),
    readStdin: context.readStdin,
    stdinIsTerminal: context.stdinIsTerminal,
  });
  if (problems.length > 0) throw new KapplyError("input", "the sandbox can't be seeded", { problems });
  return manifests;
}

/** Beyond this machine only what is encrypted and asks for a token. */
function addressOf(values: Values): { host: string; port: number } {
  const text = values.text("listen") ?? "127.0.0.1:0";
  const [, bracketed, plain, digits = "0"] = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || host === "" || Number(digits) > 65535)
    throw new KapplyError("usage", `--listen=${text} is no address`, { hint: "write it as 127.0.0.1:6443" });
  if (values.on("http") && !/^(127\.[0-9.]+|::1|localhost)$/.test(host))
    throw new KapplyError("usage", `plain HTTP at ${host} would let anyone in`, {
      hint: "leave --http out, or listen on 127.0.0.1",
    });
  return { host, port: Number(digits) };
}

/** `NAMESPACE/NAME`, or a name in `default`. */
function serviceAccountOf(values: Values): { namespace: string; name: string } {
  const text = values.text("service-account") ?? "default/default";
  const [name = "", namespace = "default", more] = text.split("/").reverse();
  if (name === "" || namespace === "" || more !== undefined)
    throw new KapplyError("usage", `--service-account=${text} is no service account`, {
      hint: "write it as NAMESPACE/NAME",
    });
  return { namespace, name };
}

/** The certificates of `--client-ca`. Throws `usage` where there are none. */
function authorityOf(values: Values, context: Context): string | undefined {
  const path = values.text("client-ca");
  const pem = readText(path, context);
  if (pem === undefined) return undefined;
  try {
    new X509Certificate(pem);
  } catch {
    throw new KapplyError("usage", `${path} is no certificate`, {
      hint: "--client-ca takes the PEM file of the authority",
    });
  }
  return pem;
}

function absolute(path: string | undefined, context: Context): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(context.cwd, path);
}

/** Runs a command with the sandbox in its environment; gives its status, 128 and the number for a signal. */
function runCommand(command: string, args: string[], files: Files, context: Context): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...context.env, ...files.env } });
    const stop = (): void => void child.kill("SIGTERM");
    context.soft.addEventListener("abort", stop);
    child.on("error", (cause) =>
      reject(
        new KapplyError("usage", `${command} can't be run: ${cause.message}`, {
          hint: "name a program that is in PATH, after --",
        }),
      ),
    );
    child.on("close", (code, signal) => {
      context.soft.removeEventListener("abort", stop);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function untilInterrupted({ soft }: Context): Promise<void> {
  return new Promise((resolve) => {
    // A pending promise keeps no process alive, but the open server does.
    if (soft.aborted) resolve();
    soft.addEventListener("abort", () => resolve(), { once: true });
  });
}

function asText({ url }: Sandbox, { kubeconfig }: Files): string {
  return [
    `A Kubernetes ${bundledVersion} API server is ready at ${url}. It runs no controllers and no Pods.`,
    "",
    `  export KUBECONFIG=${kubeconfig}`,
    "",
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}

function asJson(running: Sandbox, files: Files): string {
  const { url, host, port, token } = running;
  const { kubeconfig, caFile, serviceAccountDir } = files;
  const facts = {
    server: url,
    host,
    port,
    kubeconfig,
    caFile,
    token,
    serviceAccountDir,
    version: bundledVersion,
  };
  return `${stringifyJson(facts)}\n`;
}
