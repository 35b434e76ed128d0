/** A small world on disk to find connections in: a home, a working folder, a service account's folder. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Connection } from "../../src/model.js";
import { findConnection, type AuthEnvironment, type AuthFlags } from "../../src/auth/index.js";
import { authority } from "./pems.js";

export interface World {
  root: string;
  env: Record<string, string>;
  environment: AuthEnvironment;
  /** What people were told. */
  said: string[];
  /** Writes a file under the root, with its folders, and gives its whole path. */
  write: (path: string, text: string, mode?: number) => string;
  /** Writes a Node script that can be executed. */
  script: (path: string, body: string) => string;
  find: (flags?: AuthFlags) => Promise<Connection>;
  /** The error that finding ends in. */
  fails: (flags?: AuthFlags) => Promise<KapplyError>;
}

const worlds: string[] = [];

afterEach(() => {
  for (const root of worlds.splice(0)) rmSync(root, { recursive: true, force: true });
});

export function world(env: Record<string, string> = {}, more: Partial<AuthEnvironment> = {}): World {
  const root = mkdtempSync(join(tmpdir(), "kapply-auth-"));
  worlds.push(root);
  const said: string[] = [];
  const environment: AuthEnvironment = {
    env,
    homedir: join(root, "home"),
    cwd: join(root, "work"),
    serviceAccountDir: join(root, "sa"),
    stdinIsTerminal: false,
    notify: (message) => said.push(message),
    ...more,
  };
  mkdirSync(environment.cwd, { recursive: true });
  const write = (path: string, text: string, mode = 0o600) => {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    chmodSync(whole, mode);
    return whole;
  };
  return {
    root,
    env,
    environment,
    said,
    write,
    script: (path, body) => write(path, `#!${process.execPath}\n${body}`, 0o700),
    find: (flags = {}) => findConnection(flags, environment),
    fails: (flags = {}) => failure(findConnection(flags, environment)),
  };
}

/** The KapplyError that a promise ends in. */
export async function failure(work: Promise<unknown>): Promise<KapplyError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KapplyError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** A pod's files and variables. */
export function pod(env: Record<string, string> = {}, more: Partial<AuthEnvironment> = {}): World {
  const made = world(
    { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT_HTTPS: "443", ...env },
    more,
  );
  made.write("sa/token", "pod-token\n");
  made.write("sa/ca.crt", authority);
  made.write("sa/namespace", "team-a\n");
  return made;
}

/** One cluster, user and context named dev, as a kubeconfig in JSON, which is YAML too. */
export function kubeconfig(parts: {
  cluster?: object;
  user?: object;
  context?: object;
  rest?: object;
}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "dev",
    clusters: [{ name: "dev", cluster: { server: "https://dev.example:6443", ...parts.cluster } }],
    users: [{ name: "dev", user: parts.user ?? {} }],
    contexts: [{ name: "dev", context: { cluster: "dev", user: "dev", ...parts.context } }],
    ...parts.rest,
  });
}

/** A world whose home has that kubeconfig. */
export function home(parts: Parameters<typeof kubeconfig>[0], more: Partial<AuthEnvironment> = {}): World {
  const made = world({}, more);
  made.write("home/.kube/config", kubeconfig(parts));
  return made;
}

/** Base64 of a text. */
export const base64 = (text: string) => Buffer.from(text).toString("base64");
