/** Builds the control plane with Go, once for each version of it. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { holdLock } from "../../scripts/lock.mjs";
import { run } from "./run.js";

export interface Build {
  /** The folder of go.mod. */
  moduleDir: string;
  /** Versions, without a `v`. */
  kubernetes: string;
  etcd: string;
  /** Where the four binaries go. */
  dir: string;
  /** Whether they are there. */
  isDone: () => boolean;
  env: NodeJS.ProcessEnv;
  /** Gets a line before something long. */
  say: (line: string) => void;
  signal: AbortSignal | undefined;
}

/**
 * Builds into a folder of its own and renames it, so that a half-done build is never taken for a whole one. Of two
 * runs at once the second waits and finds it built. Throws an error with what Go said when it fails.
 */
export async function buildOnce(build: Build): Promise<void> {
  const { dir, say, signal } = build;
  await mkdir(path.dirname(dir), { recursive: true });
  const release = await holdLock(`${dir}.lock`, {
    onWait: (pid) =>
      say(`Another run (process ${pid}) is building the tests' control plane: waiting for it.`),
    signal,
  });
  try {
    if (build.isDone()) return;
    say(
      `Building Kubernetes ${build.kubernetes} and etcd ${build.etcd} for the tests. ` +
        "This takes 5 to 10 minutes, only once.",
    );
    await removeUnfinished(dir);
    const fresh = await mkdtemp(unfinished(dir));
    try {
      await buildInto(fresh, build);
      await chmod(fresh, 0o755); // a cache may be shared; mkdtemp makes folders private
      await rm(dir, { recursive: true, force: true });
      await rename(fresh, dir);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  } finally {
    release();
  }
}

function unfinished(dir: string): string {
  return `${dir}.building-`;
}

/** What a run left that was killed in the middle of its build. */
async function removeUnfinished(dir: string): Promise<void> {
  const parent = path.dirname(dir);
  const left = (await readdir(parent)).map((name) => path.join(parent, name));
  for (const folder of left) if (folder.startsWith(unfinished(dir))) await rm(folder, { recursive: true });
}

async function buildInto(folder: string, build: Build): Promise<void> {
  const [major = "", minor = ""] = build.kubernetes.split(".");
  // What Kubernetes' own build sets (hack/lib/version.sh); without it the server calls itself v0.0.0-master.
  const stamps = Object.entries({
    gitVersion: `v${build.kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: "clean",
  }).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  const flags = ["build", "-trimpath", "-mod=readonly", "-ldflags", ["-s", "-w", ...stamps].join(" ")];
  const commands = ["kube-apiserver", "kube-controller-manager", "kubectl"];
  const packages = commands.map((name) => `k8s.io/kubernetes/cmd/${name}`);
  await go([...flags, "-o", folder + path.sep, ...packages], build);
  await go([...flags, "-o", path.join(folder, "etcd"), "go.etcd.io/etcd/server/v3"], build);
}

async function go(args: string[], { moduleDir, env, signal }: Build): Promise<void> {
  // A person's own GOFLAGS or go.work must not change what is built.
  const goEnv = { ...env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const { status, stderr } = await run("go", args, { cwd: moduleDir, env: goEnv, signal });
  if (status !== 0) throw new Error(`go build failed (status ${status}) in test/cluster:\n${stderr}`);
}
