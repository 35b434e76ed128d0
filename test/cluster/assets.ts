/** Where the binaries of the control plane come from: a given folder, a cache, or one long build. */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { buildOnce, type Build } from "./build.js";
import { output } from "./run.js";

export interface Assets {
  etcd: string;
  kubeApiServer: string;
  kubeControllerManager: string;
  kubectl: string;
}

const binaries = {
  etcd: "etcd",
  kubeApiServer: "kube-apiserver",
  kubeControllerManager: "kube-controller-manager",
  kubectl: "kubectl",
} as const satisfies Record<keyof Assets, string>;

/** The folder of go.mod, which says what is built. */
const moduleDir = import.meta.dirname;

/**
 * The four binaries: from `KUBEBUILDER_ASSETS` when that is set, else from the cache, else built with Go into it.
 * `say` gets the one line that announces a build; `signal` breaks the build off.
 * Throws an error that says what is missing and what to do.
 */
export async function findAssets(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Assets> {
  if (env["KUBEBUILDER_ASSETS"]) return given(env["KUBEBUILDER_ASSETS"]);
  const modules = readModules();
  const cache = path.join(cacheFolder(env), "cluster");
  const go = await goVersion(env);
  const prefix = `kubernetes-${modules.kubernetes}-${modules.hash}-${process.platform}-${process.arch}`;
  if (go === undefined) return withoutGo(cache, prefix, modules);
  const dir = path.join(cache, `${prefix}-${go}`);
  const build: Build = {
    ...modules,
    moduleDir,
    dir,
    isDone: () => missingIn(dir).length === 0,
    env,
    say,
    signal,
  };
  if (!build.isDone()) await buildOnce(build);
  return assetsIn(dir);
}

function assetsIn(dir: string): Assets {
  const at = (name: string) => path.join(dir, name);
  return {
    etcd: at(binaries.etcd),
    kubeApiServer: at(binaries.kubeApiServer),
    kubeControllerManager: at(binaries.kubeControllerManager),
    kubectl: at(binaries.kubectl),
  };
}

function missingIn(dir: string): string[] {
  return Object.values(binaries).filter((name) => {
    try {
      accessSync(path.join(dir, name), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}

function given(dir: string): Assets {
  const missing = missingIn(dir);
  if (missing.length === 0) return assetsIn(path.resolve(dir));
  throw new Error(
    `KUBEBUILDER_ASSETS is ${dir}, where ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing ` +
      `or not executable. Add what is missing, or unset KUBEBUILDER_ASSETS to build all four with Go.`,
  );
}

/** Outside git, and kept between checkouts. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env["KAPPLY_CACHE"]) return path.resolve(env["KAPPLY_CACHE"]);
  return path.join(env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "kapply");
}

interface Modules {
  kubernetes: string;
  etcd: string;
  go: string;
  /** Of go.mod and go.sum: what is built changes only with them. */
  hash: string;
}

function readModules(): Modules {
  const text = readFileSync(path.join(moduleDir, "go.mod"), "utf8");
  const sums = readFileSync(path.join(moduleDir, "go.sum"), "utf8");
  const find = (what: RegExp): string => {
    const version = what.exec(text)?.[1];
    if (version === undefined) throw new Error(`test/cluster/go.mod has no line that matches ${what.source}`);
    return version;
  };
  return {
    kubernetes: find(/^\s*(?:require )?k8s\.io\/kubernetes v(\d+\.\d+\.\d+)/m),
    etcd: find(/^\s*(?:require )?go\.etcd\.io\/etcd\/server\/v3 v(\d+\.\d+\.\d+)/m),
    go: find(/^go (\S+)/m),
    hash: createHash("sha256").update(text).update("\0").update(sums).digest("hex").slice(0, 12),
  };
}

// Asked in the module's folder: there Go answers with the toolchain that its go.mod selects.
async function goVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return (await output("go", ["env", "GOVERSION"], { cwd: moduleDir, env })).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Binaries that some Go built before are as good as those of the Go that is not here. */
async function withoutGo(cache: string, prefix: string, modules: Modules): Promise<Assets> {
  const entries = await readdir(cache).catch(() => []);
  const built = entries
    .filter((name) => name.startsWith(`${prefix}-go`))
    .map((name) => path.join(cache, name))
    .find((dir) => missingIn(dir).length === 0);
  if (built !== undefined) return assetsIn(built);
  throw new Error(
    [
      `The tests' control plane (Kubernetes ${modules.kubernetes}, etcd ${modules.etcd}) is not built, and there is ` +
        `no Go to build it: no "go" on PATH, and nothing ready in ${cache}.`,
      `Any one of these helps:`,
      `  - install Go ${modules.go} or later (https://go.dev/dl/) and run this again; it builds once, in 5 to 10 minutes;`,
      `  - set KUBEBUILDER_ASSETS to a folder that has ${Object.values(binaries).join(", ")};`,
      `  - set KAPPLY_CACHE to a cache folder of this checkout's versions that was filled elsewhere ` +
        `(it holds cluster/${prefix}-go...).`,
    ].join("\n"),
  );
}
