/** Words that the tests of this room share. */
import { readFileSync } from "node:fs";
import { manifestsOf } from "../../src/manifest/index.js";
import type { Manifest, Problem } from "../../src/model.js";
import { checkManifests, type CheckOptions, type CheckResult } from "../../src/schema/index.js";
import { readYaml } from "../yaml/sync.js";

/** The manifests of a YAML text, as they come from a file `a.yaml`. */
export function manifests(text: string, source = "a.yaml"): Manifest[] {
  const { documents, problems } = readYaml(text, source);
  const found = manifestsOf(documents);
  const all = [...problems, ...found.problems];
  if (all.length > 0)
    throw new Error(`the fixture is broken: ${all.map(({ message }) => message).join("; ")}`);
  return found.manifests;
}

export function fixture(name: string): Manifest[] {
  const path = new URL(`fixtures/${name}`, import.meta.url);
  return manifests(readFileSync(path, "utf8"), name);
}

export function check(text: string, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  return checkManifests(manifests(text), { mode: "strict", ...options });
}

/** A problem in one line: `3:5 spec.replicas wrong-type: expected ... (hint)`. */
export function line({ place, path, code, message, hint }: Problem): string {
  return `${place.line}:${place.column} ${path} ${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

/** The problems of a text, a line each. */
export async function problemsOf(text: string, options: Partial<CheckOptions> = {}): Promise<string[]> {
  return (await check(text, options)).problems.map(line);
}

export async function warningsOf(text: string, options: Partial<CheckOptions> = {}): Promise<string[]> {
  return (await check(text, options)).warnings.map(line);
}

/** A Deployment with one container, whose lines a test replaces. */
export const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - containerPort: 8080
          env:
            - name: A
              value: "1"
          resources:
            requests:
              memory: 64Mi
`;

/** A text with a piece replaced; it must be there. */
export function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
  return text.replace(from, to);
}
