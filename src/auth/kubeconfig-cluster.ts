/** The cluster: where the server is and how it proves itself. Flags win over a kubeconfig's cluster entry. */
import { resolve } from "node:path";
import { getKey, isObject, setKey, type Json, type JsonObject } from "../json.js";
import type { Tls } from "../model.js";
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { environmentProxy, parseProxyUrl } from "./environment-proxy.js";
import { misused, unusable } from "./failures.js";
import { readText } from "./files.js";
import { execGroup } from "./kubeconfig-exec.js";
import { fieldName, flagField, nameOf, pemField, textField, type Entry } from "./kubeconfig-entry.js";
import { checkAuthority } from "./pem.js";
import { isTls, parseServer } from "./server-url.js";

/** A server, before anything of the user is known. */
export interface Target {
  server: string;
  tls: Tls;
  proxyUrl?: string | undefined;
}

/**
 * The server that `--server` or a cluster entry names. By client-go's `getCluster`
 * (tools/clientcmd/client_config.go): `--server` drops the entry's tls-server-name and keeps its authority;
 * `--certificate-authority` and `--insecure-skip-tls-verify` drop the entry's authority and its
 * insecure-skip-tls-verify. Throws `usage` or `credentials`.
 */
export async function targetOf(
  flags: AuthFlags,
  entry: Entry | undefined,
  environment: AuthEnvironment,
): Promise<Target> {
  const server = serverOf(flags, entry);
  const proxy = entry === undefined ? undefined : textField(entry, "proxy-url");
  const serverName =
    flags.tlsServerName ??
    (entry === undefined || flags.server !== undefined ? undefined : textField(entry, "tls-server-name"));
  return {
    server,
    tls: { serverName, ...(isTls(server) ? await trust(flags, entry, environment) : noTls) },
    proxyUrl:
      proxy === undefined || entry === undefined
        ? environmentProxy(server, environment.env)
        : parseProxyUrl(proxy, fieldName(entry, "proxy-url")),
  };
}

const noTls = { insecureSkipVerify: false };

function serverOf(flags: AuthFlags, entry: Entry | undefined): string {
  if (flags.server !== undefined) return parseServer(flags.server, "--server");
  const text = entry === undefined ? undefined : textField(entry, "server");
  if (entry === undefined || text === undefined) {
    throw unusable(
      entry === undefined ? "no server is named" : `${nameOf(entry)} has no server`,
      "add its URL",
    );
  }
  return parseServer(text, fieldName(entry, "server"));
}

type Trust = Pick<Tls, "ca" | "insecureSkipVerify">;

async function trust(
  flags: AuthFlags,
  entry: Entry | undefined,
  environment: AuthEnvironment,
): Promise<Trust> {
  return (
    (await trustOfFlags(flags, environment)) ?? (entry === undefined ? noTls : await trustOfEntry(entry))
  );
}

/** How flags say to check the server's certificate, undefined when they do not. Throws `usage` or `credentials`. */
export async function trustOfFlags(
  flags: AuthFlags,
  environment: AuthEnvironment,
): Promise<Trust | undefined> {
  const { certificateAuthority, insecureSkipTlsVerify = false } = flags;
  if (certificateAuthority === undefined)
    return insecureSkipTlsVerify ? { insecureSkipVerify: true } : undefined;
  if (insecureSkipTlsVerify) {
    throw misused(
      "--certificate-authority can't be used together with --insecure-skip-tls-verify",
      "keep --certificate-authority: it is what makes the connection safe",
    );
  }
  const path = resolve(environment.cwd, certificateAuthority);
  const pem = await readText(path, "--certificate-authority");
  const from = `--certificate-authority ${certificateAuthority}`;
  return { ca: { pem: checkAuthority(pem, from), from }, insecureSkipVerify: false };
}

async function trustOfEntry(entry: Entry): Promise<Trust> {
  const insecureSkipVerify = flagField(entry, "insecure-skip-tls-verify");
  const ca = await pemField(entry, "certificate-authority");
  if (ca === undefined) return { insecureSkipVerify };
  if (insecureSkipVerify) {
    throw unusable(
      `${nameOf(entry)} has both a certificate-authority and insecure-skip-tls-verify`,
      "remove insecure-skip-tls-verify: with it, the authority would not be asked",
    );
  }
  return { ca: { pem: checkAuthority(ca.pem, ca.from), from: ca.from }, insecureSkipVerify };
}

/**
 * The cluster as a credential plugin is told of it, in KUBERNETES_EXEC_INFO
 * (client-go: rest/exec.go `ConfigToExecCluster`; fields without `omitempty` there are always written here).
 */
export function execCluster(target: Target, entry: Entry | undefined): JsonObject {
  const { server, tls } = target;
  const cluster: JsonObject = { server };
  if (tls.serverName !== undefined) cluster["tls-server-name"] = tls.serverName;
  if (tls.insecureSkipVerify) cluster["insecure-skip-tls-verify"] = true;
  if (tls.ca !== undefined)
    cluster["certificate-authority-data"] = Buffer.from(tls.ca.pem).toString("base64");
  const proxyUrl = entry === undefined ? undefined : textField(entry, "proxy-url");
  if (proxyUrl !== undefined) cluster["proxy-url"] = proxyUrl;
  if (entry !== undefined && flagField(entry, "disable-compression")) cluster["disable-compression"] = true;
  setKey(cluster, "config", extension(entry));
  return cluster;
}

function extension(entry: Entry | undefined): Json {
  const list = getKey(entry?.fields, "extensions");
  if (!Array.isArray(list)) return null;
  const own = list.find((item) => isObject(item) && getKey(item, "name") === `${execGroup}/exec`);
  return getKey(own, "extension") ?? null;
}
