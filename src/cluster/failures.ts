/** What went wrong, as the error that the user reads. */
import { KapplyError } from "../errors.js";
import type { ErrorCode, ErrorDetails } from "../errors.js";
import type { Connection } from "../model.js";
import type { Fault, TlsProblem } from "./faults.js";
import { faultWords } from "./faults.js";
import { serverName, withoutCredentials } from "./naming.js";
import { refusalError } from "./refused.js";
import type { Description } from "./refused.js";
import type { Trouble } from "./retry.js";
import { mayHaveBeenDone } from "./retry.js";
import type { Request, Sends } from "./types.js";

export interface FailedRequest {
  request: Request;
  connection: Connection;
  sends: Sends;
  /** All that went wrong with it, oldest first. */
  troubles: readonly Trouble[];
  because: "final" | "attempts" | "deadline" | "interrupted";
}

/** The error that a request ends with. */
export function failure(failed: FailedRequest): KapplyError {
  const { request, troubles, because } = failed;
  const last = troubles.at(-1);
  const lost = request.method !== "GET" && request.harmless !== true && mayHaveBeenDone(troubles);
  const { code, message, hint, causes, status } = last
    ? describe(last, failed)
    : { code: "internal" as const, message: "nothing went wrong" };
  const details: ErrorDetails = { hint, causes, status };
  if (lost) details.answerLost = true;
  if (last?.kind === "fault") details.cause = last.fault;
  const ending = endings[because](troubles.length);
  return new KapplyError(codeFor(code, because), `${request.what}: ${message}${ending}`, details);
}

/** Whether a request failed because its answer was larger than we take. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof KapplyError)) return false;
  const { cause } = error.details;
  return typeof cause === "object" && cause !== null && "kind" in cause && cause.kind === "too-large";
}

/** The error of a request that was not sent at all. */
export function notSent(request: Request, because: "interrupted" | "deadline"): KapplyError {
  return because === "interrupted"
    ? new KapplyError("interrupted", `${request.what}: not sent, interrupted`)
    : new KapplyError("timeout", `${request.what}: not sent, the time of the run (--timeout) is over`);
}

const endings = {
  final: () => "",
  attempts: (n: number) => ` (gave up after ${n} attempts)`,
  deadline: (n: number) =>
    ` (gave up after ${n === 1 ? "1 attempt" : `${n} attempts`}: --timeout leaves no time for another)`,
  interrupted: () => " (not tried again: interrupted)",
};

function codeFor(code: ErrorCode, because: FailedRequest["because"]): ErrorCode {
  // A refusal that lasted to the end is one.
  if (because === "deadline") return code === "forbidden" ? code : "timeout";
  return because === "interrupted" ? "interrupted" : code;
}

function describe(trouble: Trouble, { request, connection, sends }: FailedRequest): Description {
  return trouble.kind === "fault"
    ? faultDescription(trouble.fault, connection)
    : refusalError(trouble.refusal, trouble.refused, { request, connection, sends });
}

function faultDescription(fault: Fault, connection: Connection): Description {
  const server = serverName(connection);
  switch (fault.kind) {
    case "connection":
      return {
        code: "unreachable",
        message: `can't reach ${server}: ${faultWords(fault)}`,
        hint: reachHint(fault.reason, connection),
      };
    case "deadline":
      return {
        code: "timeout",
        message: `no answer from ${server} before the time of the run (--timeout) was over`,
      };
    case "tls":
      return tlsDescription(fault.problem, fault.detail, connection);
    case "too-large":
      return {
        code: "server-error",
        message: `the answer of ${server} is larger than ${fault.limit} bytes, which is more than kapply takes`,
      };
    case "nonsense":
      return {
        code: "server-error",
        message: `${server} answered with something that is not the Kubernetes API: ${fault.detail}`,
        hint: "check that the server's address is that of a Kubernetes API server, path prefix included",
        causes: fault.excerpt === "" ? [] : [{ message: fault.excerpt }],
      };
    case "aborted":
      return { code: "interrupted", message: "interrupted before the answer came" };
    case "unsendable":
      return unsendable(fault.detail, connection);
  }
}

function unsendable(detail: string, connection: Connection): Description {
  if (!/header/i.test(detail)) return { code: "input", message: `the request can't be sent: ${detail}` };
  const message = `the credentials of ${connection.foundBy} can't be sent: ${detail}`;
  const hint = /authorization/i.test(detail) ? "a token must be one line of visible characters" : undefined;
  return { code: "credentials", message, hint };
}

function reachHint(reason: string, connection: Connection): string | undefined {
  const { proxyUrl } = connection;
  const way =
    proxyUrl === undefined ? "" : `, and the way leads through the proxy ${withoutCredentials(proxyUrl)}`;
  const found = `the address comes from ${connection.foundBy}${way}`;
  switch (reason) {
    case "refused":
      return connection.viaKubectlProxy ? "is `kubectl proxy` running there?" : found;
    case "silent":
      return `${found}; --request-timeout allows more time`;
    default:
      return found;
  }
}

function tlsDescription(problem: TlsProblem, detail: string, connection: Connection): Description {
  const server = serverName(connection);
  const trusted = connection.tls.ca
    ? `the CA of ${connection.tls.ca.from}`
    : "the CAs that Node.js brings along";
  const host = connection.tls.serverName ?? new URL(connection.server).hostname;
  switch (problem) {
    case "unknown-ca":
      return {
        code: "tls",
        message: `can't trust ${server}: its certificate is not signed by ${trusted} (${detail})`,
        hint: connection.tls.ca
          ? "check that this CA is the cluster's, and that nothing between intercepts TLS"
          : "give the cluster's CA with --certificate-authority, or in the kubeconfig",
      };
    case "wrong-host":
      return {
        code: "tls",
        message: `can't trust ${server}: its certificate is not for the host ${host} (${detail}); checked with ${trusted}`,
        hint: "connect by a name that the certificate holds, or give one with --tls-server-name",
      };
    case "expired":
      return {
        code: "tls",
        message: `can't trust ${server}: a certificate has expired or is not valid yet (${detail}); checked with ${trusted}`,
        hint: "renew the server's certificate, and check the clock of this machine",
      };
    case "client-certificate":
      return {
        code: "tls",
        message: `${server} did not accept the client certificate of ${connection.foundBy} (${detail})`,
      };
    case "not-tls":
      return {
        code: "tls",
        message: `${server} does not speak TLS (${detail})`,
        hint: "is it plain http:// that listens there?",
      };
    case "other":
      return { code: "tls", message: `no TLS connection to ${server}: ${detail}; checked with ${trusted}` };
  }
}
