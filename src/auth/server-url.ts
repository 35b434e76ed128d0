/** The base URL of an API server. */
import { isIP } from "node:net";
import { unusable } from "./failures.js";

/**
 * A base URL as `Connection.server` wants it: scheme, host, port if one is written, path prefix, no slash at the end.
 * Query and fragment are dropped, as client-go does (tools/clientcmd/client_config.go).
 *
 * Stricter than client-go on purpose: it takes `host:port` for `http://host:port`; here the scheme decides whether
 * credentials may be sent, so it has to be written. `what` names where the text stands. Throws `credentials`.
 */
export function parseServer(text: string, what: string): string {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const unix = trimmed.startsWith("unix:");
    throw unusable(
      `${what} is no URL: ${shown(trimmed)}`,
      unix ? `a unix socket is for --proxy=${trimmed}` : "begin it with https:// (or http://)",
    );
  }
  if (scheme !== "https" && scheme !== "http") {
    throw unusable(`${what} must begin with https:// or http://, not with ${scheme}://`);
  }
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (url === undefined || url.hostname === "") throw unusable(`${what} is no URL: ${shown(trimmed)}`);
  if (url.username !== "" || url.password !== "") {
    throw unusable(
      `${what} holds a user name or password before its @`,
      "give credentials by --token, --username and --password, or a kubeconfig user",
    );
  }
  const port = url.port === "" ? (/^[a-z]+:\/\/[^/?#]*(:[0-9]+)(?=[/?#]|$)/i.exec(trimmed)?.[1] ?? "") : "";
  return `${url.protocol}//${url.host}${port}${url.pathname}`.replace(/\/+$/, "");
}

/** Text of a URL with what may be a password cut out of it. */
function shown(text: string): string {
  return JSON.stringify(text.replace(/^.*@/, "...@"));
}

/** Whether the connection is protected, so that credentials may be sent (client-go: `IsConfigTransportTLS`). */
export function isTls(server: string): boolean {
  return server.startsWith("https:");
}

/** Whether a server is on this machine: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(server: string): boolean {
  return isLoopbackHost(new URL(server).hostname);
}

/** As `isLoopback`, for a host name or address, brackets of IPv6 or not. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith("127.");
  return bare === "localhost" || bare === "::1" || /^::ffff:7f[0-9a-f]{2}:/.test(bare);
}
