/** As whom we come: a credential, and a client certificate where there is one. */
import { resolve } from "node:path";
import type { Credential } from "../model.js";
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { misused } from "./failures.js";
import { checkToken, readText } from "./files.js";
import { checkKeyPair } from "./pem.js";

/** A user, before it is known whether the server may see it. */
export interface User {
  credential: Credential;
  cert?: string | undefined;
  key?: string | undefined;
}

export const nobody: User = { credential: { kind: "none" } };

/** The flags that carry a credential and that are set. */
export function credentialFlags(flags: AuthFlags): string[] {
  const set: [string, unknown][] = [
    ["--token", flags.token],
    ["--username", flags.username],
    ["--password", flags.password],
    ["--client-certificate", flags.clientCertificate],
    ["--client-key", flags.clientKey],
  ];
  return set.flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/**
 * The user that flags name, undefined when they name none.
 *
 * Such a user replaces that of the kubeconfig or the pod as a whole. kubectl merges the two instead: there a
 * kubeconfig's tokenFile wins over `--token`, and its client certificate is sent along with it, so that the flag
 * has no effect (tried with kubectl 1.36.3). Throws `usage` or `credentials`.
 */
export async function userOfFlags(flags: AuthFlags, environment: AuthEnvironment): Promise<User | undefined> {
  if (credentialFlags(flags).length === 0) return undefined;
  const { token, username, password } = flags;
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    throw misused(
      "--token can't be used together with --username and --password",
      "keep one of the two ways",
    );
  }
  if ((username === undefined) !== (password === undefined)) {
    throw misused("--username and --password go together");
  }
  const pair = await keyPairOfFlags(flags, environment);
  if (token !== undefined) {
    return { credential: { kind: "token", token: checkToken(token, "--token"), from: "--token" }, ...pair };
  }
  if (username !== undefined && password !== undefined) {
    return { credential: { kind: "basic", username, password }, ...pair };
  }
  return { credential: { kind: "certificate", from: flags.clientCertificate ?? "" }, ...pair };
}

async function keyPairOfFlags(flags: AuthFlags, environment: AuthEnvironment) {
  const { clientCertificate, clientKey } = flags;
  if (clientCertificate === undefined && clientKey === undefined) return {};
  if (clientCertificate === undefined || clientKey === undefined) {
    throw misused("--client-certificate and --client-key go together");
  }
  const cert = await readText(resolve(environment.cwd, clientCertificate), "--client-certificate");
  const key = await readText(resolve(environment.cwd, clientKey), "--client-key");
  const what = { cert: `--client-certificate ${clientCertificate}`, key: `--client-key ${clientKey}` };
  checkKeyPair({ cert, key }, what, (environment.now ?? Date.now)(), environment.notify);
  return { cert, key };
}
