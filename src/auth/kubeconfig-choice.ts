/** Which cluster, user and namespace of a kubeconfig are meant. */
import type { AuthFlags } from "./environment.js";
import { unusable } from "./failures.js";
import { nameOf, textField, type Entry } from "./kubeconfig-entry.js";
import { lookUp, type Kubeconfig } from "./kubeconfig-merge.js";

export interface Choice {
  cluster: Entry | undefined;
  user: Entry | undefined;
  context: Entry | undefined;
  namespace: string | undefined;
  /** For people: `kubeconfig /home/me/.kube/config, context dev`. */
  name: string;
}

/**
 * What `--context`, `--cluster` and `--user`, else the current context, choose. Undefined when nothing chooses a
 * cluster and no `--server` replaces it.
 *
 * Stricter than client-go on purpose: there a name that is not in the file stands for an empty entry, so that a
 * misspelt user comes as nobody and a misspelt cluster is localhost:8080. Throws `credentials`, naming what there is.
 */
export function choose(kubeconfig: Kubeconfig, flags: AuthFlags): Choice | undefined {
  const context = chooseContext(kubeconfig, flags);
  const by = context === undefined ? "" : nameOf(context);
  const clusterOfContext = context && textField(context, "cluster");
  const userOfContext = context && textField(context, "user");
  if (context !== undefined && (flags.cluster ?? flags.server ?? clusterOfContext) === undefined) {
    throw unusable(`${by} names no cluster`, "add one to it, or choose one by --cluster");
  }
  const cluster = pick(kubeconfig, "cluster", flags.cluster, clusterOfContext, by);
  const user = pick(kubeconfig, "user", flags.user, userOfContext, by);
  if (cluster === undefined && flags.server === undefined) return undefined;
  const file = context?.file ?? cluster?.file ?? kubeconfig.files.join(", ");
  const parts = [
    `kubeconfig ${file}`,
    ...(context === undefined ? [] : [`context ${context.name}`]),
    ...(flags.cluster === undefined ? [] : [`cluster ${flags.cluster}`]),
    ...(flags.user === undefined ? [] : [`user ${flags.user}`]),
  ];
  const namespace = context && textField(context, "namespace");
  return { cluster, user, context, namespace, name: parts.join(", ") };
}

function chooseContext(kubeconfig: Kubeconfig, flags: AuthFlags): Entry | undefined {
  if (flags.context !== undefined) return lookUp(kubeconfig, "context", flags.context, "--context");
  const { currentContext } = kubeconfig;
  if (currentContext === undefined) return undefined;
  return lookUp(kubeconfig, "context", currentContext, "current-context");
}

function pick(
  kubeconfig: Kubeconfig,
  kind: "cluster" | "user",
  flag: string | undefined,
  ofContext: string | undefined,
  context: string,
): Entry | undefined {
  if (flag !== undefined) return lookUp(kubeconfig, kind, flag, `--${kind}`);
  return ofContext === undefined ? undefined : lookUp(kubeconfig, kind, ofContext, context);
}

/** Why a kubeconfig that exists chooses no cluster, and the way out. */
export function whyNoChoice(kubeconfig: Kubeconfig): string {
  const contexts = [...kubeconfig.contexts.keys()];
  const files = kubeconfig.files.join(", ");
  if (contexts.length === 0) return `${files} has no contexts`;
  return `${files} has no current-context (choose one by --context: ${contexts.join(", ")})`;
}
