/** What the server says of itself: its version, its health, the paths it serves. */
import { arch, platform } from "node:os";
import type { JsonObject } from "../../json.js";
import { bundledVersion } from "../../schema/index.js";
import type { Answer, Kind } from "../model.js";
import { servedGroups, groupVersionPath } from "./groups.js";

/**
 * `/version`. The build metadata says whose server it is; clients parse versions of this form.
 *
 * Source: apimachinery pkg/version/types.go, k8s.io/apiserver pkg/server/routes/version.go.
 */
export function versionFacts(): JsonObject {
  const [major = "", minor = ""] = bundledVersion.split(".");
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${bundledVersion}.0+kapply`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "",
    platform: `${platform() === "win32" ? "windows" : platform()}/${architecture()}`,
  };
}

function architecture(): string {
  const known: Record<string, string> = { x64: "amd64", ia32: "386" };
  return known[arch()] ?? arch();
}

const checks: Record<string, readonly string[]> = {
  healthz: ["ping", "log", "etcd"],
  livez: ["ping", "log", "etcd"],
  readyz: ["ping", "log", "etcd", "etcd-readiness", "informer-sync", "shutdown"],
};

const plain = "text/plain; charset=utf-8";

/** A path that nothing is served at. */
export function pageNotFound(): Answer {
  return {
    status: 404,
    text: "404 page not found\n",
    contentType: plain,
    headers: { "X-Content-Type-Options": "nosniff" },
  };
}

/**
 * `/healthz`, `/livez`, `/readyz` and a path for each of their checks. All is well as long as there is an answer:
 * there is nothing else that could fail. Undefined for other paths.
 *
 * Source: k8s.io/apiserver pkg/server/healthz/healthz.go.
 */
export function health(path: string, query: URLSearchParams): Answer | undefined {
  const [, endpoint = "", ...rest] = path.split("/");
  if (!Object.hasOwn(checks, endpoint)) return undefined;
  const names = checks[endpoint] ?? [];
  if (rest.length > 0)
    return names.includes(rest.join("/")) ? { status: 200, text: "ok", contentType: plain } : pageNotFound();
  const headers = { "X-Content-Type-Options": "nosniff" };
  if (!query.has("verbose")) return { status: 200, text: "ok", contentType: plain, headers };
  return { status: 200, text: verboseHealth(endpoint, names, query), contentType: plain, headers };
}

function verboseHealth(endpoint: string, names: readonly string[], query: URLSearchParams): string {
  const excluded = query.getAll("exclude");
  const strangers = excluded.filter((name) => !names.includes(name)).sort();
  const quoted = strangers.map((name) => JSON.stringify(name)).join(",");
  return [
    ...names.map((name) => `[+]${name} ${excluded.includes(name) ? "excluded: " : ""}ok`),
    ...(quoted === "" ? [] : [`warn: some health checks cannot be excluded: no matches for ${quoted}`]),
    `${endpoint} check passed`,
    "",
  ].join("\n");
}

/** `/`: every path that is not one of resources. */
export function servedPaths(kinds: readonly Kind[]): JsonObject {
  const groups = servedGroups(kinds, "name");
  const paths = [
    "/.well-known/openid-configuration",
    "/api",
    "/apis",
    "/apis/",
    "/openapi/v3",
    "/openapi/v3/",
    "/openid/v1/jwks",
    "/version",
    ...groups.filter(({ name }) => name !== "").map(({ name }) => `/apis/${name}`),
    ...groups.flatMap(({ name, versions }) => versions.map(({ version }) => groupVersionPath(name, version))),
    ...Object.entries(checks).flatMap(([endpoint, names]) => [
      `/${endpoint}`,
      ...names.map((name) => `/${endpoint}/${name}`),
    ]),
  ];
  return { paths: paths.sort() };
}
