/** The real `kubectl proxy`, on a port or a unix socket. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { kubectlEnv, type KubectlCluster } from "./kubectl.js";

export interface KubectlProxy {
  /** What a client is given: `http://127.0.0.1:PORT`, or the path of the socket. */
  address: string;
  /** The port, when it is one. */
  port: number | undefined;
  stop(): Promise<void>;
}

export interface KubectlProxyOptions {
  /** Listens there instead of on a free port of 127.0.0.1. */
  unixSocket?: string;
  /** Whose credentials it lends to its clients; the administrator's when left out. */
  kubeconfig?: string;
  /** More flags, such as `--api-prefix=/k8s`. */
  flags?: readonly string[];
}

/** Starts one and resolves once it listens. Throws an error with its stderr when it ends before. */
export async function startKubectlProxy(
  cluster: KubectlCluster,
  options: KubectlProxyOptions = {},
): Promise<KubectlProxy> {
  const { unixSocket, kubeconfig = cluster.kubeconfig, flags = [] } = options;
  const listen = unixSocket === undefined ? ["--port=0"] : [`--unix-socket=${path.resolve(unixSocket)}`];
  const child = spawn(cluster.kubectlPath, ["proxy", ...listen, ...flags], {
    env: { ...kubectlEnv(cluster), KUBECONFIG: kubeconfig },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const heard = /^Starting to serve on (.+)$/m.exec(said)?.[1];
      if (heard !== undefined) resolve(heard);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`kubectl proxy ended before it listened:\n${said}`)));
  });
  return {
    address: unixSocket === undefined ? `http://${address}` : path.resolve(unixSocket),
    port: unixSocket === undefined ? Number(address.slice(address.lastIndexOf(":") + 1)) : undefined,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
