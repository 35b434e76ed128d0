/** What the API server wrote down about each request. */
import { readFile } from "node:fs/promises";

/** One line of the log, at level Metadata (k8s.io/apiserver/pkg/apis/audit/v1, `Event`). */
export interface AuditEvent {
  auditID: string;
  stage: "ResponseStarted" | "ResponseComplete" | "Panic";
  verb: string;
  requestURI: string;
  user: { username: string; groups?: string[] };
  impersonatedUser?: { username: string; groups?: string[] };
  userAgent?: string;
  objectRef?: {
    resource?: string;
    namespace?: string;
    name?: string;
    apiGroup?: string;
    apiVersion?: string;
    subresource?: string;
  };
  responseStatus?: { code?: number; status?: string; reason?: string; message?: string };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  annotations?: Record<string, string>;
}

/** Every request, at the level that names it without its body; a request is logged before it is answered. */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

const writingVerbs = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Whether the request was one that writes; a dry run counts, since it is sent as a write. */
export function isWrite(event: AuditEvent): boolean {
  return writingVerbs.has(event.verb);
}

/** The events so far, oldest first. A line that is still being written is left for the next time. */
export async function readAuditLog(file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditEvent);
}
