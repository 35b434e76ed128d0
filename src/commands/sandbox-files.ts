/** What clients of a sandbox need on disk: a kubeconfig, and the files of a pod's service account. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { KapplyError } from "../errors.js";
import { stringifyJson } from "../json.js";
import type { Sandbox } from "../sandbox/index.js";
import type { Context } from "./context.js";

export interface Files {
  dir: string;
  /** Whether the user named the folder. */
  isKept: boolean;
  kubeconfig: string;
  caFile: string;
  serviceAccountDir: string;
  /** What a command is to have in its environment. */
  env: Record<string, string>;
}

/**
 * Writes them into a folder, a temporary one where none is named. Over plain HTTP there is nothing in-pod: a pod's
 * server is always reached over TLS.
 */
export function layOut(
  running: Sandbox,
  account: { namespace: string; name: string },
  folder: string | undefined,
): Files {
  const dir = folder ?? mkdtempSync(join(tmpdir(), "kapply-sandbox-"));
  const serviceAccountDir = join(dir, "serviceaccount");
  makeFolder(dir);
  makeFolder(serviceAccountDir);
  const write = (path: string, text: string): string => {
    unlessRefused(dir, () => writeFileSync(path, text, { mode: 0o600 }));
    return path;
  };
  const caFile = write(join(dir, "ca.crt"), running.ca);
  const kubeconfig = write(join(dir, "kubeconfig"), kubeconfigText(running));
  write(join(serviceAccountDir, "ca.crt"), running.ca);
  write(join(serviceAccountDir, "namespace"), account.namespace);
  write(join(serviceAccountDir, "token"), running.tokenOf(account.namespace, account.name));
  const inPod = {
    KUBERNETES_SERVICE_HOST: running.host,
    KUBERNETES_SERVICE_PORT: String(running.port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(running.port),
    KAPPLY_SERVICE_ACCOUNT_DIR: serviceAccountDir,
  };
  const env = {
    KUBECONFIG: kubeconfig,
    // What kubectl remembers of another server at the same port is not true of this one.
    KUBECACHEDIR: join(dir, "kubectl-cache"),
    ...(running.url.startsWith("https:") ? inPod : {}),
  };
  return { dir, isKept: folder !== undefined, kubeconfig, caFile, serviceAccountDir, env };
}

/** Its parent must be there: Node never comes back from making all folders of a path that can't be (/proc/none/at/all). */
function makeFolder(path: string): void {
  if (!existsSync(path)) unlessRefused(path, () => mkdirSync(path, { mode: 0o700 }));
}

function unlessRefused(dir: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new KapplyError(
      "usage",
      `${dir} can't be written: ${error instanceof Error ? error.message : ""}`,
      {
        hint: "name a folder that can be, with --dir",
      },
    );
  }
}

/** A kubeconfig of one context. JSON is YAML too. */
function kubeconfigText({ url, ca, token }: Sandbox): string {
  const isTls = url.startsWith("https:");
  const authority = { "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return `${stringifyJson(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "sandbox", cluster: { server: url, ...(isTls ? authority : {}) } }],
      users: [{ name: "admin", user: isTls ? { token } : {} }],
      contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "admin", namespace: "default" } }],
      "current-context": "sandbox",
    },
    2,
  )}\n`;
}

/** The text of a file that a flag names. Throws `usage` where it can't be read. */
export function readText(path: string | undefined, { cwd }: Context): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(isAbsolute(path) ? path : join(cwd, path), "utf8");
  } catch (error) {
    throw new KapplyError("usage", `${path} can't be read: ${error instanceof Error ? error.message : ""}`);
  }
}
