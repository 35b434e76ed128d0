/**
 * In a pod: the server by environment variables, the credential by the files of the service account.
 *
 * Source: client-go, rest/config.go (`InClusterConfig`); kubernetes.io, "Accessing the Kubernetes API from a Pod".
 */
import { stat } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { defaultServiceAccountDir, type AuthEnvironment, type AuthFlags } from "./environment.js";
import { environmentProxy } from "./environment-proxy.js";
import { errorCode, unusable } from "./failures.js";
import { readText, readToken } from "./files.js";
import { trustOfFlags, type Target } from "./kubeconfig-cluster.js";
import { checkAuthority } from "./pem.js";
import { parseServer } from "./server-url.js";
import { userOfFlags, type User } from "./user.js";

export type InPod = { target: Target; user: User; foundBy: string } | { target: undefined; why: string };

/**
 * The server of the pod that we run in, or why this is no pod. Flags replace its credential and its authority.
 *
 * Throws `credentials` when this is a pod and something of it can't be used. Where client-go goes on, kapply fails: a
 * ca.crt that can't be read (client-go then trusts the system's authorities, so that a token may go to another server).
 */
export async function inPod(flags: AuthFlags, environment: AuthEnvironment): Promise<InPod> {
  const folder = environment.serviceAccountDir ?? defaultServiceAccountDir;
  const tokenPath = join(folder, "token");
  const flagUser = await userOfFlags(flags, environment);
  const server = podServer(environment.env);
  const hasToken = await exists(tokenPath);
  if (server === undefined && !hasToken) {
    return { target: undefined, why: `KUBERNETES_SERVICE_HOST is not set, and ${tokenPath} does not exist` };
  }
  if (!hasToken && flagUser === undefined) {
    return {
      target: undefined,
      why: `KUBERNETES_SERVICE_HOST is set, but ${tokenPath} does not exist: ${noMount}`,
    };
  }
  const url = server ?? serviceName;
  const trust = (await trustOfFlags(flags, environment)) ?? (await podTrust(folder));
  return {
    target: {
      server: url,
      tls: { ...trust, serverName: flags.tlsServerName },
      proxyUrl: environmentProxy(url, environment.env),
    },
    user: flagUser ?? (await podUser(tokenPath)),
    foundBy:
      server === undefined
        ? "in-pod service account (KUBERNETES_SERVICE_HOST is not set)"
        : "in-pod service account",
  };
}

const noMount =
  "the pod or its service account says automountServiceAccountToken: false (set it to true, or mount a projected token there)";

// The Service of the API server, for where the variables are lost: `env -i`, sshd, cron.
const serviceName = "https://kubernetes.default.svc";

/** The server that the variables of the kubelet name, undefined without KUBERNETES_SERVICE_HOST. */
function podServer(env: AuthEnvironment["env"]): string | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"]?.trim() ?? "";
  if (host === "") return undefined;
  const name = env["KUBERNETES_SERVICE_PORT_HTTPS"]?.trim()
    ? "KUBERNETES_SERVICE_PORT_HTTPS"
    : "KUBERNETES_SERVICE_PORT";
  const port = env[name]?.trim() ?? "";
  if (port === "") {
    // 443 would be a guess about where to send a token: half of the variables means that somebody set them by hand.
    throw unusable(
      "KUBERNETES_SERVICE_HOST is set, but neither KUBERNETES_SERVICE_PORT_HTTPS nor KUBERNETES_SERVICE_PORT is",
      `set the port too (443 as a rule), or unset KUBERNETES_SERVICE_HOST to use ${serviceName}`,
    );
  }
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw unusable(`${name} is no port: ${JSON.stringify(port)}`, "it must be a number from 1 to 65535");
  }
  if (isIP(host) === 0 && !/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)$/.test(host)) {
    throw unusable(`KUBERNETES_SERVICE_HOST is neither an address nor a host name: ${JSON.stringify(host)}`);
  }
  return parseServer(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`, "KUBERNETES_SERVICE_HOST");
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    // A token that may not be looked at is there all the same: reading it says what is wrong.
    return errorCode(error) === "EACCES";
  }
}

async function podUser(path: string): Promise<User> {
  await readToken(
    path,
    "the service account's token",
    "the container's user must be able to read it (securityContext.runAsUser, fsGroup)",
  );
  return { credential: { kind: "token-file", path } };
}

async function podTrust(folder: string): Promise<Target["tls"]> {
  const from = join(folder, "ca.crt");
  const hint = "mount the cluster's ca.crt there, or name it by --certificate-authority";
  const pem = await readText(from, "the cluster's certificate authority", hint);
  return { ca: { pem: checkAuthority(pem, from), from }, insecureSkipVerify: false };
}
