/** `kubectl proxy`: a server on this machine that adds credentials of its own. */
import { resolve } from "node:path";
import type { Connection } from "../model.js";
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { misused } from "./failures.js";
import { chooseImpersonation } from "./impersonation.js";
import { chooseNamespace } from "./namespace.js";
import { isLoopback, parseServer } from "./server-url.js";

const defaultProxy = "http://127.0.0.1:8001";

/**
 * The connection through `--proxy`. No credential is sent, whatever else is set: an Authorization header would replace
 * the proxy's own. Flags that name a server or a user are refused rather than ignored; the kubeconfig is not read,
 * since the proxy took its context when it started. Throws `usage`.
 */
export async function kubectlProxy(flags: AuthFlags, environment: AuthEnvironment): Promise<Connection> {
  refuseOthers(flags);
  const given = flags.proxy === true || flags.proxy === undefined ? defaultProxy : flags.proxy;
  const { server, socketPath } = address(given, environment.cwd);
  if (socketPath === undefined) warn(server, environment);
  return {
    server,
    socketPath,
    tls: { insecureSkipVerify: false },
    credential: { kind: "none" },
    impersonate: chooseImpersonation(flags, undefined),
    ...(await chooseNamespace(flags, undefined, environment)),
    foundBy: `kubectl proxy (${flags.proxy === true ? "--proxy" : `--proxy=${given}`})`,
    viaKubectlProxy: true,
  };
}

function refuseOthers(flags: AuthFlags): void {
  const others: [string, unknown][] = [
    ["--server", flags.server],
    ["--kubeconfig", flags.kubeconfig],
    ["--context", flags.context],
    ["--cluster", flags.cluster],
    ["--user", flags.user],
    ["--token", flags.token],
    ["--username", flags.username],
    ["--password", flags.password],
    ["--client-certificate", flags.clientCertificate],
    ["--client-key", flags.clientKey],
    ["--certificate-authority", flags.certificateAuthority],
    ["--tls-server-name", flags.tlsServerName],
    ["--insecure-skip-tls-verify", flags.insecureSkipTlsVerify === true ? true : undefined],
  ];
  const set = others.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (set.length === 0) return;
  throw misused(
    `${set.join(", ")} can't be used together with --proxy: kubectl proxy chooses the server and adds its own credentials`,
    "start kubectl proxy with them, or leave out --proxy",
  );
}

/** `8001`, `HOST:PORT`, `http://HOST:PORT/PREFIX`, `unix:/path`, `unix:///path`. */
function address(text: string, cwd: string): { server: string; socketPath?: string } {
  if (/^unix:/i.test(text)) return { server: "http://localhost", socketPath: socketPath(text, cwd) };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http") {
    throw misused(
      `--proxy must begin with http:// or unix:, not with ${scheme}://`,
      "kubectl proxy speaks plain HTTP",
    );
  }
  if (/^:?[0-9]+$/.test(text))
    return { server: parseServer(`http://127.0.0.1:${text.replace(":", "")}`, "--proxy") };
  return { server: parseServer(scheme === undefined ? `http://${text}` : text, "--proxy") };
}

function socketPath(text: string, cwd: string): string {
  const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "" || path.startsWith("//")) {
    throw misused(`--proxy=${text} names no socket`, "write it as unix:/path/to/socket");
  }
  return resolve(cwd, path);
}

function warn(server: string, environment: AuthEnvironment): void {
  if (new URL(server).hostname === "[::1]") {
    environment.notify?.("kubectl proxy refuses the host [::1] unless told otherwise: use 127.0.0.1");
  } else if (!isLoopback(server)) {
    environment.notify?.(
      `--proxy=${server} is on another machine: everything, Secrets too, goes there unencrypted`,
    );
  }
}
