/** Why a request got no usable answer: errors of sockets, TLS and HTTP, sorted into the few kinds that matter. */

export type Fault =
  /** No connection, or one that broke or went silent. `sent`: the server may have got the request. */
  | { kind: "connection"; reason: ConnectionReason; detail: string; sent: boolean }
  /** The time of the whole run was over before an answer came. */
  | { kind: "deadline"; sent: boolean }
  /** The server could not be trusted, or did not take our certificate. */
  | { kind: "tls"; problem: TlsProblem; detail: string }
  /** The answer was larger than we take. */
  | { kind: "too-large"; limit: number }
  /** An answer of status 2xx that is no JSON. */
  | { kind: "nonsense"; detail: string; excerpt: string }
  /** Given up because we were told to stop. */
  | { kind: "aborted"; sent: boolean }
  /** Never sent: a header or a path that HTTP does not allow. */
  | { kind: "unsendable"; detail: string };

export type ConnectionReason =
  "refused" | "dns" | "unroutable" | "reset" | "silent" | "cut" | "proxy" | "other";
export type TlsProblem = "unknown-ca" | "wrong-host" | "expired" | "client-certificate" | "not-tls" | "other";

const unsent: Record<string, ConnectionReason> = {
  ECONNREFUSED: "refused",
  ENOENT: "refused", // the file of a unix socket
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_NODATA: "dns",
  EAI_FAIL: "dns",
  ENETUNREACH: "unroutable",
  EHOSTUNREACH: "unroutable",
  ENETDOWN: "unroutable",
  EHOSTDOWN: "unroutable",
  EADDRNOTAVAIL: "unroutable",
  EACCES: "unroutable",
  EPERM: "unroutable",
  UND_ERR_CONNECT_TIMEOUT: "silent",
};

const broken: Record<string, ConnectionReason> = {
  ECONNRESET: "reset",
  EPIPE: "reset",
  ECONNABORTED: "reset",
  UND_ERR_SOCKET: "reset",
  ETIMEDOUT: "silent",
  UND_ERR_HEADERS_TIMEOUT: "silent",
  UND_ERR_BODY_TIMEOUT: "silent",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "cut",
};

/** OpenSSL's verification results as Node names them (X509_V_ERR_* without the prefix). */
const untrusted: Record<string, TlsProblem> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknown-ca",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown-ca",
  UNABLE_TO_GET_ISSUER_CERT: "unknown-ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-ca",
  CERT_SIGNATURE_FAILURE: "unknown-ca",
  CERT_UNTRUSTED: "unknown-ca",
  INVALID_CA: "unknown-ca",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "expired",
  CERT_REVOKED: "other",
  CERT_REJECTED: "other",
  INVALID_PURPOSE: "other",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong-host",
  HOSTNAME_MISMATCH: "wrong-host",
};

/** Sorts an error that a dispatcher gave. `started`: the request had begun to go out on a connection. */
export function faultOf(error: unknown, started: boolean): Fault {
  const { code, message } = codeAndMessage(error);
  const tls = tlsProblem(code, message, started);
  if (tls !== undefined) return { kind: "tls", problem: tls, detail: message };
  if (code === "UND_ERR_INVALID_ARG") return { kind: "unsendable", detail: message };
  const before = unsent[code];
  if (before !== undefined && !started) return connection(before, message, false);
  if (message.includes("when HTTP Tunneling")) return connection("proxy", message, false);
  if (code.startsWith("HPE_")) return connection("cut", `${message} (${code})`, started);
  return connection(broken[code] ?? before ?? "other", message, started);
}

function connection(reason: ConnectionReason, detail: string, sent: boolean): Fault {
  return { kind: "connection", reason, detail, sent };
}

function tlsProblem(code: string, message: string, started: boolean): TlsProblem | undefined {
  const known = untrusted[code];
  if (known !== undefined) return known;
  if (code === "UND_ERR_PRX_TLS") return /altname/i.test(message) ? "wrong-host" : "other";
  // An alert that the server sent about our certificate, or the absence of one. TLS 1.3 sends it after the handshake.
  if (
    /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|CERTIFICATE_EXPIRED)/.test(
      code,
    )
  )
    return "client-certificate";
  // What breaks in the middle of a conversation, or ends without a word, is the network's doing.
  if (started || code.includes("UNEXPECTED_EOF")) return undefined;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") return "not-tls";
  return /^ERR_(SSL|OSSL|TLS)_/.test(code) ? "other" : undefined;
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  const own = "code" in error && typeof error.code === "string" ? error.code : "";
  // Several addresses were tried: the first failure stands for all.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (own === "UND_ERR_PRX_TLS" && inner instanceof Error) return { code: own, message: inner.message };
  if (error.message === "" && inner instanceof Error) return { code: own, message: inner.message };
  return { code: own, message: error.message };
}

/** The fault in a few words, for a line that says why we try again. */
export function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case "connection":
      return connectionWords(fault.reason, fault.detail);
    case "deadline":
      return "no answer before the time of the run was over";
    case "tls":
      return fault.detail;
    case "too-large":
      return "the answer is too large";
    case "nonsense":
      return fault.detail;
    case "aborted":
      return "interrupted";
    case "unsendable":
      return fault.detail;
  }
}

function connectionWords(reason: ConnectionReason, detail: string): string {
  switch (reason) {
    case "refused":
      return "connection refused";
    case "dns":
      return "the host name can't be resolved";
    case "unroutable":
      return `no route to it (${detail})`;
    case "reset":
      return "the connection was closed before the answer came";
    case "silent":
      return detail;
    case "cut":
      return `the answer is cut short or garbled (${detail})`;
    case "proxy":
      return `the proxy refused to connect (${detail})`;
    case "other":
      return detail;
  }
}
