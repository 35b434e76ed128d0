/** One error class, a closed set of codes, and the exit status of each. */
import type { Failure, FailureCause, Place, Problem, Ref, ServerStatus } from "./model.js";

/** Each code with its exit status. What a code means, and what to do, is in docs/errors.md. */
export const exitStatuses = {
  usage: 2, // the command line
  input: 2, // the manifests
  credentials: 3, // no server found, or credentials that can't be used
  unauthenticated: 3, // 401
  forbidden: 3, // 403 by authorization
  conflict: 4, // another field manager owns a field
  rejected: 5, // the server said no: invalid, admission, quota, terminating, missing namespace
  "not-served": 5, // the server does not serve this kind
  tls: 6, // the server can't be trusted
  unreachable: 6, // no connection, after retries
  "server-error": 6, // still failing after retries, or an answer that makes no sense
  timeout: 6, // --timeout passed
  "not-ready": 7, // applied, but not ready in time
  "lease-lost": 6, // another run may hold the Lease of the set by now
  output: 74, // standard output can't be written
  interrupted: 130, // SIGINT; SIGTERM is 143
  internal: 70, // a defect of kapply itself
} as const;

export type ErrorCode = keyof typeof exitStatuses;

export interface ErrorDetails {
  hint?: string | undefined;
  ref?: Ref | undefined;
  place?: Place | undefined;
  causes?: FailureCause[] | undefined;
  /** All problems of an input error. */
  problems?: Problem[] | undefined;
  /** What the server answered. */
  status?: ServerStatus | undefined;
  /** A write was sent and its answer never came: it may have been done. */
  answerLost?: boolean | undefined;
  exitStatus?: number | undefined;
  cause?: unknown;
}

/** The only error that kapply throws on purpose. */
export class KapplyError extends Error {
  override readonly name = "KapplyError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** What the server answered, as an error about the object that a manifest is of. Any other error is not about one. */
export function errorAbout({ ref, place }: { ref: Ref; place: Place }, error: unknown): unknown {
  if (!(error instanceof KapplyError)) return error;
  const { status, ref: named } = error.details;
  if (status === undefined || named !== undefined) return error;
  return new KapplyError(error.code, error.message, { ...error.details, ref, place });
}

/** The exit status that an error ends the process with; 70 for whatever is not a `KapplyError`. */
export function exitStatusOf(error: unknown): number {
  if (!(error instanceof KapplyError)) return exitStatuses.internal;
  return error.details.exitStatus ?? exitStatuses[error.code];
}

/** An error as data, for a result. */
export function toFailure(error: unknown): Failure {
  const exitStatus = exitStatusOf(error);
  if (!(error instanceof KapplyError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "internal", message, causes: [], exitStatus };
  }
  const { hint, causes = [] } = error.details;
  return { code: error.code, message: error.message, hint, causes, exitStatus };
}
