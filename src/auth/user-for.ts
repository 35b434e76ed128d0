/** Which credentials go to a server, and which do not. */
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { unusable } from "./failures.js";
import type { Choice } from "./kubeconfig-choice.js";
import { execCluster, type Target } from "./kubeconfig-cluster.js";
import { nameOf, textField } from "./kubeconfig-entry.js";
import { hasCredentials, userOfEntry } from "./kubeconfig-user.js";
import { isLoopback, isTls, parseServer } from "./server-url.js";
import { credentialFlags, nobody, userOfFlags, type User } from "./user.js";

/** A user and where it comes from, when that is not plain from the flags. */
type Chosen = { user: User; from?: string | undefined };

/**
 * The user for a target: that of flags, else that of the kubeconfig, else nobody.
 *
 * Credentials go over TLS only. client-go quietly leaves them out of plain HTTP; kapply says so for a server on this
 * machine (kubectl proxy, a tunnel), and fails for any other, or when flags ask for it.
 *
 * Under `--server`, a kubeconfig's credentials are sent only where they belong: to the server of the same context, to
 * one that proves itself by the authority of that context's cluster, or to any when `--context`, `--user` or
 * `--kubeconfig` chose them. kubectl sends the current context's user to whatever `--server` says.
 * Throws `usage` or `credentials`.
 */
export async function userFor(
  flags: AuthFlags,
  target: Target,
  choice: Choice | undefined,
  environment: AuthEnvironment,
): Promise<Chosen> {
  const explicit = await userOfFlags(flags, environment);
  if (explicit !== undefined) {
    if (!isTls(target.server)) throw plainFlags(flags, target);
    return { user: explicit };
  }
  const entry = choice?.user;
  if (choice === undefined || entry === undefined || !hasCredentials(entry)) {
    if (flags.server !== undefined) warnNobody(target, environment);
    return { user: nobody };
  }
  const name = nameOf(entry);
  if (!isTls(target.server)) {
    if (!isLoopback(target.server)) throw plainEntry(name, target);
    environment.notify?.(`the credentials of ${name} are not sent to ${target.server}, which is not TLS`);
    return { user: nobody };
  }
  if (!belongs(flags, target, choice)) throw foreign(name, target);
  const cluster = () => execCluster(target, choice.cluster);
  return { user: await userOfEntry(entry, cluster, environment), from: name };
}

function belongs(flags: AuthFlags, target: Target, { cluster }: Choice): boolean {
  if (flags.server === undefined) return true;
  if ((flags.context ?? flags.user ?? flags.kubeconfig) !== undefined) return true;
  if (cluster === undefined) return false;
  const own = textField(cluster, "server");
  if (
    own !== undefined &&
    new URL(parseServer(own, nameOf(cluster))).origin === new URL(target.server).origin
  )
    return true;
  return flags.certificateAuthority === undefined && target.tls.ca !== undefined;
}

function foreign(user: string, { server }: Target) {
  return unusable(
    `--server ${server} is not the server of the current context, so the credentials of ${user} are not sent to it`,
    "if they are meant for it, say so by --context or --user; else give others by --token or --client-certificate",
  );
}

function plainFlags(flags: AuthFlags, { server }: Target) {
  return unusable(
    `${credentialFlags(flags).join(", ")} can't be sent to ${server}: credentials go over TLS only`,
    "use https://, or leave out the credentials; for kubectl proxy use --proxy",
  );
}

function plainEntry(user: string, { server }: Target) {
  return unusable(
    `the credentials of ${user} can't be sent to ${server}: credentials go over TLS only`,
    "use https:// in the cluster's server, or a user without credentials",
  );
}

function warnNobody({ server }: Target, { notify }: AuthEnvironment): void {
  if (isLoopback(server) && !isTls(server)) return;
  notify?.(
    `no credentials are given for ${server}: requests come from nobody (system:anonymous). Give some by --token or --client-certificate`,
  );
}
