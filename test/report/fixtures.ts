/** A small shop: its objects, what became of them, and a reporter whose streams are kept. */
import type {
  Contest,
  Failure,
  FieldOwner,
  KubeObject,
  Outcome,
  Place,
  Problem,
  Ref,
  Result,
} from "../../src/model.js";
import { createReporter, type Reporter, type ReporterOptions } from "../../src/report/index.js";

export interface Recorded {
  reporter: Reporter;
  stdout: () => string;
  stderr: () => string;
  /** Both streams as one terminal would get them. */
  all: () => string;
}

export async function record(options: Partial<ReporterOptions> = {}): Promise<Recorded> {
  const written: { stream: "stdout" | "stderr"; text: string }[] = [];
  const only = (stream: string): string =>
    written
      .filter((one) => one.stream === stream)
      .map((one) => one.text)
      .join("");
  const reporter = await createReporter({
    command: "apply",
    output: "text",
    diff: false,
    stdout: (text) => written.push({ stream: "stdout", text }),
    stderr: (text) => written.push({ stream: "stderr", text }),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    terminalSize: () => ({ columns: 80, rows: 24 }),
    color: { stdout: false, stderr: false },
    showSecrets: false,
    now: () => new Date("2026-11-22T12:12:30Z"),
    ...options,
  });
  return {
    reporter,
    stdout: () => only("stdout"),
    stderr: () => only("stderr"),
    all: () => written.map((one) => one.text).join(""),
  };
}

/** Both streams under headings: what a golden file holds. */
export function streamsOf({ stdout, stderr }: Recorded): string {
  return `=== stdout\n${stdout()}=== stderr\n${stderr()}`;
}

export function at(line: number, column = 1, source = "web.yaml"): Place {
  return { source, line, column };
}

export const web: Ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" };
export const settings: Ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" };
export const database: Ref = { apiVersion: "v1", kind: "Secret", namespace: "shop", name: "database" };
export const shop: Ref = { apiVersion: "v1", kind: "Namespace", name: "shop" };

export function objectOf(ref: Ref, rest: KubeObject = {}): KubeObject {
  const { apiVersion, kind, namespace, name } = ref;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...rest,
  };
}

export function outcome(ref: Ref, action: Outcome["action"], rest: Partial<Outcome> = {}): Outcome {
  return {
    ref,
    place: at(1),
    action,
    differences: [],
    warnings: [],
    requests: 1,
    milliseconds: 12.4,
    ...rest,
  };
}

/** Who scaled the Deployment, three hours before the fixtures' clock. */
export const scaler: FieldOwner = {
  manager: "kube-controller-manager",
  operation: "Update",
  apiVersion: "apps/v1",
  subresource: "scale",
  since: "2026-11-22T09:12:10Z",
};

/** Who edited it by hand, twelve minutes before. */
export const editor: FieldOwner = {
  manager: "kubectl-edit",
  operation: "Update",
  apiVersion: "apps/v1",
  since: "2026-11-22T12:00:00Z",
};

export function contest(path: string, place: Place, rest: Partial<Contest> = {}): Contest {
  return { path, owner: scaler, live: 5, wanted: 3, place, ...rest };
}

export function failure(message: string, rest: Partial<Failure> = {}): Failure {
  return { code: "rejected", message, causes: [], exitStatus: 5, ...rest };
}

export function problem(message: string, place: Place, path = "", hint?: string): Problem {
  return { code: "wrong-type", message, place, path, hint };
}

export function resultOf(outcomes: Outcome[], rest: Partial<Result> = {}): Result {
  const summary: Result["summary"] = {
    created: 0,
    configured: 0,
    unchanged: 0,
    deleted: 0,
    skipped: 0,
    failed: 0,
    unknown: 0,
    "not-attempted": 0,
  };
  for (const { action } of outcomes) summary[action] += 1;
  return {
    command: "apply",
    server: "https://10.0.0.1:443",
    fieldManager: "kapply",
    summary,
    outcomes,
    exitStatus: 0,
    milliseconds: 1234,
    requests: 7,
    ...rest,
  };
}

/** Fingerprints differ from run to run: in a golden file, the first one is #1, the next #2. */
export function stable(text: string): string {
  const seen: string[] = [];
  return text.replace(/#[0-9a-f]{6}>/g, (found) => {
    if (!seen.includes(found)) seen.push(found);
    return `#${seen.indexOf(found) + 1}>`;
  });
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
