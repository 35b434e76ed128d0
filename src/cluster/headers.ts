/** What goes into the headers of a request, and what is read from those of an answer. */
import type { Connection, Identity, Impersonation } from "../model.js";
import type { Request } from "./types.js";

/** The headers of one attempt. No credentials are sent to `kubectl proxy`: they would replace its own. */
export function requestHeaders(
  request: Request,
  connection: Connection,
  identity: Identity,
  userAgent: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    accept: request.accept ?? (request.raw === true ? "*/*" : "application/json"),
    "user-agent": userAgent,
  };
  if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
  // The API server compresses what is over 128 KiB when asked to: a gain on slow links, a loss on loopback.
  if (request.method === "GET" && !isLoopback(connection)) headers["accept-encoding"] = "gzip";
  if (identity.authorization !== undefined) headers["authorization"] = identity.authorization;
  if (connection.impersonate) Object.assign(headers, impersonationHeaders(connection.impersonate));
  return headers;
}

/**
 * Impersonation headers. Keys of `extra` are percent-encoded, since the name of a header allows fewer characters;
 * a header of several values stands several times.
 * Source: k8s.io/client-go/transport/round_trippers.go.
 */
function impersonationHeaders({
  user,
  uid,
  groups,
  extra,
}: Impersonation): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { "impersonate-user": utf8(user) };
  if (uid !== undefined) headers["impersonate-uid"] = utf8(uid);
  if (groups.length > 0) headers["impersonate-group"] = groups.map(utf8);
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[`impersonate-extra-${encodeHeaderName(key)}`] = values.map(utf8);
  }
  return headers;
}

/** Headers are written as Latin-1; the API server reads UTF-8. */
function utf8(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

function encodeHeaderName(key: string): string {
  return encodeURIComponent(key).replace(/[()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function isLoopback({ server, socketPath }: Connection): boolean {
  const { hostname } = new URL(server);
  return (
    socketPath !== undefined ||
    hostname === "localhost" ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

const warning = /(?:^|,)\s*299 \S+ "((?:[^"\\]|\\.)*)"/g;

/** The texts of `Warning: 299 - "text"` headers, unescaped; other codes are not the API server's. RFC 7234 5.5. */
export function warningTexts(header: string | undefined): string[] {
  if (header === undefined) return [];
  // Headers are read as Latin-1; the API server writes UTF-8.
  const utf8Text = Buffer.from(header, "latin1").toString("utf8");
  return Array.from(utf8Text.matchAll(warning), ([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}

/** Takes every secret of an identity out of a text that a server sent: an error page may echo the request. */
export function redactor({ authorization }: Identity): (text: string) => string {
  if (authorization === undefined) return (text) => text;
  const credential = authorization.replace(/^\S+\s+/, "");
  const secrets = [authorization, credential].filter((secret) => secret.length >= 6);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[credentials hidden]"), text);
}
