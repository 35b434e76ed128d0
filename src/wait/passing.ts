/** Errors of reads that say nothing for good. */
import type { KapplyError } from "../errors.js";

/** How long a refusal of what was permitted before must last to be believed, in milliseconds. */
export const believeAfterMs = 30_000;

/** Whether a read was refused to us. */
export function isAboutAccess({ code }: KapplyError): boolean {
  return code === "forbidden" || code === "unauthenticated";
}

/** What may mend itself: a server that restarts, a kind that is still to come. */
export function isPassing({ code }: KapplyError): boolean {
  return code === "unreachable" || code === "server-error" || code === "not-served";
}
