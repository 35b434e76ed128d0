/** The two ways in which finding a server fails. */
import { KapplyError } from "../errors.js";

/** Credentials or configuration that can't be used: what is wrong, and the way out. */
export function unusable(message: string, hint?: string, cause?: unknown): KapplyError {
  return new KapplyError("credentials", message, { hint, cause });
}

/** Flags that contradict each other or have no meaning. */
export function misused(message: string, hint?: string): KapplyError {
  return new KapplyError("usage", message, { hint });
}

/** Why a system call failed, in words: never more of the error than its code. */
export function whyFailed(error: unknown): string {
  const code = errorCode(error);
  return reasons[code] ?? `it failed with ${code}`;
}

/** The code of a system error (`ENOENT`), or `unknown error`. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown error";
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "it does not exist (a part of its path is a file)",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "its name is too long",
};
