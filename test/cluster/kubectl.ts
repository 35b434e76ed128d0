/** The real kubectl, which only a control plane of ours comes with: for the tests in test/e2e/control-plane. */
import { clusterOf, testDescription, type Cluster, type ClusterDescription } from "./client.js";
import { run, type RunOptions, type RunResult } from "./run.js";

/** A server, and the kubectl to talk to it. */
export interface KubectlCluster extends Cluster {
  /** Path of the kubectl that was built with the control plane. */
  kubectlPath: string;
  /** Runs the real kubectl as the administrator, with `input` on its stdin. */
  kubectl(
    args: readonly string[],
    input?: string,
    options?: Pick<RunOptions, "cwd" | "env">,
  ): Promise<RunResult>;
  /** The same with `-o json`, parsed; throws an error with kubectl's stderr when it fails. */
  kubectlJson<T = unknown>(args: readonly string[], input?: string): Promise<T>;
}

/** The control plane that `npm run test:cluster` (or `main.ts run -- COMMAND`) started. */
export function testControlPlane(): KubectlCluster {
  const description = testDescription() as ClusterDescription & { kubectlPath?: string };
  if (description.kubectlPath === undefined)
    throw new Error("This test needs the real kubectl: run it by `npm run test:cluster`.");
  return withKubectl(clusterOf(description), description.kubectlPath);
}

/** Any server, the sandbox too, with a kubectl. */
export function withKubectl<C extends Cluster>(cluster: C, kubectlPath: string): C & KubectlCluster {
  const kubectl: KubectlCluster["kubectl"] = (args, input = "", options = {}) =>
    run(kubectlPath, args, { ...options, input, env: { ...kubectlEnv(cluster), ...options.env } });
  return {
    ...cluster,
    kubectlPath,
    kubectl,
    kubectlJson: async <T>(args: readonly string[], input?: string) => {
      const { status, stdout, stderr } = await kubectl([...args, "-o", "json"], input);
      if (status !== 0) throw new Error(`kubectl ${args.join(" ")} ended with status ${status}:\n${stderr}`);
      return JSON.parse(stdout) as T;
    },
  };
}

/** kubectl sees nothing of the person's own set-up, and leaves its caches in the server's folder. */
export function kubectlEnv(at: Pick<ClusterDescription, "kubeconfig" | "dir">): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: at.dir, TMPDIR: at.dir, KUBECONFIG: at.kubeconfig };
}
