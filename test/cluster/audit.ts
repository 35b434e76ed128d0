/** What the server wrote down about each request. */
import { readFile } from "node:fs/promises";
import { eventOf, type SandboxLine } from "./sandbox-log.js";

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

/** Whether a part of the control plane asked by itself: each namespace gets the ConfigMap kube-root-ca.crt, say. */
export function isController({ user }: AuditEvent): boolean {
  return /^system:(?!serviceaccount:(?!kube-system:))/.test(user.username);
}

/** For whom a request was answered: who asked, or whom they impersonated. */
export function actorOf({ user, impersonatedUser }: AuditEvent): string {
  return (impersonatedUser ?? user).username;
}

/**
 * The events so far, oldest first: of an API server's audit log, or of the log of the sandbox. A line that is still
 * being written is left for the next time.
 */
export async function readAuditLog(target: "control-plane" | "sandbox", file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const written = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as unknown);
  return target === "sandbox"
    ? (written as object[]).filter((line): line is SandboxLine => "method" in line).map(eventOf)
    : (written as AuditEvent[]);
}
