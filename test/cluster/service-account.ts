/** What a pod is given of its service account, and a command that finds it where a pod does. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Cluster } from "./client.js";
import { run, type RunResult } from "./run.js";

export interface ServiceAccount {
  namespace: string;
  name: string;
}

export interface ServiceAccountFiles {
  /** Holds `token`, `ca.crt` and `namespace`. */
  dir: string;
  token: string;
  /** Replaces the token the way the kubelet does when it rotates one: all files at once, by a swapped symlink. */
  replaceToken(token: string): void;
  remove(): void;
}

/**
 * The files of a projected service-account volume, with a real token (TokenRequest) of that service account, which is
 * created when missing. Laid out as the kubelet's AtomicWriter does: `token -> ..data/token`, `..data -> ..STAMP`.
 */
export async function serviceAccountFiles(
  cluster: Cluster,
  account: ServiceAccount,
): Promise<ServiceAccountFiles> {
  const token = await cluster.tokenFor(account.namespace, account.name);
  const dir = mkdtempSync(path.join(cluster.dir, "serviceaccount-"));
  const write = (value: string) => {
    const payload = mkdtempSync(path.join(dir, "..payload-"));
    for (const [name, text] of [
      ["token", value],
      ["ca.crt", cluster.caPem],
      ["namespace", account.namespace],
    ] as const) {
      writeFileSync(path.join(payload, name), text, { mode: 0o644 });
    }
    chmodSync(payload, 0o755);
    symlinkSync(path.basename(payload), path.join(dir, "..data_tmp"));
    renameSync(path.join(dir, "..data_tmp"), path.join(dir, "..data"));
  };
  write(token);
  for (const name of ["token", "ca.crt", "namespace"]) symlinkSync(`..data/${name}`, path.join(dir, name));
  chmodSync(dir, 0o755);
  return { dir, token, replaceToken: write, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A token of a service account, created when missing, that can be revoked: it goes with a Secret that it is bound to. */
export async function revocableToken(
  cluster: Cluster,
  { namespace, name }: ServiceAccount,
): Promise<{ token: string; revoke: () => Promise<void> }> {
  await cluster.tokenFor(namespace, name);
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const metadata = { name: `bound-${randomBytes(4).toString("hex")}` };
  const bound = await cluster.create<{ metadata: { uid: string } }>(secrets, {
    apiVersion: "v1",
    kind: "Secret",
    metadata,
  });
  const { status } = await cluster.create<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        boundObjectRef: { apiVersion: "v1", kind: "Secret", ...metadata, uid: bound.metadata.uid },
      },
    },
  );
  return {
    token: status.token,
    revoke: async () => {
      await cluster.delete(`${secrets}/${metadata.name}`);
    },
  };
}

export interface PodCommand {
  namespace: string;
  serviceAccount: string;
  command: string;
  args?: readonly string[];
  /** Added to what a pod has: `PATH`, `HOME` (an empty folder) and `KUBERNETES_SERVICE_*`. Undefined removes one. */
  env?: NodeJS.ProcessEnv;
  /** `/` when left out. */
  cwd?: string;
  input?: string;
  /** Files made before, to rotate the token while the command runs; else made for this run and removed after it. */
  files?: ServiceAccountFiles;
}

/**
 * Runs a command as in a pod: in a mount namespace of its own, with the service-account files at
 * `/var/run/secrets/kubernetes.io/serviceaccount`, read-only, and the variables that point to the API server.
 * Throws an error when this machine lets no process have a mount namespace; it never goes on without one.
 */
export async function runInPod(cluster: Cluster, pod: PodCommand): Promise<RunResult> {
  const unshare = await (unshareFlags ??= findUnshareFlags());
  const files =
    pod.files ?? (await serviceAccountFiles(cluster, { namespace: pod.namespace, name: pod.serviceAccount }));
  const root = mkdtempSync(path.join(cluster.dir, "pod-"));
  try {
    const mountPoint = path.join(root, "run/secrets/kubernetes.io/serviceaccount");
    mkdirSync(mountPoint, { recursive: true });
    const home = path.join(root, "home");
    mkdirSync(home);
    chmodSync(root, 0o755);
    const env = {
      PATH: process.env["PATH"],
      HOME: home,
      KUBERNETES_SERVICE_HOST: cluster.host,
      KUBERNETES_SERVICE_PORT: String(cluster.port),
      KUBERNETES_SERVICE_PORT_HTTPS: String(cluster.port),
      ...pod.env,
    };
    const mounts = [path.join(root, "run"), files.dir, pod.cwd ?? "/"];
    const command = ["/bin/sh", "-c", mountScript, "pod", ...mounts, pod.command, ...(pod.args ?? [])];
    return await run("unshare", [...unshare, ...command], { env, cwd: "/", input: pod.input });
  } finally {
    rmSync(root, { recursive: true, force: true });
    if (pod.files === undefined) files.remove();
  }
}

// A pod's /run holds its own things alone, so the folder made for it takes the place of the machine's. Its
// read-only remount has to repeat flags that a user namespace can't take away from the mount below.
const mountScript = `
set -e
read_only() {
  mount -o remount,bind,ro "$1" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$1" 2>/dev/null ||
    mount -o remount,bind,ro,nosuid,nodev,noexec "$1"
}
run="$(readlink -f /var/run)"
mount --bind "$2" "$1/secrets/kubernetes.io/serviceaccount"
read_only "$1/secrets/kubernetes.io/serviceaccount"
mount --rbind "$1" "$run"
read_only "$run"
cd "$3"
shift 3
exec "$@"
`;

let unshareFlags: Promise<string[]> | undefined;

/** As root a mount namespace is enough; otherwise a user namespace makes this process root of its own. */
async function findUnshareFlags(): Promise<string[]> {
  const tried: string[] = [];
  for (const flags of [["-m"], ["-rm"]]) {
    const { status, stderr } = await run("unshare", [...flags, "mount", "--bind", "/tmp", "/tmp"]).catch(
      (error: unknown) => ({ status: -1, stderr: String(error) }),
    );
    if (status === 0) return flags;
    tried.push(`  unshare ${flags.join(" ")}: ${stderr.trim()}`);
  }
  throw new Error(
    "This test runs a command as in a pod, which needs a mount namespace: Linux with util-linux's `unshare`, and " +
      `root or user namespaces (kernel.unprivileged_userns_clone=1).\n${tried.join("\n")}`,
  );
}
