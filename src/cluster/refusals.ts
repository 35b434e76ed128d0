/** The kinds of no that an API server, its admission and what stands before it can say, and what each means for us. */
import type { ErrorCode } from "../errors.js";
import type { Refused } from "./status.js";

export type RefusalKind =
  | "redirect"
  | "http-to-https"
  | "dry-run-unsupported"
  | "webhook-denied"
  | "policy-denied"
  | "bad-request"
  | "unauthenticated"
  | "forbidden"
  | "escalation"
  | "kubectl-proxy"
  | "foreign-403"
  | "quota"
  | "pod-security"
  | "namespace-terminating"
  | "service-account-missing"
  | "admission"
  | "object-missing"
  | "namespace-missing"
  | "type-missing"
  | "foreign-404"
  | "field-conflict"
  | "already-exists"
  | "stale"
  | "uid-mismatch"
  | "quota-conflict"
  | "gone"
  | "too-large"
  | "invalid"
  | "malformed"
  | "throttled"
  | "gateway"
  | "unavailable"
  | "storage"
  | "webhook-failed"
  | "server-error"
  | "other";

/** How a refusal is met. `patiently` is the ten attempts of the policy. */
type Retry =
  | "never"
  | "patiently"
  | "twice"
  | "once-served"
  | "unless-pinned"
  | "with-new-credentials"
  | "once-permitted";

interface Rule {
  code: ErrorCode;
  retry: Retry;
  /** The request may have been carried out all the same. */
  uncertain?: true;
}

/** Each kind with its error code and its retry: a clear no is final, what time may mend is tried again. */
export const rules: Record<RefusalKind, Rule> = {
  redirect: { code: "server-error", retry: "never" },
  "http-to-https": { code: "unreachable", retry: "never" },
  "dry-run-unsupported": { code: "rejected", retry: "never" },
  "webhook-denied": { code: "rejected", retry: "never" },
  "policy-denied": { code: "rejected", retry: "never" },
  "bad-request": { code: "rejected", retry: "never" },
  unauthenticated: { code: "unauthenticated", retry: "with-new-credentials" },
  forbidden: { code: "forbidden", retry: "once-permitted" },
  escalation: { code: "forbidden", retry: "never" },
  "kubectl-proxy": { code: "forbidden", retry: "never" },
  "foreign-403": { code: "forbidden", retry: "never" },
  quota: { code: "rejected", retry: "never" },
  "pod-security": { code: "rejected", retry: "never" },
  "namespace-terminating": { code: "rejected", retry: "never" },
  "service-account-missing": { code: "rejected", retry: "once-served" },
  admission: { code: "rejected", retry: "never" },
  "object-missing": { code: "rejected", retry: "never" },
  "namespace-missing": { code: "rejected", retry: "never" },
  "type-missing": { code: "not-served", retry: "once-served" },
  "foreign-404": { code: "server-error", retry: "never" },
  "field-conflict": { code: "conflict", retry: "never" },
  "already-exists": { code: "server-error", retry: "patiently" },
  stale: { code: "rejected", retry: "unless-pinned" },
  "uid-mismatch": { code: "rejected", retry: "never" },
  "quota-conflict": { code: "server-error", retry: "patiently" },
  gone: { code: "server-error", retry: "never" },
  "too-large": { code: "rejected", retry: "never" },
  invalid: { code: "rejected", retry: "never" },
  malformed: { code: "rejected", retry: "never" },
  throttled: { code: "server-error", retry: "patiently" },
  gateway: { code: "server-error", retry: "patiently", uncertain: true },
  unavailable: { code: "server-error", retry: "patiently" },
  storage: { code: "server-error", retry: "patiently", uncertain: true },
  "webhook-failed": { code: "server-error", retry: "patiently" },
  "server-error": { code: "server-error", retry: "twice", uncertain: true },
  other: { code: "rejected", retry: "never" },
};

/**
 * Tells what kind of no an answer is. The API server marks few of them by reason or cause, so most are known by
 * their message; the tests hold the messages of a real server.
 */
export function refusalKind({ status, fromKubernetes, excerpt }: Refused): RefusalKind {
  const { code, message } = status;
  if (code >= 300 && code < 400) return "redirect";
  if (/admission webhook ".*" denied the request/.test(message)) return "webhook-denied";
  if (/ValidatingAdmissionPolicy '.*' .*denied request/.test(message)) return "policy-denied";
  switch (code) {
    case 400:
      if (/HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/.test(excerpt))
        return "http-to-https";
      return dryRunUnsupported.test(message) ? "dry-run-unsupported" : "bad-request";
    case 401:
      return "unauthenticated";
    case 403:
      return fromKubernetes
        ? forbiddenKind(status)
        : /^Forbidden$/.test(excerpt)
          ? "kubectl-proxy"
          : "foreign-403";
    case 404:
      return missingKind(status, fromKubernetes || excerpt === "404 page not found");
    case 409:
      return conflictKind(status);
    case 408:
      return "gateway";
    case 410:
      return "gone";
    case 413:
      return "too-large";
    case 422:
      return "invalid";
    case 429:
      return "throttled";
    case 502:
    case 504:
      return "gateway";
    case 503:
      return "unavailable";
    default:
      return code >= 500 ? serverErrorKind(message) : "other";
  }
}

/** Messages of `NewDryRunUnsupportedErr` in k8s.io/apiserver, and of aggregated servers after it. */
export const dryRunUnsupported = /dry.?run.*(unsupported|not supported|disabled)|does not support dry.?run/i;

function forbiddenKind({ message, causes }: Refused["status"]): RefusalKind {
  if (
    causes.some((cause) => cause.reason === "NamespaceTerminating") ||
    message.includes("because it is being terminated")
  )
    return "namespace-terminating";
  if (/\bUser ".*" cannot \S+ (resource|path) /s.test(message)) return "forbidden";
  if (/attempting to grant RBAC permissions not currently held/.test(message)) return "escalation";
  if (/: (exceeded|failed) quota: /.test(message)) return "quota";
  if (message.includes("violates PodSecurity")) return "pod-security";
  if (/error looking up service account .*not found/.test(message)) return "service-account-missing";
  return "admission";
}

/** Only a 404 that names what it did not find is about an object; any other is about the path. */
function missingKind({ name, kind }: Refused["status"], fromKubernetes: boolean): RefusalKind {
  if (!fromKubernetes) return "foreign-404";
  if (name === undefined) return "type-missing";
  return kind === "namespaces" ? "namespace-missing" : "object-missing";
}

function conflictKind({ message, reason, causes, kind }: Refused["status"]): RefusalKind {
  if (causes.some((cause) => cause.reason === "FieldManagerConflict")) return "field-conflict";
  if (reason === "AlreadyExists") return "already-exists";
  if (kind === "resourcequotas") return "quota-conflict";
  if (/uid mismatch|UID in precondition/.test(message)) return "uid-mismatch";
  return "stale";
}

/** A 500 is the API server's word for much that is not an error of its own. */
function serverErrorKind(message: string): RefusalKind {
  // Server-side apply of what does not fit the schema: an unknown field, a value of another type.
  if (/failed to create typed (patch|new|live) object/.test(message)) return "malformed";
  if (/etcdserver: request is too large|trying to send message larger than max/.test(message))
    return "too-large";
  if (/failed calling webhook/.test(message)) return "webhook-failed";
  if (/etcdserver: mvcc: database space exceeded/.test(message)) return "server-error";
  if (/etcdserver: |rpc error: code = Unavailable|resource quota evaluation timed out/.test(message))
    return "storage";
  return "server-error";
}
