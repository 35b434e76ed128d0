/** The sandbox and a real API server side by side, and the real kubectl for both. */
import { startControlPlane, type ControlPlane } from "../../cluster/control-plane.js";
import { withKubectl, type KubectlCluster } from "../../cluster/kubectl.js";
import { startSandbox } from "../../cluster/sandbox.js";

export interface Pair {
  real: ControlPlane;
  sandbox: KubectlCluster;
  stop(): Promise<void>;
}

/** Those whose work the sandbox does by itself: no others run beside it. */
const caretakers = [
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller",
  "namespace-controller",
  "garbage-collector-controller",
];

/** Starts both, fresh. `controllers` run beside the real one. */
export async function startPair(controllers: readonly string[] = caretakers): Promise<Pair> {
  const real = await startControlPlane({ controllers });
  try {
    const sandbox = await startSandbox();
    return {
      real,
      sandbox: withKubectl(sandbox, real.kubectlPath),
      stop: async () => {
        await sandbox.stop();
        await real.stop();
      },
    };
  } catch (error) {
    await real.stop();
    throw error;
  }
}
