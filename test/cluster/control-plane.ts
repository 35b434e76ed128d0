/** A real control plane on loopback: etcd, kube-apiserver, kube-controller-manager, in a folder that goes with it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findAssets, type Assets } from "./assets.js";
import { makeCertificates } from "./certificates.js";
import {
  clusterOf,
  kubeconfigText,
  request,
  untilServiceAccount,
  type ClusterDescription,
} from "./client.js";
import { ComponentFailed, freePorts, startComponent, untilReady, type Component } from "./component.js";
import { describe, writeFiles } from "./files.js";
import { apiServerFlags, controllerManagerFlags, etcdFlags } from "./flags.js";
import { startGuardian, type Guardian } from "./guardian.js";
import { withKubectl, type KubectlCluster } from "./kubectl.js";

export interface ControlPlaneOptions {
  /** Gets a line before something long; nothing is printed when left out. */
  say?: (line: string) => void;
  /** Gives up the start; a control plane that is ready is stopped by `stop` alone. */
  signal?: AbortSignal;
  /** More flags for the API server, such as `--max-requests-inflight=1`. */
  apiServerFlags?: readonly string[];
  /** The controllers that run, by their names in kube-controller-manager; all that do by default when left out. */
  controllers?: readonly string[];
}

export interface ControlPlane extends KubectlCluster {
  /** Process ids of what runs now: components and guardian. */
  pids(): number[];
  /** Ends the API server alone: from here on connections are refused. SIGKILL ends it as a crash does. */
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port with the same data, and waits until it is ready. */
  startApiServer(): Promise<void>;
  /** Both, one after the other. */
  restartApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Ends every process and removes the folder. Safe to call twice. */
  stop(): Promise<void>;
}

const userNames = ["alice", "bob"];
const attempts = 3;

/**
 * Starts one and waits until it is ready: the API server's `/readyz`, and the `default` service account in the
 * namespace `default`. Takes a few seconds. Whatever becomes of this process, nothing of it stays behind.
 * Throws an error that holds the end of the log of the component that failed, or says which binaries are missing.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const assets = await findAssets(process.env, options.say ?? (() => undefined), options.signal);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(assets, options);
    } catch (error) {
      // Another process may take a port between its choice and its use.
      if (attempt === attempts || !(error instanceof ComponentFailed && error.portTaken)) throw error;
    }
  }
}

async function startOnce(assets: Assets, options: ControlPlaneOptions): Promise<ControlPlane> {
  const dir = mkdtempSync(path.join(tmpdir(), "kapply-cluster-"));
  const guardian = startGuardian(dir);
  const running: Running = { dir, guardian };
  try {
    const files = writeFiles(dir, await makeCertificates(userNames));
    const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
    const at = describe(dir, files, port);
    writeFileSync(at.kubeconfig, kubeconfigText(at, files.admin), { mode: 0o600 });

    running.etcd = startComponent(dir, "etcd", assets.etcd, etcdFlags(dir, etcdPort, peerPort));
    await untilReady(running.etcd, 30, () => isHealthy(etcdPort), options.signal);
    const startApiServer = async () => {
      const flags = [...apiServerFlags(at, files, etcdPort), ...(options.apiServerFlags ?? [])];
      const component = startComponent(dir, "kube-apiserver", assets.kubeApiServer, flags);
      running.apiServer = component;
      await untilReady(component, 90, () => isReady(at), options.signal);
    };
    await startApiServer();
    const { controllers = ["*"] } = options;
    if (controllers.length > 0) {
      const flags = controllerManagerFlags(at, files, controllers);
      const component = startComponent(dir, "kube-controller-manager", assets.kubeControllerManager, flags);
      running.controllerManager = component;
      await untilDefaultServiceAccount(at, component);
    }
    return controlPlaneOf(at, assets.kubectl, running, startApiServer);
  } catch (error) {
    await stop(running);
    throw error;
  }
}

interface Running {
  dir: string;
  guardian: Guardian;
  etcd?: Component;
  apiServer?: Component;
  controllerManager?: Component;
}

function controlPlaneOf(
  at: ClusterDescription,
  kubectlPath: string,
  running: Running,
  startApiServer: () => Promise<void>,
): ControlPlane {
  const stopApiServer = async (signal: NodeJS.Signals = "SIGTERM") => running.apiServer?.stop(signal);
  let stopped: Promise<void> | undefined;
  return {
    ...withKubectl(clusterOf(at), kubectlPath),
    pids: () => {
      const components = [running.etcd, running.apiServer, running.controllerManager];
      const alive = components.filter((component) => component !== undefined && !component.hasEnded());
      return [...alive.map((component) => component?.pid ?? 0), running.guardian.pid];
    },
    stopApiServer,
    startApiServer,
    restartApiServer: async (signal) => {
      await stopApiServer(signal);
      await startApiServer();
    },
    stop: () => (stopped ??= stop(running)),
  };
}

// Nothing is worth saving, so SIGKILL; still the API server before etcd, without which it hangs on its way out.
async function stop({ dir, guardian, etcd, apiServer, controllerManager }: Running): Promise<void> {
  await controllerManager?.stop("SIGKILL");
  await apiServer?.stop("SIGKILL");
  await etcd?.stop("SIGKILL");
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  await guardian.dismiss();
}

async function isHealthy(etcdPort: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${etcdPort}/health`).catch(() => undefined);
  return response?.ok === true;
}

async function isReady(at: ClusterDescription): Promise<boolean> {
  try {
    return (await request(at, "/readyz")).status === 200;
  } catch {
    return false;
  }
}

async function untilDefaultServiceAccount(
  at: ClusterDescription,
  controllerManager: Component,
): Promise<void> {
  const failed = controllerManager.ended.then(() => {
    throw new ComponentFailed("ended while it started", controllerManager);
  });
  await Promise.race([untilServiceAccount(at, "default", "default"), failed]);
}
