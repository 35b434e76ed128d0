/** Undici's dispatchers: the only file that loads undici. */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import { setFlagsFromString } from "node:v8";
import type { Dispatcher } from "undici";
import { KapplyError } from "../errors.js";
import type { Connection, Identity } from "../model.js";

export interface DispatcherOptions {
  connection: Connection;
  concurrency: number;
  /** How long connecting may take; 0 for no limit. */
  connectTimeoutMs: number;
}

export type Certificate = NonNullable<Identity["certificate"]>;

/**
 * Loads undici. The function that comes back makes connections that show a client certificate: the given one, or that
 * of the connection. It throws a `KapplyError` of code `tls` or `credentials` when PEM data can't be used.
 */
export async function dispatcherBuilder(
  options: DispatcherOptions,
): Promise<(certificate: Certificate | undefined) => Dispatcher> {
  const { connection, concurrency, connectTimeoutMs } = options;
  const common = {
    connections: concurrency,
    pipelining: 1,
    allowH2: false,
    // An attempt has a time limit of its own, for headers and body together.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const connectOptions = (certificate: Certificate | undefined) => ({
    timeout: connectTimeoutMs,
    ...(connection.socketPath === undefined ? {} : { socketPath: connection.socketPath }),
    ...(connection.server.startsWith("https:") ? tlsOptions(connection, certificate) : {}),
  });
  if (connection.proxyUrl === undefined) {
    const { default: Agent } = await import("undici/lib/dispatcher/agent.js");
    return (certificate) => new Agent({ ...common, connect: connectOptions(certificate) });
  }
  const uri = connection.proxyUrl;
  if (!/^(https?|socks5?):\/\//i.test(uri))
    throw new KapplyError(
      "credentials",
      `the proxy URL of ${connection.foundBy} is not one of http, https or socks5`,
    );
  const { ProxyAgent } = await import("undici");
  return (certificate) =>
    new ProxyAgent({
      ...common,
      uri,
      requestTls: connectOptions(certificate),
      proxyTls: { timeout: connectTimeoutMs },
    });
}

function tlsOptions({ tls }: Connection, certificate: Certificate | undefined) {
  return {
    // Made once, so that sixteen connections do not parse the same CA bundle sixteen times.
    secureContext: secureContext(tls, certificate ?? { cert: tls.cert, key: tls.key }),
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}

function secureContext(
  tls: Connection["tls"],
  own: { cert?: string | undefined; key?: string | undefined },
): SecureContext {
  if (tls.ca) checkAuthorities(tls.ca);
  try {
    return createSecureContext({ ca: tls.ca?.pem, cert: own.cert, key: own.key });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KapplyError("credentials", `the client certificate and its key can't be used: ${why}`);
  }
}

/** Node silently passes over a CA that it can't read, and then trusts nobody: that would look like a wrong CA. */
function checkAuthorities({ pem, from }: { pem: string; from: string }): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs);
  if (!blocks) throw new KapplyError("tls", `there is no PEM certificate in the CA of ${from}`);
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KapplyError("tls", `a certificate in the CA of ${from} can't be read: ${why}`);
  }
}

let parserCompiled = false;

/**
 * Undici's HTTP parser is WebAssembly, and V8's optimizing compile of it holds up the exit of a short process by
 * some 60 ms; without it a thousand requests are no slower. The flag is process-wide, so it is taken back as soon
 * as the first answer shows that the parser is compiled.
 */
export function quickenParser(): { restore(): void } {
  if (parserCompiled) return { restore: () => undefined };
  setFlagsFromString("--liftoff-only");
  parserCompiled = true;
  let done = false;
  return {
    restore() {
      if (!done) setFlagsFromString("--no-liftoff-only");
      done = true;
    },
  };
}
