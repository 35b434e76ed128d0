/** Finding the API server: which, as whom, in which namespace. Files are read here; nothing is sent. */
import { KapplyError } from "../errors.js";
import type { Connection } from "../model.js";
import { unusable } from "./failures.js";
import { checkFlags } from "./flags.js";
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { chooseImpersonation } from "./impersonation.js";
import { inPod } from "./in-pod.js";
import { choose, whyNoChoice, type Choice } from "./kubeconfig-choice.js";
import { targetOf, type Target } from "./kubeconfig-cluster.js";
import { loadKubeconfig } from "./kubeconfig-files.js";
import { kubectlProxy } from "./kubectl-proxy.js";
import { chooseNamespace } from "./namespace.js";
import { userFor } from "./user-for.js";
import type { User } from "./user.js";

/**
 * Finds the server and the credentials for it, in this order, and says which way it was:
 *
 * 1. `--proxy`: kubectl proxy, without credentials.
 * 2. `--server`: that server, with the credential of flags, else the kubeconfig's user where it belongs (`userFor`).
 *    As for kubectl, the current context's cluster still says how to check the server's certificate.
 * 3. The kubeconfig (`--kubeconfig`, KUBECONFIG, `~/.kube/config`), when it or a flag chooses a cluster.
 * 4. The pod that we run in.
 *
 * Other flags change what was found. Throws KapplyError: `usage` for flags that contradict each other, `credentials`
 * for all else: with what was tried, and why it did not do, as causes when nothing was found.
 */
export async function findConnection(flags: AuthFlags, environment: AuthEnvironment): Promise<Connection> {
  refuseDisabledTls(environment);
  checkFlags(flags);
  if (flags.proxy !== undefined) return kubectlProxy(flags, environment);
  const found = await loadKubeconfig(flags, environment);
  const choice = found.kubeconfig && choose(found.kubeconfig, flags);
  if (choice !== undefined || flags.server !== undefined)
    return explicitOrKubeconfig(flags, choice, environment);
  const why = found.kubeconfig === undefined ? found.why : whyNoChoice(found.kubeconfig);
  refuseUnheeded(flags, why);
  const pod = await inPod(flags, environment);
  if (pod.target === undefined) throw nothingFound(why, pod.why);
  return connect(flags, pod.target, pod.user, undefined, pod.foundBy, environment);
}

async function explicitOrKubeconfig(
  flags: AuthFlags,
  choice: Choice | undefined,
  environment: AuthEnvironment,
): Promise<Connection> {
  const target = await targetOf(flags, choice?.cluster, environment);
  const { user, from } = await userFor(flags, target, choice, environment);
  const foundBy =
    flags.server === undefined ? choice?.name : from === undefined ? "--server" : `--server, ${from}`;
  return connect(flags, target, user, choice, foundBy ?? "", environment);
}

async function connect(
  flags: AuthFlags,
  target: Target,
  { credential, cert, key }: User,
  choice: Choice | undefined,
  foundBy: string,
  environment: AuthEnvironment,
): Promise<Connection> {
  const context = choice?.context && {
    namespace: choice.namespace,
    from: `context ${choice.context.name}`,
  };
  return {
    server: target.server,
    tls: { ...target.tls, cert, key },
    proxyUrl: target.proxyUrl,
    credential,
    impersonate: chooseImpersonation(flags, choice?.user),
    ...(await chooseNamespace(flags, context, environment)),
    foundBy,
    viaKubectlProxy: false,
  };
}

/** Node would check no certificate at all, of any server, without a word in kapply's output. */
function refuseDisabledTls({ env }: AuthEnvironment): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  throw unusable(
    "NODE_TLS_REJECT_UNAUTHORIZED=0 is set: Node would check no server's certificate",
    "unset it; to trust an authority, name it by --certificate-authority; to trust one server blindly, there is --insecure-skip-tls-verify",
  );
}

/** Flags that choose in a kubeconfig must not end in the pod's credentials. */
function refuseUnheeded(flags: AuthFlags, why: string): void {
  const set = [
    ...(flags.kubeconfig === undefined ? [] : ["--kubeconfig"]),
    ...(flags.context === undefined ? [] : ["--context"]),
    ...(flags.cluster === undefined ? [] : ["--cluster"]),
    ...(flags.user === undefined ? [] : ["--user"]),
  ];
  if (set.length === 0) return;
  throw unusable(
    `${set.join(", ")} chooses no cluster: ${why}`,
    "name a context by --context, or a server by --server",
  );
}

function nothingFound(kubeconfig: string, pod: string): KapplyError {
  return new KapplyError("credentials", "found no API server", {
    causes: [
      { message: "flags: neither --server nor --proxy is given" },
      { message: `kubeconfig: ${kubeconfig}` },
      { message: `in a pod: ${pod}` },
    ],
    hint: "name a kubeconfig by --kubeconfig or KUBECONFIG, a server by --server with --token, or use kubectl proxy by --proxy",
  });
}
